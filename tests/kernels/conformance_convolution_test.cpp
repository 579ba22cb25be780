// The conformance walk, convolutions: every table that runs here against the reference.
#include <catch2/catch.hpp>

#include "support.h"

using namespace wick;
using namespace wick::conformance;

namespace {

struct Shape {
  Index height, width, channels, kernel, stride, top, left, rows, columns;

  Windows windows(const std::vector<float>& x) const {
    return {x.data(), height, width, channels, kernel, stride, top, left, rows, columns};
  }
};

/// Padded and not, channels around the width of every register, windows that lie outside the picture in part or whole.
constexpr Shape kShapes[] = {
    {5, 7, 1, 3, 1, 1, 1, 5, 7},      {5, 7, 3, 3, 2, 1, 1, 3, 4},     {8, 6, 16, 3, 1, 1, 1, 8, 6},
    {9, 9, 37, 3, 2, 1, 1, 5, 5},     {6, 5, 64, 3, 1, 0, 1, 4, 5},    {1, 1, 33, 3, 1, 1, 1, 1, 1},
    {4, 4, 20, 1, 1, 0, 0, 4, 4},     {7, 8, 12, 5, 1, 2, 2, 7, 8},    {3, 3, 8, 2, 2, 4, 4, 6, 6},
    {64, 64, 40, 3, 1, 1, 1, 64, 64}, {16, 16, 3, 16, 16, 0, 0, 1, 1}, {4, 4, 4, 3, 1, 1, 1, 0, 4},
    {12, 21, 37, 3, 2, 1, 1, 6, 11},  {6, 30, 24, 3, 3, 1, 1, 2, 10},
};

}  // namespace

TEST_CASE("conformance: a depthwise convolution sums each channel's windows") {
  for (const Shape& shape : kShapes) {
    const std::vector<float> x = gaussian(shape.height * shape.width * shape.channels, 1);
    const std::vector<float> weight = gaussian(shape.kernel * shape.kernel * shape.channels, 2);
    const std::vector<float> bias = gaussian(shape.channels, 3);
    const Unary gelu = Unary::gelu_erf;
    for (const Unary* activation : {static_cast<const Unary*>(nullptr), &gelu}) {
      const auto run = [&](const Ops& ops, int threads) {
        const Memory y(shape.rows * shape.columns * shape.channels * Index{sizeof(float)});
        ops.depthwise_convolution(machine(threads).workers(), shape.windows(x), weight.data(), bias.data(), activation,
                                  reinterpret_cast<float*>(y.data()));
        CHECK(y.guarded());
        const auto* values = reinterpret_cast<const float*>(y.data());
        return std::vector<float>(values, values + shape.rows * shape.columns * shape.channels);
      };
      const std::vector<float> wanted = run(reference_ops(), 1);
      for (const Ops* ops : tables()) {
        INFO(ops->name << " " << shape.height << " x " << shape.width << " x " << shape.channels);
        const std::vector<float> y = run(*ops, 1);
        CHECK(nmse(y, wanted) <= 1e-12);
        for (const int threads : kManyThreads) CHECK(same_bits(run(*ops, threads), y));
      }
    }
  }
}

TEST_CASE("conformance: windows are gathered as they lie, zeros outside the picture") {
  for (const Shape& shape : kShapes) {
    const std::vector<float> x = gaussian(shape.height * shape.width * shape.channels, 1);
    const Index row = shape.columns * shape.kernel * shape.kernel * shape.channels;
    const auto run = [&](const Ops& ops, Index first, Index count, int threads) {
      const Memory y(count * row * Index{sizeof(float)});
      ops.gather_windows(machine(threads).workers(), shape.windows(x), first, count,
                         reinterpret_cast<float*>(y.data()));
      CHECK(y.guarded());
      const auto* values = reinterpret_cast<const float*>(y.data());
      return std::vector<float>(values, values + count * row);
    };
    const std::vector<float> wanted = run(reference_ops(), 0, shape.rows, 1);
    const Index half = shape.rows / 2;
    for (const Ops* ops : tables()) {
      INFO(ops->name << " " << shape.height << " x " << shape.width << " x " << shape.channels);
      CHECK(same_bits(run(*ops, 0, shape.rows, 1), wanted));
      CHECK(same_bits(run(*ops, 0, shape.rows, 3), wanted));
      const std::vector<float> rest = run(*ops, half, shape.rows - half, 1);
      CHECK(same_bits(rest, {wanted.begin() + half * row, wanted.end()}));
    }
  }
}
