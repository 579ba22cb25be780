// softmax(scale * q k^T) v, one query vector at a time, over all the keys it may see.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/half.h"
#include "kernels/reference/reference.h"

namespace wick::reference {
namespace {

constexpr Index kScaleBlock = 32;  // dimensions of an 8-bit key or value that share a scale

/// A key or value as it is stored: one element every `step`, and in a q8_0 cache as many scales apart.
struct StoredVector {
  DType type;  // f16, f32 or q8_0
  std::byte* first;
  std::byte* scales;
  Index size, step;

  void read(float* x) const {
    for (Index d = 0; d < size; ++d) {
      x[d] = type == DType::q8_0  ? static_cast<float>(load<std::int8_t>(first, d)) * scale(d / kScaleBlock)
             : type == DType::f16 ? f16_to_f32(load<std::uint16_t>(first, d))
                                  : load<float>(first, d);
    }
  }
  void write(const float* x) const {
    if (type == DType::q8_0) return write_blocks(x);
    for (Index d = 0; d < size; ++d) type == DType::f16 ? store(first, d, f32_to_f16(x[d])) : store(first, d, x[d]);
  }

 private:
  void write_blocks(const float* x) const {
    for (Index block = 0; block < size / kScaleBlock; ++block, x += kScaleBlock) {
      float largest = 0, sum = 0;
      for (Index i = 0; i < kScaleBlock; ++i) {
        largest = std::max(largest, std::fabs(x[i]));
        sum += x[i] * 0;
      }
      const bool finite = sum == 0;
      const float unit = largest / 127, factor = unit > 0 ? 1 / unit : 0;
      for (Index i = 0; i < kScaleBlock; ++i) {
        const float quant = finite ? std::nearbyint(x[i] * factor) : 0;
        store(first, block * kScaleBlock + i, static_cast<std::int8_t>(quant));
      }
      store(scales, block, f32_to_f16(finite ? unit : std::numeric_limits<float>::quiet_NaN()));
    }
  }
  float scale(Index block) const { return f16_to_f32(load<std::uint16_t>(scales, block)); }
  template <class Element>
  Element load(const std::byte* from, Index d) const {
    Element element;
    std::memcpy(&element, from + d * step * Index{sizeof element}, sizeof element);
    return element;
  }
  template <class Element>
  void store(std::byte* to, Index d, Element element) const {
    std::memcpy(to + d * step * Index{sizeof element}, &element, sizeof element);
  }
};

/// A vector whose first element is the `element`-th, and its first scale the `scale`-th, of a kv head's side of a page.
StoredVector stored(const PagedKV& cache, const SequenceRows& sequence, Index token, Index offset, Index head,
                    Index element, Index scale, Index step) {
  const Index elements = kPageTokens * cache.head_dim,
              element_bytes = cache.type == DType::q8_0 ? 1 : info(cache.type).bytes;
  std::byte* first = cache.pages[sequence.pages[token / kPageTokens]] + offset + head * row_bytes(cache.type, elements);
  return {cache.type, first + element * element_bytes, first + elements * element_bytes + scale * 2, cache.head_dim,
          step};
}

/// Where a sequence's token keeps its key for a kv head.
StoredVector key_of(const PagedKV& cache, const SequenceRows& sequence, Index head, Index token) {
  const Index slot = token % kPageTokens, first = slot / kKeyPanel * kKeyPanel, lane = slot % kKeyPanel;
  return stored(cache, sequence, token, cache.k_offset, head, first * cache.head_dim + lane,
                first * (cache.head_dim / kScaleBlock) + lane, kKeyPanel);
}

/// And its value.
StoredVector value_of(const PagedKV& cache, const SequenceRows& sequence, Index head, Index token) {
  const Index slot = token % kPageTokens;
  return stored(cache, sequence, token, cache.v_offset, head, slot * cache.head_dim,
                slot * (cache.head_dim / kScaleBlock), 1);
}

double score(const AttentionArgs& args, const float* query, const StoredVector& stored) {
  float key[kMaxHeadDim];
  stored.read(key);
  double dot = 0;
  for (Index d = 0; d < stored.size; ++d) dot += static_cast<double>(query[d]) * key[d];
  dot *= args.scale;
  return args.softcap > 0 ? args.softcap * std::tanh(dot / args.softcap) : dot;
}

/// Attention of one query vector to the keys [first, last) of a kv head, whose scores get `bias` added where it is not
/// null. No keys give zeros.
void attend(const AttentionArgs& args, const SequenceRows& sequence, Index head, const float* query, Index first,
            Index last, const float* bias, float* out) {
  const auto score_of = [&](Index token) {
    const double s = score(args, query, key_of(args.cache, sequence, head, token));
    return bias ? s + bias[token] : s;
  };
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
      const Index position = sequence.keys - sequence.queries + i;
      const Index first = args.window > 0 ? std::max<Index>(0, position - args.window + 1) : 0;
      const Index reach = args.causal ? 1 : args.window > 0 ? args.window : sequence.queries + sequence.keys;
      const Index last = std::min(sequence.keys, position + reach);
      const Index row = sequence.first_row + i;
      for (Index head = 0; head < args.q.inner; ++head) {
        const float* bias = args.bias ? args.bias + head * args.bias_head_stride + i * args.bias_query_stride : nullptr;
        attend(args, sequence, head / group, args.q.at(row, head), first, last, bias, args.out.at(row, head));
      }
    }
  }
}

}  // namespace wick::reference
