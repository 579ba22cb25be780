#pragma once
// The two register-blocked products of attention, for a strip of Rows query rows. An operand that is stored in half
// precision is widened as it is loaded, so one K or V load feeds Rows multiply-adds. `ahead` is what will be read after
// this product.
#include "kernels/cpu/simd.h"
#include "kernels/ops.h"

namespace wick::cpu {

/// What the step-th step of a product asks for ahead of its use, as many bytes as the step reads. Operands in half
/// precision come straight from the cache's pages, once for few rows, so memory must be kept busy.
template <class Arch, class Element, int Vectors>
[[gnu::always_inline]] inline void prefetch_step(const Element* ahead, Index step) {
  if constexpr (sizeof(Element) < sizeof(float)) {
    constexpr Index kElements = Vectors * Vec<Arch>::kWidth, kLine = 64 / static_cast<Index>(sizeof(Element));
#pragma GCC unroll 8
    for (Index line = 0; line < kElements; line += kLine) prefetch<Arch>(ahead + step * kElements + line);
  }
}

/// scores[row, column] = q[row, :] . key[column] for Vectors * kWidth neighbouring keys of a page, which lie in panels
/// [head_dim][kKeyPanel], `panel_stride` elements apart.
template <class Arch, class Element, int Rows, int Vectors>
void score_keys(const float* q, Index head_dim, const Element* keys, Index panel_stride, const Element* ahead,
                float* scores, Index scores_stride) {
  using V = Vec<Arch>;
  V sum[Rows][Vectors];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[i][j] = V::zero();
  for (Index d = 0; d < head_dim; ++d) {
    prefetch_step<Arch, Element, Vectors>(ahead, d);
    V key[Vectors];
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) {
      const int column = j * V::kWidth;
      key[j] = V::load(keys + column / kKeyPanel * panel_stride + d * kKeyPanel + column % kKeyPanel);
    }
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const V query = V::splat(q[i * head_dim + d]);
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j) sum[i][j] = fma(query, key[j], sum[i][j]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[i][j].store(scores + i * scores_stride + j * V::kWidth);
}

/// out[row, :] = rescale[row] * out[row, :] + sum over keys of weights[row, key] * values[key, :], for Vectors * kWidth
/// neighbouring columns.
template <class Arch, class Element, int Rows, int Vectors>
void add_values(const float* weights, Index weights_stride, const Element* values, Index values_stride, Index keys,
                const Element* ahead, const float* rescale, float* out, Index out_stride) {
  using V = Vec<Arch>;
  V sum[Rows][Vectors];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    const V factor = V::splat(rescale[i]);
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[i][j] = factor * V::load(out + i * out_stride + j * V::kWidth);
  }
  for (Index key = 0; key < keys; ++key) {
    prefetch_step<Arch, Element, Vectors>(ahead, key);
    V value[Vectors];
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) value[j] = V::load(values + key * values_stride + j * V::kWidth);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const V weight = V::splat(weights[i * weights_stride + key]);
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j) sum[i][j] = fma(weight, value[j], sum[i][j]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[i][j].store(out + i * out_stride + j * V::kWidth);
}

/// Calls body.template operator()<count>() for the run-time count in [1, Most].
template <int Most, class Body>
[[gnu::always_inline]] inline void with_count(Index count, Body&& body) {
  if constexpr (Most > 1) {
    if (count < Most) return with_count<Most - 1>(count, body);
  }
  body.template operator()<Most>();
}

}  // namespace wick::cpu
