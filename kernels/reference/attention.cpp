// softmax(scale * q k^T) v, one query vector at a time, over all the keys it may see.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/half.h"
#include "kernels/reference/reference.h"

namespace wick::reference {
namespace {

/// A key or value as it is stored: one element every `step`.
struct StoredVector {
  DType type;  // f16 or f32
  std::byte* first;
  Index size, step;

  void read(float* x) const {
    for (Index d = 0; d < size; ++d) x[d] = type == DType::f16 ? f16_to_f32(load<std::uint16_t>(d)) : load<float>(d);
  }
  void write(const float* x) const {
    for (Index d = 0; d < size; ++d) type == DType::f16 ? store(d, f32_to_f16(x[d])) : store(d, x[d]);
  }

 private:
  template <class Element>
  Element load(Index d) const {
    Element element;
    std::memcpy(&element, first + d * step * Index{sizeof element}, sizeof element);
    return element;
  }
  template <class Element>
  void store(Index d, Element element) const {
    std::memcpy(first + d * step * Index{sizeof element}, &element, sizeof element);
  }
};

/// Where a sequence's token keeps its key for a kv head: K is [kv_heads][panels][head_dim][kKeyPanel].
StoredVector key_of(const PagedKV& cache, const SequenceRows& sequence, Index head, Index token) {
  std::byte* page = cache.pages[sequence.pages[token / kPageTokens]];
  const Index slot = token % kPageTokens;
  const Index panel = head * (kPageTokens / kKeyPanel) + slot / kKeyPanel;
  const Index first = panel * cache.head_dim * kKeyPanel + slot % kKeyPanel;
  return {cache.type, page + cache.k_offset + row_bytes(cache.type, first), cache.head_dim, kKeyPanel};
}

/// And its value: V is [kv_heads][kPageTokens][head_dim].
StoredVector value_of(const PagedKV& cache, const SequenceRows& sequence, Index head, Index token) {
  std::byte* page = cache.pages[sequence.pages[token / kPageTokens]];
  const Index first = (head * kPageTokens + token % kPageTokens) * cache.head_dim;
  return {cache.type, page + cache.v_offset + row_bytes(cache.type, first), cache.head_dim, 1};
}

double score(const AttentionArgs& args, const float* query, const StoredVector& stored) {
  float key[kMaxHeadDim];
  stored.read(key);
  double dot = 0;
  for (Index d = 0; d < stored.size; ++d) dot += static_cast<double>(query[d]) * key[d];
  dot *= args.scale;
  return args.softcap > 0 ? args.softcap * std::tanh(dot / args.softcap) : dot;
}

/// Attention of one query vector to the keys [first, last) of a kv head. No keys give zeros.
void attend(const AttentionArgs& args, const SequenceRows& sequence, Index head, const float* query, Index first,
            Index last, float* out) {
  const auto score_of = [&](Index token) { return score(args, query, key_of(args.cache, sequence, head, token)); };
  double largest = -std::numeric_limits<double>::infinity();
  for (Index token = first; token < last; ++token) largest = std::max(largest, score_of(token));
  double total = 0;
  double sums[kMaxHeadDim] = {};
  for (Index token = first; token < last; ++token) {
    const double weight = std::exp(score_of(token) - largest);
    total += weight;
    float value[kMaxHeadDim];
    value_of(args.cache, sequence, head, token).read(value);
    for (Index d = 0; d < args.cache.head_dim; ++d) sums[d] += weight * value[d];
  }
  for (Index d = 0; d < args.cache.head_dim; ++d) out[d] = static_cast<float>(first < last ? sums[d] / total : 0.0);
}

}  // namespace

void cache_append(const Workers&, const PagedKV& cache, const ConstRows& k, const ConstRows& v,
                  const SequenceRows* sequences, Index sequence_count) {
  for (Index s = 0; s < sequence_count; ++s) {
    const SequenceRows& sequence = sequences[s];
    for (Index i = 0; i < sequence.queries; ++i) {
      const Index token = sequence.keys - sequence.queries + i;
      const Index row = sequence.first_row + i;
      for (Index head = 0; head < cache.kv_heads; ++head) {
        key_of(cache, sequence, head, token).write(k.at(row, head));
        value_of(cache, sequence, head, token).write(v.at(row, head));
      }
    }
  }
}

void attention(const Workers&, const AttentionArgs& args) {
  const Index group = args.q.inner / args.cache.kv_heads;  // query heads that share a kv head
  for (Index s = 0; s < args.sequence_count; ++s) {
    const SequenceRows& sequence = args.sequences[s];
    for (Index i = 0; i < sequence.queries; ++i) {
      const Index last = sequence.keys - sequence.queries + i + 1;
      const Index first = args.window > 0 ? std::max<Index>(0, last - args.window) : 0;
      const Index row = sequence.first_row + i;
      for (Index head = 0; head < args.q.inner; ++head)
        attend(args, sequence, head / group, args.q.at(row, head), first, last, args.out.at(row, head));
    }
  }
}

}  // namespace wick::reference
