#pragma once
// Writing new keys and values into a paged cache.
#include <cstring>
#include <type_traits>

#include "kernels/cpu/page.h"
#include "kernels/cpu/parallel.h"
#include "kernels/ops.h"

namespace wick::cpu {

/// One new key or value, whose element d goes to elements[d * step], with its scales to scales[block * step].
template <class Arch, class Element>
void store_vector(const float* x, Index size, const HeadSide<Element>& to, Index step) {
  using V = Vec<Arch>;
  if constexpr (kHasScales<Element>) {
    for (Index first = 0; first < size; first += kScaleBlock) {
      const float* block = x + first;
      V largest = V::zero(), nonfinite = V::zero();
      for (Index i = 0; i < kScaleBlock; i += V::kWidth) {
        const V value = V::load(block + i);
        largest = max(abs(value), largest);
        nonfinite = fma(value, V::zero(), nonfinite);  // NaN where a value is none
      }
      const float scale = hmax(largest) / 127.0f;
      const float factor = scale > 0 ? 1.0f / scale : 0.0f;
      float rounded[kScaleBlock];
      for (Index i = 0; i < kScaleBlock; i += V::kWidth) {
        const V quants = round(V::load(block + i) * V::splat(factor));
        min(max(quants, V::splat(-127.0f)), V::splat(127.0f)).store(rounded + i);
      }
      for (Index i = 0; i < kScaleBlock; ++i) to.elements[(first + i) * step] = static_cast<std::int8_t>(rounded[i]);
      V::splat(scale + hsum(nonfinite)).store_some(to.scales + first / kScaleBlock * step, 1);
    }
  } else {
    for_vectors<Arch>(size, [&](Index d, Index count) {
      const V value = count == V::kWidth ? V::load(x + d) : V::load_some(x + d, count);
      if (step == 1) {
        if (count == V::kWidth) return value.store(to.elements + d);
        return value.store_some(to.elements + d, count);
      }
      Element narrow[V::kWidth];
      value.store(narrow);
      for (Index i = 0; i < count; ++i) to.elements[(d + i) * step] = narrow[i];
    });
  }
}

/// Four dimensions of four floats' rows, `stride` apart, as rows of four keys, kKeyPanel apart.
template <class Arch>
[[gnu::always_inline]] inline void transpose_4x4(const float* x, Index stride, float* y) {
  using Four = float __attribute__((vector_size(16)));
  Four row[4];
  for (Index i = 0; i < 4; ++i) std::memcpy(&row[i], x + i * stride, sizeof(Four));
  const Four low01 = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
  const Four high01 = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
  const Four low23 = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
  const Four high23 = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
  const Four dims[4] = {
      __builtin_shufflevector(low01, low23, 0, 1, 4, 5), __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
      __builtin_shufflevector(high01, high23, 0, 1, 4, 5), __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
  for (Index i = 0; i < 4; ++i) std::memcpy(y + i * kKeyPanel, &dims[i], sizeof(Four));
}

/// A whole panel of keys [kKeyPanel, size], `stride` apart.
template <class Arch>
void store_panel(const float* x, Index stride, Index size, float* panel) {
  for (Index key = 0; key < kKeyPanel; key += 4) {
    for (Index d = 0; d < size; d += 4) transpose_4x4<Arch>(x + key * stride + d, stride, panel + d * kKeyPanel + key);
  }
}

/// The new tokens of one sequence that fall into one panel of keys, for one kv head.
template <class Arch, class Element>
void append_panel(const PagedKV& cache, const ConstRows& k, const ConstRows& v, const SequenceRows& sequence,
                  Index panel, Index head) {
  const Index head_dim = cache.head_dim, offset = sequence.keys - sequence.queries;
  const Index first = panel * kKeyPanel > offset ? panel * kKeyPanel : offset;
  const Index last = (panel + 1) * kKeyPanel < sequence.keys ? (panel + 1) * kKeyPanel : sequence.keys;
  std::byte* page = cache.pages[sequence.pages[panel * kKeyPanel / kPageTokens]];
  const HeadSide<Element> keys = head_side<Element>(page, cache.k_offset, head, head_dim);
  const HeadSide<Element> values = head_side<Element>(page, cache.v_offset, head, head_dim);
  const Index blocks = head_dim / kScaleBlock;
  const bool whole = std::is_same_v<Element, float> && last - first == kKeyPanel && head_dim % 4 == 0;
  if constexpr (std::is_same_v<Element, float>) {
    const float* from = k.data + (sequence.first_row + first - offset) * k.outer_stride + head * k.inner_stride;
    if (whole) store_panel<Arch>(from, k.outer_stride, head_dim, keys.elements + first % kPageTokens * head_dim);
  }
  for (Index key = first; key < last; ++key) {
    const Index row = sequence.first_row + key - offset, column = key % kPageTokens;
    const Index panel_first = column / kKeyPanel * kKeyPanel, lane = column % kKeyPanel;
    if (!whole)
      store_vector<Arch, Element>(
          k.data + row * k.outer_stride + head * k.inner_stride, head_dim,
          {keys.elements + panel_first * head_dim + lane, keys.scales + panel_first * blocks + lane}, kKeyPanel);
    store_vector<Arch, Element>(v.data + row * v.outer_stride + head * v.inner_stride, head_dim,
                                {values.elements + column * head_dim, values.scales + column * blocks}, 1);
  }
}

/// Ops::cache_append.
template <class Arch>
void cache_append(const Workers& workers, const PagedKV& cache, const ConstRows& k, const ConstRows& v,
                  const SequenceRows* sequences, Index sequence_count) {
  for (Index i = 0; i < sequence_count; ++i) {
    const SequenceRows& sequence = sequences[i];
    if (sequence.queries == 0) continue;
    const Index first = (sequence.keys - sequence.queries) / kKeyPanel;
    const Index panels = (sequence.keys + kKeyPanel - 1) / kKeyPanel - first;
    auto append = [&](Index index, int) {
      const Index panel = first + index / cache.kv_heads, head = index % cache.kv_heads;
      with_cache_element(cache.type,
                         [&]<class Element>() { append_panel<Arch, Element>(cache, k, v, sequence, panel, head); });
    };
    const Index count = panels * cache.kv_heads;
    if (sequence.queries * cache.kv_heads * cache.head_dim < kInlineElements) {
      for (Index index = 0; index < count; ++index) append(index, 0);
    } else {
      workers.pool.for_each(count, append);
    }
  }
}

}  // namespace wick::cpu
