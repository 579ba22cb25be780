#pragma once
// Writing new keys and values into a paged cache.
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
  for (Index key = first; key < last; ++key) {
    const Index row = sequence.first_row + key - offset, column = key % kPageTokens;
    const Index panel_first = column / kKeyPanel * kKeyPanel, lane = column % kKeyPanel;
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
