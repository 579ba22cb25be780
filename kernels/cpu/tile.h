#pragma once
// The two register-blocked products of attention, for a strip of Rows query rows. An operand that is stored in fewer
// bits is widened as it is loaded, so one K or V load feeds Rows multiply-adds. `ahead` is what will be read after this
// product.
#include "kernels/cpu/page.h"

namespace wick::cpu {

/// Keys from some column of a page on, in panels [head_dim][kKeyPanel].
template <class Element>
struct StoredKeys {
  const Element* elements;
  const F16* scales;  // of 8-bit keys: [panels][head_dim / kScaleBlock][kKeyPanel]
};

/// Values from some key of a page on, [keys][stride].
template <class Element>
struct StoredValues {
  const Element* elements;
  Index stride;
  const float* scales;  // of 8-bit values: [keys][stride / kScaleBlock]

  StoredValues from(Index key) const {
    return {elements + key * stride, stride, scales + key * (stride / kScaleBlock)};
  }
};

/// Columns [d, d + kWidth) of a key's value.
template <class Arch, class Element>
[[gnu::always_inline]] inline Vec<Arch> load_value(const StoredValues<Element>& values, Index key, Index d) {
  const Vec<Arch> value = Vec<Arch>::load(values.elements + key * values.stride + d);
  if constexpr (!kHasScales<Element>) return value;
  return value * Vec<Arch>::splat(values.scales[key * (values.stride / kScaleBlock) + d / kScaleBlock]);
}

/// What the step-th step of a product asks for ahead of its use, as many bytes as the step reads. Operands in fewer
/// bits come straight from the cache's pages, once for few rows, so memory must be kept busy.
template <class Arch, class Element, int Vectors>
[[gnu::always_inline]] inline void prefetch_step(const Element* ahead, Index step) {
  if constexpr (sizeof(Element) < sizeof(float)) {
    constexpr Index kElements = Vectors * Vec<Arch>::kWidth, kLine = 64 / static_cast<Index>(sizeof(Element));
#pragma GCC unroll 8
    for (Index line = 0; line < kElements; line += kLine) read_ahead<Arch>(ahead + step * kElements + line);
  }
}

/// scores[row, column] = q[row, :] . key[column] for Vectors * kWidth neighbouring keys of a page.
template <class Arch, class Element, int Rows, int Vectors>
void score_keys(const float* q, Index head_dim, const StoredKeys<Element>& keys, const Element* ahead, float* scores,
                Index scores_stride) {
  using V = Vec<Arch>;
  const Index block = kHasScales<Element> ? kScaleBlock : head_dim;  // dimensions that share a scale
  const auto place = [](Index d, int j, Index dims) __attribute__((always_inline)) {
    const int column = j * V::kWidth;  // of vector j of dimension (or block of them) d, of `dims`
    return (column / kKeyPanel * dims + d) * kKeyPanel + column % kKeyPanel;
  };
  V sum[Rows][Vectors];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[i][j] = V::zero();
  for (Index first = 0; first < head_dim; first += block) {
    V scale[Vectors];
    if constexpr (kHasScales<Element>) {
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j)
        scale[j] = V::load(keys.scales + place(first / kScaleBlock, j, head_dim / kScaleBlock));
    }
    for (Index d = first; d < first + block; ++d) {
      prefetch_step<Arch, Element, Vectors>(ahead, d);
      V key[Vectors];
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j) {
        key[j] = V::load(keys.elements + place(d, j, head_dim));
        if constexpr (kHasScales<Element>) key[j] = key[j] * scale[j];
      }
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) {
        const V query = V::splat(q[i * head_dim + d]);
#pragma GCC unroll 8
        for (int j = 0; j < Vectors; ++j) sum[i][j] = fma(query, key[j], sum[i][j]);
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[i][j].store(scores + i * scores_stride + j * V::kWidth);
}

/// out[row, :] = rescale[row] * out[row, :] + sum over keys of weight(row, key) * values[key, :], for Vectors * kWidth
/// columns from `column` on.
template <class Arch, class Element, int Rows, int Vectors, class Weight>
void add_values(const Weight& weight, const StoredValues<Element>& values, Index column, Index keys,
                const Element* ahead, const float* rescale, float* out, Index out_stride) {
  using V = Vec<Arch>;
  V sum[Rows][Vectors];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    const V factor = V::splat(rescale[i]);
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[i][j] = factor * V::load(out + i * out_stride + column + j * V::kWidth);
  }
  for (Index key = 0; key < keys; ++key) {
    prefetch_step<Arch, Element, Vectors>(ahead, key);
    V value[Vectors];
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) value[j] = load_value<Arch>(values, key, column + j * V::kWidth);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const V share = V::splat(weight(i, key));
#pragma GCC unroll 8
      for (int j = 0; j < Vectors; ++j) sum[i][j] = fma(share, value[j], sum[i][j]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) sum[i][j].store(out + i * out_stride + column + j * V::kWidth);
}

/// Calls body.template operator()<count>() for the run-time count in [1, Most].
template <int Most, class Body>
[[gnu::always_inline]] inline void with_count(Index count, Body&& body) {
  if constexpr (Most > 1) {
    if (count < Most) return with_count<Most - 1>(count, body);
  }
  body.template operator()<Most>();
}

/// add_values for all of `vectors` vectors of columns, in blocks of equal width; ahead goes on by what a block reads.
template <class Arch, class Element, int Rows, class Weight>
[[gnu::always_inline]] inline void add_all_values(const Weight& weight, const StoredValues<Element>& values,
                                                  Index vectors, Index keys, const Element* ahead, const float* rescale,
                                                  float* out, Index out_stride) {
  const Index blocks = (vectors + Arch::kTileVectors - 1) / Arch::kTileVectors;
  for (Index block = 0, vector = 0; block < blocks; ++block) {
    const Index count = (vectors - vector + blocks - block - 1) / (blocks - block);
    const Index d = vector * Vec<Arch>::kWidth;
    with_count<Arch::kTileVectors>(count, [&]<int Vectors>() {
      add_values<Arch, Element, Rows, Vectors>(weight, values, d, keys, ahead + d * keys, rescale, out, out_stride);
    });
    vector += count;
  }
}

}  // namespace wick::cpu
