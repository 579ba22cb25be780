// The conformance walk, softmax down columns and pooling by it: every table that runs here against the reference.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "support.h"

using namespace wick;
using namespace wick::conformance;

namespace {

constexpr double kBound = 1e-12;  // normalised mean squared error of f32 arithmetic
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct Middle {
  Index outer, size, inner;
};

struct Pool {
  Index rows, columns, size;
};

std::vector<float> pooled(const Ops& ops, int threads, const GridMemory& scores, const GridMemory& values) {
  const Index count = scores.size * values.size;
  std::vector<float> y(size_of(count + 1), kNaN);  // one is left alone
  ops.pool(machine(threads).workers(), scores.rows(), values.rows(), y.data());
  CHECK(std::isnan(y.back()));
  y.pop_back();
  return y;
}

/// Holds every table against the reference, for any number of threads.
void check_pool(const Pool& shape, float spread, const std::function<void(GridMemory& scores)>& change = {}) {
  GridMemory scores(shape.rows, 1, shape.columns, 1, spread);
  const GridMemory values(shape.rows, 1, shape.size, 2);
  if (change) change(scores);
  const std::vector<float> wanted = pooled(reference_ops(), 1, scores, values);
  for (const Ops* ops : tables()) {
    INFO(ops->name << " rows " << shape.rows << " columns " << shape.columns << " size " << shape.size);
    const std::vector<float> y = pooled(*ops, 1, scores, values);
    CHECK(nmse(y, wanted) <= kBound);
    for (const int threads : kManyThreads) CHECK(same_bits(pooled(*ops, threads, scores, values), y));
  }
}

}  // namespace

TEST_CASE("conformance: softmax along the middle, masked in part or whole, in place too") {
  const auto run = [](const Ops& ops, int threads, const std::vector<float>& x, const Middle& s, bool in_place) {
    std::vector<float> y = in_place ? x : std::vector<float>(x.size(), kNaN);
    ops.softmax_across(machine(threads).workers(), in_place ? y.data() : x.data(), s.outer, s.size, s.inner, y.data());
    return y;
  };
  for (const Middle& s : {Middle{3, 7, 8}, {1, 5, 1}, {2, 3, 70}, {2000, 7, 8}, {1, 300, 33}, {2, 0, 5}, {0, 3, 5}}) {
    for (const float spread : {1.0f, 1e4f}) {
      std::vector<float> x = gaussian(s.outer * s.size * s.inner, 1, spread);
      for (Index i = 0; i < s.size && s.outer > 1; ++i) {
        x[size_of(i * s.inner)] = -kInfinity;                                // a whole vector
        if (i < s.size / 2) x[size_of((i + 1) * s.inner - 1)] = -kInfinity;  // half of one
      }
      const std::vector<float> wanted = run(reference_ops(), 1, x, s, false);
      for (const Ops* ops : tables()) {
        INFO(ops->name << " [" << s.outer << ", " << s.size << ", " << s.inner << "]");
        const std::vector<float> y = run(*ops, 1, x, s, false);
        CHECK(nmse(y, wanted) <= kBound);
        CHECK(same_bits(run(*ops, 1, x, s, true), y));
        for (const int threads : kManyThreads) CHECK(same_bits(run(*ops, threads, x, s, false), y));
      }
    }
  }
}

TEST_CASE("conformance: pooling of every shape, by small and large scores") {
  for (const float spread : {1.0f, 100.0f}) {
    for (const Index size : {1, 4, 20, 64, 256}) {
      for (const Index columns : {1, 7, 16, 56}) check_pool({300, columns, size}, spread);
    }
    for (const Index rows : {1, 5, 256, 257, 4096, 5000}) check_pool({rows, 70, 24}, spread);
  }
  check_pool({20, 0, 16}, 1);
}

TEST_CASE("conformance: pooling by scores that rise, and by columns that see some rows or none") {
  check_pool({1000, 20, 40}, 1, [](GridMemory& scores) {
    for (Index row = 0; row < scores.outer; ++row) {
      float* score = scores.rows().at(row, 0);
      score[3] = static_cast<float>(row);    // each is above all before it
      score[4] = static_cast<float>(-row);   // the first has all the weight
      if (row < 700) score[5] = -kInfinity;  // a first tile without any
      if (row % 3 != 1) score[6] = -kInfinity;
      score[7] = -kInfinity;
    }
  });
}

TEST_CASE("conformance: what is no number among scores or values is none in the columns that see it") {
  GridMemory scores(600, 1, 20, 1), values(600, 1, 20, 2);
  scores.rows().at(300, 0)[2] = kNaN;
  values.rows().at(400, 0)[5] = kNaN;
  for (const Ops* ops : tables()) {
    INFO(ops->name);
    const std::vector<float> y = pooled(*ops, 1, scores, values);
    for (Index c = 0; c < 20; ++c) {
      for (Index d = 0; d < 20; ++d) CHECK(std::isnan(y[size_of(c * 20 + d)]) == (c == 2 || d == 5));
    }
    std::vector<float> x(56, 1.0f);
    x[13] = kNaN;
    ops->softmax_across(machine().workers(), x.data(), 1, 7, 8, x.data());
    for (Index i = 0; i < 56; ++i) CHECK(std::isnan(x[size_of(i)]) == (i % 8 == 5));
  }
}
