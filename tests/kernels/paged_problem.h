#pragma once
// A paged cache filled with random keys and values, and attention over it in float64: what tests of attention share.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "kernels/ops.h"
#include "kernels/support.h"

namespace wick::test {

inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

using conformance::Machine;

struct Shape {
  Index queries, keys, heads, kv_heads, head_dim;
  DType type = DType::f32;
  Index window = 0;
  float softcap = 0;
  bool causal = true, biased = false;
};

inline std::vector<float> random_values(Index count, unsigned seed, float spread = 1.0f) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(generator);
  return values;
}

/// Vectors of a dense [rows, heads, head_dim] array.
template <class T>
Grid<T> dense(T* data, Index rows, Index heads, Index head_dim) {
  return {data, rows, heads, head_dim, heads * head_dim, head_dim};
}

/// Pages in one block of memory, every byte of it 0xff (a NaN in all types) until something is written.
class PageMemory {
 public:
  PageMemory(DType type, Index kv_heads, Index head_dim, Index pages)
      : bytes_(static_cast<std::size_t>(pages * 2 * side(type, kv_heads, head_dim)), std::byte{0xff}) {
    const Index half = side(type, kv_heads, head_dim);
    for (Index page = 0; page < pages; ++page) pages_.push_back(bytes_.data() + page * 2 * half);
    cache_ = {type, pages_.data(), 0, half, kv_heads, head_dim};
  }
  PageMemory(const PageMemory&) = delete;
  PageMemory& operator=(const PageMemory&) = delete;

  const PagedKV& cache() const { return cache_; }

  /// Element d of a key or value as it is stored, by the definition in ops.h.
  double get(bool value, Index page, Index head, Index token, Index d) const {
    const Index dim = cache_.head_dim, elements = kPageTokens * dim;
    const std::byte* first = pages_[static_cast<std::size_t>(page)] + (value ? cache_.v_offset : cache_.k_offset) +
                             head * row_bytes(cache_.type, elements);
    // The i-th of n numbers of each token.
    const auto place = [&](Index i, Index n) {
      return value ? token * n + i : (token / kKeyPanel * n + i) * kKeyPanel + token % kKeyPanel;
    };
    if (cache_.type == DType::f32) {
      float number;
      std::memcpy(&number, first + place(d, dim) * Index{sizeof number}, sizeof number);
      return static_cast<double>(number);
    }
    if (cache_.type == DType::f16) return half(first + place(d, dim) * 2);
    return static_cast<double>(static_cast<std::int8_t>(first[place(d, dim)])) *
           half(first + elements + place(d / 32, dim / 32) * 2);
  }

 private:
  static double half(const std::byte* from) {
    std::uint16_t bits;
    std::memcpy(&bits, from, sizeof bits);
    const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    double number = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    if (exponent == 31) number = std::numeric_limits<double>::quiet_NaN();
    return bits & 0x8000 ? -number : number;
  }
  static Index side(DType type, Index kv_heads, Index head_dim) {
    return row_bytes(type, kv_heads * kPageTokens * head_dim);
  }

  std::vector<std::byte> bytes_;
  std::vector<std::byte*> pages_;
  PagedKV cache_;
};

/// One sequence: its pages stand in the memory in reverse order, its queries are its newest tokens.
class PagedProblem {
 public:
  PagedProblem(const Ops& ops, Machine& machine, const Shape& of, float spread = 1.0f)
      : shape(of),
        pages(shape.type, shape.kv_heads, shape.head_dim, page_count(shape)),
        q(random_values(shape.queries * shape.heads * shape.head_dim, 1, spread)),
        k(random_values(shape.keys * shape.kv_heads * shape.head_dim, 2, spread)),
        v(random_values(shape.keys * shape.kv_heads * shape.head_dim, 3)),
        out(q.size(), kNaN),
        bias(shape.biased ? random_values(shape.heads * shape.queries * shape.keys, 4) : std::vector<float>{}),
        ops_(ops),
        machine_(machine) {
    for (Index page = page_count(shape); page > 0; --page) ids.push_back(static_cast<std::int32_t>(page - 1));
    fill();
  }

  static Index page_count(const Shape& shape) { return (shape.keys + kPageTokens - 1) / kPageTokens; }

  /// Writes k and v to the cache.
  void fill() {
    const SequenceRows all{0, shape.keys, shape.keys, ids.data()};
    ops_.cache_append(machine_.workers(), pages.cache(),
                      dense<const float>(k.data(), shape.keys, shape.kv_heads, shape.head_dim),
                      dense<const float>(v.data(), shape.keys, shape.kv_heads, shape.head_dim), &all, 1);
  }

  SequenceRows sequence(Index first_row = 0) const { return {first_row, shape.queries, shape.keys, ids.data()}; }

  AttentionArgs args(const SequenceRows* sequences, Index count, const float* queries, float* outputs,
                     Index rows) const {
    return {dense(queries, rows, shape.heads, shape.head_dim),
            dense(outputs, rows, shape.heads, shape.head_dim),
            pages.cache(),
            sequences,
            count,
            1.0f / std::sqrt(static_cast<float>(shape.head_dim)),
            shape.softcap,
            shape.window,
            shape.causal,
            shape.biased ? bias.data() : nullptr,
            shape.queries * shape.keys,
            shape.keys};
  }

  const std::vector<float>& attend(Machine& machine) {
    const SequenceRows rows = sequence();
    ops_.attention(machine.workers(), args(&rows, 1, q.data(), out.data(), shape.queries));
    return out;
  }
  const std::vector<float>& attend() { return attend(machine_); }

  float* key(Index token) { return k.data() + token * shape.kv_heads * shape.head_dim; }
  float* value(Index token) { return v.data() + token * shape.kv_heads * shape.head_dim; }
  Index row_size() const { return shape.heads * shape.head_dim; }

  /// The output of one query and head by the definition, in float64 on the stored keys and values.
  std::vector<double> expected(Index query, Index head) const {
    const Index kv_head = head / (shape.heads / shape.kv_heads), position = shape.keys - shape.queries + query;
    const Index first = shape.window > 0 ? std::max<Index>(0, position - shape.window + 1) : 0;
    const Index last = shape.causal       ? position
                       : shape.window > 0 ? std::min(shape.keys - 1, position + shape.window - 1)
                                          : shape.keys - 1;
    const auto stored = [&](bool value, Index token, Index d) {
      return pages.get(value, ids[static_cast<std::size_t>(token / kPageTokens)], kv_head, token % kPageTokens, d);
    };
    std::vector<double> scores, result(static_cast<std::size_t>(shape.head_dim), 0.0);
    for (Index token = first; token <= last; ++token) {
      double score = 0;
      for (Index d = 0; d < shape.head_dim; ++d) {
        score += static_cast<double>(q[static_cast<std::size_t>((query * shape.heads + head) * shape.head_dim + d)]) *
                 stored(false, token, d);
      }
      score /= std::sqrt(static_cast<double>(shape.head_dim));
      if (shape.softcap > 0)
        score = static_cast<double>(shape.softcap) * std::tanh(score / static_cast<double>(shape.softcap));
      if (shape.biased)
        score +=
            static_cast<double>(bias[static_cast<std::size_t>((head * shape.queries + query) * shape.keys + token)]);
      scores.push_back(score);
    }
    const double highest = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
    double total = 0;
    for (double& score : scores) total += score = std::exp(score - highest);
    for (Index token = first; token <= last; ++token) {
      const double weight = scores[static_cast<std::size_t>(token - first)] / total;
      for (Index d = 0; d < shape.head_dim; ++d) result[static_cast<std::size_t>(d)] += weight * stored(true, token, d);
    }
    return result;
  }

  /// Normalised mean squared error of `out` on about `samples` of its rows.
  double error(Index samples = 40) const {
    double difference = 0, norm = 0;
    const Index rows = shape.queries * shape.heads, step = std::max<Index>(1, rows / samples);
    for (Index row = 0; row < rows; row += step) {
      const std::vector<double> want = expected(row / shape.heads, row % shape.heads);
      for (std::size_t d = 0; d < want.size(); ++d) {
        const double got = static_cast<double>(out[static_cast<std::size_t>(row) * want.size() + d]);
        difference += (got - want[d]) * (got - want[d]);
        norm += want[d] * want[d];
      }
    }
    return difference / norm;
  }

  Shape shape;
  PageMemory pages;
  std::vector<float> q, k, v, out, bias;
  std::vector<std::int32_t> ids;

 private:
  const Ops& ops_;
  Machine& machine_;
};

}  // namespace wick::test
