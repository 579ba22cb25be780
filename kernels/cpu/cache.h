#pragma once
// Writing new keys and values into a paged cache.
#include "kernels/cpu/parallel.h"
#include "kernels/ops.h"

namespace wick::cpu {

/// The new tokens of one sequence that fall into one panel of keys, for one kv head.
template <class Arch, class Element>
void append_panel(const PagedKV& cache, const ConstRows& k, const ConstRows& v, const SequenceRows& sequence,
                  Index panel, Index head) {
  const Index head_dim = cache.head_dim, offset = sequence.keys - sequence.queries;
  const Index first = panel * kKeyPanel > offset ? panel * kKeyPanel : offset;
  const Index last = (panel + 1) * kKeyPanel < sequence.keys ? (panel + 1) * kKeyPanel : sequence.keys;
  std::byte* page = cache.pages[sequence.pages[panel * kKeyPanel / kPageTokens]];
  Element* keys = reinterpret_cast<Element*>(page + cache.k_offset) + head * kPageTokens * head_dim;
  Element* values = reinterpret_cast<Element*>(page + cache.v_offset) + head * kPageTokens * head_dim;
  for (Index key = first; key < last; ++key) {
    const Index row = (sequence.first_row + key - offset);
    const float* new_key = k.data + row * k.outer_stride + head * k.inner_stride;
    const float* new_value = v.data + row * v.outer_stride + head * v.inner_stride;
    const Index column = key % kPageTokens;
    Element* key_column = keys + column / kKeyPanel * kKeyPanel * head_dim + column % kKeyPanel;
    for_vectors<Arch>(head_dim, [&](Index d, Index count) {
      using V = Vec<Arch>;
      const bool full = count == V::kWidth;
      Element narrow[V::kWidth];
      (full ? V::load(new_key + d) : V::load_some(new_key + d, count)).store(narrow);
      for (Index i = 0; i < count; ++i) key_column[(d + i) * kKeyPanel] = narrow[i];
      Element* value = values + column * head_dim + d;
      if (full) return V::load(new_value + d).store(value);
      V::load_some(new_value + d, count).store_some(value, count);
    });
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
      if (cache.type == DType::f32) {
        append_panel<Arch, float>(cache, k, v, sequence, panel, head);
      } else {
        append_panel<Arch, F16>(cache, k, v, sequence, panel, head);
      }
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
