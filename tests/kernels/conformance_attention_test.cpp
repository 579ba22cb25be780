// The conformance walk, attention and its cache: every table that runs here against the reference.
//
// Causal attention to `tokens` keys contains all smaller problems: query i of any call that ends at key i must give
// row i. So the reference works out one problem, and the tables are asked for many of its parts.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "support.h"

using namespace wick;
using namespace wick::conformance;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// What a cache of this head dimension may hold.
std::vector<DType> cache_types(Index head_dim) {
  if (head_dim % info(DType::q8_0).block != 0) return {DType::f32, DType::f16};
  return {DType::f32, DType::f16, DType::q8_0};
}

enum class Values {
  gaussian,
  large_scores,   // up to about +-1e4
  rising_scores,  // each key's score is above all before it, up to 150
  equal_keys,     // every key weighs the same
  one_hot,        // one key of many takes all the weight
};

struct Shape {
  DType type = DType::f32;
  Index kv_heads = 1, group = 1, head_dim = 64;
  Index tokens = 40;
  Values values = Values::gaussian;
  Index window = 0;
  float softcap = 0;

  Index heads() const { return kv_heads * group; }
};

std::string label(const Ops& ops, const Shape& s, Index queries, Index keys) {
  return std::string(ops.name) + " " + info(s.type).name + " kv heads " + std::to_string(s.kv_heads) + " group " +
         std::to_string(s.group) + " head dim " + std::to_string(s.head_dim) + " window " + std::to_string(s.window) +
         " queries " + std::to_string(queries) + " keys " + std::to_string(keys);
}

/// Keys and values of one sequence in pages that stand in no order, in the second layer of two; whatever was not
/// written is NaN. And the reference's output for the queries of the positions [first, tokens).
class Problem {
 public:
  explicit Problem(const Shape& of, Index first = 0)
      : shape_(of),
        side_(row_bytes(of.type, of.kv_heads * kPageTokens * of.head_dim)),
        page_count_((of.tokens + kPageTokens - 1) / kPageTokens),
        memory_(page_count_ * 4 * side_),
        page_ids_(size_of(page_count_)),
        q_(gaussian(of.tokens * of.heads() * of.head_dim, 1)),
        k_(gaussian(of.tokens * of.kv_heads * of.head_dim, 2)),
        v_(gaussian(of.tokens * of.kv_heads * of.head_dim, 3)) {
    for (Index page = 0; page < page_count_; ++page) pages_.push_back(memory_.data() + page * 4 * side_);
    std::iota(page_ids_.rbegin(), page_ids_.rend(), 0);
    shape_values();
    write(reference_ops(), 0, shape_.tokens);
    expected_ =
        attend(reference_ops(), {{0, shape_.tokens - first, shape_.tokens, page_ids_.data()}}, shape_.tokens - first);
    first_ = first;
  }
  Problem(const Problem&) = delete;

  const Shape& shape() const { return shape_; }
  const Memory& memory() const { return memory_; }
  Index row_size() const { return shape_.heads() * shape_.head_dim; }
  SequenceRows sequence(Index first_row, Index queries, Index keys) const {
    return {first_row, queries, keys, page_ids_.data()};
  }

  /// Stores the keys and values of the tokens [from, to).
  void write(const Ops& ops, Index from, Index to, int threads = 1) {
    const SequenceRows rows = sequence(0, to - from, to);
    const Index size = shape_.kv_heads * shape_.head_dim;
    const auto grid = [&](const std::vector<float>& x) {
      return ConstRows{x.data() + from * size, to - from, shape_.kv_heads, shape_.head_dim, size, shape_.head_dim};
    };
    ops.cache_append(machine(threads).workers(), cache(), grid(k_), grid(v_), &rows, 1);
  }
  /// Forgets everything.
  void poison() { std::fill_n(memory_.data(), page_count_ * 4 * side_, std::byte{0xff}); }

  /// The output rows of a batch; rows of no sequence stay NaN. A sequence's queries are the last of its keys.
  std::vector<float> attend(const Ops& ops, const std::vector<SequenceRows>& batch, Index rows, int threads = 1,
                            bool in_place = false) const {
    std::vector<float> q(size_of(rows * row_size()), kNaN);
    for (const SequenceRows& s : batch) {
      if (s.keys < s.queries) continue;  // no such tokens; their queries stay NaN
      std::copy_n(q_.data() + (s.keys - s.queries) * row_size(), s.queries * row_size(),
                  q.data() + s.first_row * row_size());
    }
    std::vector<float> out(in_place ? 0 : q.size(), kNaN);
    float* y = in_place ? q.data() : out.data();
    ops.attention(machine(threads).workers(),
                  {grid<const float>(q.data(), rows), grid<float>(y, rows), cache(), batch.data(),
                   static_cast<Index>(batch.size()), scale(), shape_.softcap, shape_.window});
    return in_place ? q : out;
  }

  /// What `queries` rows that end at key `keys` should be.
  const float* expected(Index queries, Index keys) const {
    return expected_.data() + (keys - queries - first_) * row_size();
  }

  void check(const Ops& ops, Index queries, Index keys) const {
    const std::vector<float> y = attend(ops, {sequence(0, queries, keys)}, queries);
    INFO(label(ops, shape_, queries, keys));
    check_rows(y.data(), queries, keys);
  }

  void check_rows(const float* y, Index queries, Index keys) const {
    const Index count = queries * row_size();
    // The rounding error of a score grows with it, and turns up in the weights: 6e-4 at 1e4, 1e-5 at 150.
    if (shape_.values == Values::large_scores || shape_.values == Values::rising_scores) {
      CHECK(nmse(y, expected(queries, keys), count) <= (shape_.values == Values::large_scores ? 1e-6 : 1e-8));
    } else {
      CHECK(nmse(y, expected(queries, keys), count) <= (shape_.type == DType::f32 ? 1e-12 : 1e-10));
      if (shape_.type != DType::q8_0) CHECK(largest_error(y, expected(queries, keys), count) <= 2e-6);
    }
  }

 private:
  PagedKV cache() const { return {shape_.type, pages_.data(), 2 * side_, 3 * side_, shape_.kv_heads, shape_.head_dim}; }
  template <class T>
  Grid<T> grid(T* data, Index rows) const {
    return {data, rows, shape_.heads(), shape_.head_dim, row_size(), shape_.head_dim};
  }
  float scale() const { return 1 / std::sqrt(static_cast<float>(shape_.head_dim)); }

  void shape_values() {
    const Index size = shape_.kv_heads * shape_.head_dim;
    if (shape_.values == Values::large_scores) {
      for (float& x : q_) x *= 50;
      for (float& x : k_) x *= 60;
    } else if (shape_.values == Values::equal_keys) {
      for (Index token = 1; token < shape_.tokens; ++token) std::copy_n(k_.data(), size, k_.data() + token * size);
    } else if (shape_.values == Values::rising_scores) {  // queries and keys along one direction
      std::fill(q_.begin(), q_.end(), 1.0f);
      for (Index token = 0; token < shape_.tokens; ++token)
        std::fill_n(k_.data() + token * size, size, static_cast<float>(token) / 16);
    } else if (shape_.values == Values::one_hot) {
      std::fill(q_.begin(), q_.end(), 4.0f);
      const Index winner = shape_.tokens / 3;
      std::fill_n(k_.data() + winner * size, size, 40.0f);
    }
  }

  Shape shape_;
  Index side_;  // bytes of one layer's K, or V, in a page
  Index page_count_;
  Memory memory_;
  std::vector<std::byte*> pages_;
  std::vector<std::int32_t> page_ids_;
  std::vector<float> q_, k_, v_, expected_;
  Index first_ = 0;
};

}  // namespace

TEST_CASE("conformance: attention of every length up to a tile and beyond") {
  for (const DType type : cache_types(64)) {
    const Problem problem({.type = type, .group = 2, .tokens = kPageTokens + 20});
    for (const Ops* ops : tables()) {
      for (Index length = 1; length <= problem.shape().tokens; ++length) {
        problem.check(*ops, length, length);
        problem.check(*ops, 1, length);
      }
    }
  }
}

TEST_CASE("conformance: attention of every head size") {
  for (const Index head_dim : {32, 64, 80, 96, 112, 128, 160, 192, 224, 256, 8, 20, 36, 72, 104}) {
    for (const DType type : cache_types(head_dim)) {
      const Problem problem({.type = type, .kv_heads = 2, .group = 2, .head_dim = head_dim, .tokens = 50});
      for (const Ops* ops : tables()) {
        for (const Index queries : {1, 2, 5, 33, 50}) problem.check(*ops, queries, 50);
      }
    }
  }
}

TEST_CASE("conformance: attention of every group size, decode, drafts and chunks at an offset") {
  constexpr Index tokens = kPageTokens + 60;
  for (const Index group : {1, 2, 3, 4, 5, 6, 7, 8, 12}) {
    for (const DType type : cache_types(64)) {
      const Problem problem({.type = type, .kv_heads = 2, .group = group, .tokens = tokens}, tokens - 34);
      for (const Ops* ops : tables()) {
        for (const Index queries : {1, 2, 3, 4, 7, 8, 9, 17, 34}) problem.check(*ops, queries, tokens);
        for (const Index keys : {tokens - 1, tokens - 17}) problem.check(*ops, 1, keys);
      }
    }
  }
}

TEST_CASE("conformance: attention in a window and with capped scores") {
  constexpr Index tokens = kPageTokens + 70;
  for (const Index window : {0, 1, 2, 15, 16, 17, 64, 100, 255, 256, 257, 400}) {
    for (const float softcap : {0.0f, 2.0f}) {
      if (softcap > 0 && window != 0 && window != 17) continue;
      const Problem problem({.type = window % 2 ? DType::f32 : DType::f16,
                             .group = 3,
                             .tokens = tokens,
                             .window = window,
                             .softcap = softcap});
      for (const Ops* ops : tables()) {
        for (const Index keys : {Index{1}, Index{40}, kPageTokens, kPageTokens + 1, tokens}) {
          for (const Index queries : {Index{1}, Index{6}, Index{40}, keys}) {
            if (queries <= keys) problem.check(*ops, queries, keys);
          }
        }
      }
    }
  }
}

TEST_CASE("conformance: attention with scores of 1e4, rising, all equal, or with one winner") {
  constexpr Index tokens = kPageTokens + 40;
  for (const Values values : {Values::large_scores, Values::rising_scores, Values::equal_keys, Values::one_hot}) {
    for (const DType type : cache_types(64)) {
      const Problem problem({.type = type, .group = 4, .tokens = tokens, .values = values});
      for (const Ops* ops : tables()) {
        for (const Index keys : {Index{17}, Index{100}, tokens}) {
          problem.check(*ops, 1, keys);
          problem.check(*ops, keys, keys);
        }
      }
    }
  }
}

TEST_CASE("conformance: attention of a ragged batch, prefill and decode mixed, gaps left alone, in place or not") {
  constexpr Index tokens = 2 * kPageTokens + 3;
  for (const DType type : cache_types(64)) {
    const Problem problem(
        {.type = type, .kv_heads = 2, .group = 2, .head_dim = type == DType::q8_0 ? 64 : 40, .tokens = tokens});
    const std::vector<SequenceRows> batch = {
        problem.sequence(0, 1, 300),   problem.sequence(2, 17, 17), problem.sequence(19, 0, 40),
        problem.sequence(19, 5, 260),  problem.sequence(24, 0, 0),  problem.sequence(30, 1, tokens),
        problem.sequence(31, 70, 256), problem.sequence(101, 1, 1), problem.sequence(102, 3, 400),
        problem.sequence(105, 1, 257),
    };
    constexpr Index rows = 108;
    std::vector<float> wanted(size_of(rows * problem.row_size()), kNaN);
    for (const SequenceRows& s : batch)
      std::copy_n(problem.expected(s.queries, std::max(s.keys, s.queries)), s.queries * problem.row_size(),
                  wanted.data() + s.first_row * problem.row_size());
    for (const Ops* ops : tables()) {
      const std::vector<float> y = problem.attend(*ops, batch, rows);
      for (const SequenceRows& s : batch) {
        INFO(label(*ops, problem.shape(), s.queries, s.keys));
        problem.check_rows(y.data() + s.first_row * problem.row_size(), s.queries, s.keys);
      }
      int strays = 0;
      for (std::size_t i = 0; i < y.size(); ++i) strays += std::isnan(wanted[i]) != std::isnan(y[i]);
      CHECK(strays == 0);
      CHECK(same_bits(problem.attend(*ops, batch, rows, 1, true), y));
      for (const int threads : kManyThreads) CHECK(same_bits(problem.attend(*ops, batch, rows, threads), y));
    }
  }
}

TEST_CASE("conformance: attention never reads what is not yet written") {
  for (const DType type : cache_types(64)) {
    Problem problem({.type = type, .kv_heads = 2, .group = 2, .tokens = kPageTokens + 33});
    for (const Index keys : {Index{1}, Index{15}, Index{16}, Index{17}, Index{63}, Index{65}, kPageTokens - 1,
                             kPageTokens, kPageTokens + 1}) {
      problem.poison();
      problem.write(reference_ops(), 0, keys);
      for (const Ops* ops : tables()) {
        for (const Index queries : {Index{1}, Index{3}, Index{12}, keys}) {
          if (queries <= keys) problem.check(*ops, queries, keys);
        }
      }
    }
  }
}

TEST_CASE("conformance: queries without keys give zeros") {
  const Problem problem({.group = 2, .tokens = 20});
  for (const Ops* ops : tables()) {
    const std::vector<float> y = problem.attend(*ops, {problem.sequence(0, 2, 0), problem.sequence(2, 1, 20)}, 3);
    INFO(ops->name);
    CHECK(std::count(y.begin(), y.begin() + 2 * problem.row_size(), 0.0f) == 2 * problem.row_size());
    problem.check_rows(y.data() + 2 * problem.row_size(), 1, 20);
  }
}

TEST_CASE("conformance: keys and values are stored bit for bit, at once or token by token, by any number of threads") {
  for (const Index head_dim : {20, 64, 80, 256}) {
    for (const DType type : cache_types(head_dim)) {
      const Shape shape{.type = type, .kv_heads = 3, .head_dim = head_dim, .tokens = kPageTokens + 40};
      Problem wanted(shape, shape.tokens - 1), problem(shape, shape.tokens - 1);
      for (const Ops* ops : tables()) {
        INFO(label(*ops, shape, 0, shape.tokens));
        problem.poison();
        problem.write(*ops, 0, shape.tokens, 3);
        CHECK(problem.memory() == wanted.memory());
        problem.poison();
        for (Index from = 0, to = 1; from < shape.tokens; from = to, to = std::min(shape.tokens, to + from % 23 + 1))
          problem.write(*ops, from, to);
        CHECK(problem.memory() == wanted.memory());
      }
    }
  }
}
