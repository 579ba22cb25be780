// softmax(scale * q k^T) v, one query vector at a time, over all the keys it may see.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/half.h"
#include "kernels/reference/reference.h"

namespace wick::reference {
namespace {

/// One layer's K and V of one kv head of one sequence, addressed by token.
class HeadCache {
 public:
  HeadCache(const PagedKV& cache, const SequenceRows& sequence, Index head)
      : cache_(cache), sequence_(sequence), head_(head) {}

  float key(Index token, Index d) const { return load(cache_.k_offset, key_index(token, d), token); }
  float value(Index token, Index d) const { return load(cache_.v_offset, value_index(token, d), token); }
  void set_key(Index token, Index d, float x) const { store(cache_.k_offset, key_index(token, d), token, x); }
  void set_value(Index token, Index d, float x) const { store(cache_.v_offset, value_index(token, d), token, x); }

 private:
  /// Of an element of K, [kv_heads][panels][head_dim][kKeyPanel], and of V, [kv_heads][kPageTokens][head_dim].
  Index key_index(Index token, Index d) const {
    const Index slot = token % kPageTokens;
    const Index panel = head_ * (kPageTokens / kKeyPanel) + slot / kKeyPanel;
    return (panel * cache_.head_dim + d) * kKeyPanel + slot % kKeyPanel;
  }
  Index value_index(Index token, Index d) const {
    return (head_ * kPageTokens + token % kPageTokens) * cache_.head_dim + d;
  }
  std::byte* address(Index offset, Index index, Index token) const {
    return cache_.pages[sequence_.pages[token / kPageTokens]] + offset + row_bytes(cache_.type, index);
  }

  float load(Index offset, Index index, Index token) const {
    const std::byte* p = address(offset, index, token);
    if (cache_.type == DType::f16) {
      std::uint16_t half;
      std::memcpy(&half, p, sizeof half);
      return f16_to_f32(half);
    }
    float x;
    std::memcpy(&x, p, sizeof x);
    return x;
  }
  void store(Index offset, Index index, Index token, float x) const {
    std::byte* p = address(offset, index, token);
    if (cache_.type == DType::f16) {
      const std::uint16_t half = f32_to_f16(x);
      std::memcpy(p, &half, sizeof half);
    } else {
      std::memcpy(p, &x, sizeof x);
    }
  }

  const PagedKV& cache_;
  const SequenceRows& sequence_;
  Index head_;
};

double score(const AttentionArgs& args, const float* query, const HeadCache& head, Index token) {
  double dot = 0;
  for (Index d = 0; d < args.q.size; ++d) dot += static_cast<double>(query[d]) * head.key(token, d);
  dot *= args.scale;
  return args.softcap > 0 ? args.softcap * std::tanh(dot / args.softcap) : dot;
}

/// Attention of one query vector to the keys [first, last). No keys give zeros.
void attend(const AttentionArgs& args, const float* query, const HeadCache& head, Index first, Index last, float* out) {
  double largest = -std::numeric_limits<double>::infinity();
  for (Index token = first; token < last; ++token) largest = std::max(largest, score(args, query, head, token));
  double total = 0;
  double sums[kMaxHeadDim] = {};
  for (Index token = first; token < last; ++token) {
    const double weight = std::exp(score(args, query, head, token) - largest);
    total += weight;
    for (Index d = 0; d < args.q.size; ++d) sums[d] += weight * head.value(token, d);
  }
  for (Index d = 0; d < args.q.size; ++d) out[d] = static_cast<float>(first < last ? sums[d] / total : 0.0);
}

}  // namespace

void cache_append(const Workers&, const PagedKV& cache, const ConstRows& k, const ConstRows& v,
                  const SequenceRows* sequences, Index sequence_count) {
  for (Index s = 0; s < sequence_count; ++s) {
    const SequenceRows& sequence = sequences[s];
    for (Index h = 0; h < cache.kv_heads; ++h) {
      const HeadCache head(cache, sequence, h);
      for (Index i = 0; i < sequence.queries; ++i) {
        const Index token = sequence.keys - sequence.queries + i;
        const Index row = sequence.first_row + i;
        for (Index d = 0; d < cache.head_dim; ++d) {
          head.set_key(token, d, k.at(row, h)[d]);
          head.set_value(token, d, v.at(row, h)[d]);
        }
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
      for (Index h = 0; h < args.q.inner; ++h)
        attend(args, args.q.at(row, h), {args.cache, sequence, h / group}, first, last, args.out.at(row, h));
    }
  }
}

}  // namespace wick::reference
