// Laws of the operations on rows and elements that random inputs would miss: whole ranges, special values, odd sizes.
#include <catch2/catch.hpp>

#include "kernels/paged_problem.h"

namespace wick::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <class Law>
void for_every_implementation(Law&& law) {
  const OpsList list = available_ops();
  for (int i = 0; i < list.count; ++i) law(*list.ops[i]);
}

double exact(Unary op, double x) {
  switch (op) {
    case Unary::neg:
      return -x;
    case Unary::abs:
      return std::fabs(x);
    case Unary::exp:
      return std::exp(x);
    case Unary::log:
      return std::log(x);
    case Unary::sqrt:
      return std::sqrt(x);
    case Unary::rsqrt:
      return 1 / std::sqrt(x);
    case Unary::sin:
      return std::sin(x);
    case Unary::cos:
      return std::cos(x);
    case Unary::tanh:
      return std::tanh(x);
    case Unary::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Unary::relu:
      return std::max(x, 0.0);
    case Unary::silu:
      return x / (1 + std::exp(-x));
    case Unary::gelu_erf:
      return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    case Unary::gelu_tanh:
      return x / (1 + std::exp(-2 * std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  }
  return 0;
}

std::vector<float> apply(const Ops& ops, Machine& machine, Unary op, const std::vector<float>& x) {
  std::vector<float> y(x.size());
  ops.unary(machine.workers(), op, x.data(), y.data(), static_cast<Index>(x.size()));
  return y;
}

}  // namespace

TEST_CASE("unary: close to the exact function over its whole range") {
  struct Case {
    Unary op;
    float first, last;
    double relative, absolute;  // what is allowed: relative * |y| + absolute
  };
  const Case cases[] = {
      {Unary::neg, -10, 10, 0, 0},
      {Unary::abs, -10, 10, 0, 0},
      {Unary::exp, -87, 88.7f, 4e-7, 0},
      {Unary::exp, -110, -87, 0, 3e-45},
      {Unary::log, 1e-6f, 10, 4e-7, 3e-8},
      {Unary::log, 1e-45f, 1e-37f, 4e-7, 0},
      {Unary::log, 1e30f, 3e38f, 4e-7, 0},
      {Unary::sqrt, 0, 1e6f, 2e-7, 0},
      {Unary::rsqrt, 1e-6f, 1e6f, 3e-7, 0},
      {Unary::sin, -100, 100, 3e-7, 1e-7},
      {Unary::cos, -100, 100, 3e-7, 1e-7},
      {Unary::tanh, -12, 12, 5e-7, 0},
      {Unary::tanh, -1e-3f, 1e-3f, 3e-7, 0},
      {Unary::sigmoid, -80, 20, 6e-7, 0},
      {Unary::relu, -10, 10, 0, 0},
      {Unary::silu, -80, 50, 6e-7, 0},
      {Unary::gelu_erf, -9, 9, 6e-6, 1e-20},
      {Unary::gelu_tanh, -8, 8, 5e-6, 1e-15},  // 1 + tanh cancels in the far tail
  };
  for_every_implementation([&](const Ops& ops) {
    Machine machine(1);
    for (const Case& c : cases) {
      std::vector<float> x;
      for (int i = 0; i <= 4001; ++i) x.push_back(c.first + (c.last - c.first) * (static_cast<float>(i) / 4001.0f));
      const std::vector<float> y = apply(ops, machine, c.op, x);
      double worst = 0;
      float where = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double want = exact(c.op, static_cast<double>(x[i]));
        const double allowed = c.relative * std::fabs(want) + c.absolute;
        const double off = std::fabs(static_cast<double>(y[i]) - want);
        const double share = off == 0 ? 0 : allowed == 0 || std::isnan(off) ? 1e9 : off / allowed;
        if (share > worst) worst = share, where = x[i];
      }
      INFO(ops.name << ", function " << static_cast<int>(c.op) << ", worst at " << where);
      CHECK(worst <= 1.0);
    }
  });
}

TEST_CASE("unary: limits and NaN") {
  struct Case {
    Unary op;
    float x, y;
  };
  const Case cases[] = {
      {Unary::exp, -kInfinity, 0},
      {Unary::exp, kInfinity, kInfinity},
      {Unary::exp, 89, kInfinity},
      {Unary::log, 0, -kInfinity},
      {Unary::log, kInfinity, kInfinity},
      {Unary::log, -1, kNaN},
      {Unary::log, 1, 0},
      {Unary::tanh, kInfinity, 1},
      {Unary::tanh, -kInfinity, -1},
      {Unary::sigmoid, kInfinity, 1},
      {Unary::sigmoid, -kInfinity, 0},
      {Unary::silu, 200, 200},
      {Unary::silu, -200, 0},
      {Unary::gelu_erf, 100, 100},
      {Unary::gelu_erf, -100, 0},
      {Unary::gelu_tanh, 100, 100},
      {Unary::gelu_tanh, -100, 0},
      {Unary::relu, -kInfinity, 0},
      {Unary::sqrt, -1, kNaN},
      {Unary::rsqrt, kInfinity, 0},
  };
  for_every_implementation([&](const Ops& ops) {
    Machine machine(1);
    for (const Case& c : cases) {
      const float y = apply(ops, machine, c.op, {c.x})[0];
      INFO(ops.name << ", function " << static_cast<int>(c.op) << " of " << c.x);
      CHECK((std::isnan(c.y) ? std::isnan(y) : y == c.y));
    }
    for (int op = 0; op <= static_cast<int>(Unary::gelu_tanh); ++op) {
      INFO(ops.name << ", function " << op << " of NaN");
      CHECK(std::isnan(apply(ops, machine, static_cast<Unary>(op), {kNaN})[0]));
    }
  });
}

TEST_CASE("unary: a gelu of an element does not depend on its neighbours") {
  for_every_implementation([&](const Ops& ops) {
    Machine machine(1);
    std::vector<float> x;
    for (int i = -800; i <= 800; ++i) x.push_back(static_cast<float>(i) * 0.0125f);
    const std::vector<float> among = apply(ops, machine, Unary::gelu_erf, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (const float beside : {-8.0f, 0.0f}) {
        std::vector<float> row(64, beside);
        row[i % row.size()] = x[i];
        CHECK(apply(ops, machine, Unary::gelu_erf, row)[i % row.size()] == among[i]);
      }
    }
  });
}

TEST_CASE("convert: every half survives floats, and floats round to the nearest even half") {
  for_every_implementation([&](const Ops& ops) {
    Machine machine(2);
    INFO(ops.name);
    std::vector<std::uint16_t> halves(65536), back(65536);
    for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
    std::vector<float> floats(65536);
    const auto bytes = [](auto& array) { return reinterpret_cast<std::byte*>(array.data()); };
    const auto convert = [&](DType from, const std::byte* x, DType to, std::byte* y, Index count) {
      ops.convert(machine.workers(), from, x, to, y, count);
    };
    convert(DType::f16, bytes(halves), DType::f32, bytes(floats), 65536);
    convert(DType::f32, bytes(floats), DType::f16, bytes(back), 65536);
    Index wrong = 0;
    for (std::size_t i = 0; i < halves.size(); ++i) {
      const bool nan = (i & 0x7fff) > 0x7c00;
      wrong += nan ? !(std::isnan(floats[i]) && (back[i] & 0x7fff) > 0x7c00) : back[i] != halves[i];
    }
    CHECK(wrong == 0);

    // Halfway between two neighbours goes to the even one, anything off it to the nearer; odd counts reach the tail.
    std::vector<float> between;
    std::vector<std::uint16_t> want;
    for (std::uint16_t i = 0; i < 0x7bff; ++i) {
      const float middle = (floats[i] + floats[i + 1u]) / 2;
      between.insert(between.end(), {std::nextafter(middle, 0.0f), middle, std::nextafter(middle, kInfinity)});
      want.insert(want.end(), {i, static_cast<std::uint16_t>(i + (i & 1)), static_cast<std::uint16_t>(i + 1)});
    }
    between.insert(between.end(), {65519.0f, 65520.0f, 1e30f, kInfinity, 1e-30f});
    want.insert(want.end(), {0x7bff, 0x7c00, 0x7c00, 0x7c00, 0});
    std::vector<std::uint16_t> rounded(want.size());
    convert(DType::f32, bytes(between), DType::f16, bytes(rounded), static_cast<Index>(want.size()));
    CHECK(rounded == want);
  });
}

TEST_CASE("convert: bfloat16 rounds to nearest even and keeps NaN") {
  for_every_implementation([&](const Ops& ops) {
    Machine machine(1);
    const std::uint32_t bits[] = {0x3f800000, 0x3f808000, 0x3f818000, 0x3f808001,
                                  0x7f7fffff, 0x7f800000, 0x80000000, 0x00000001};
    const std::uint16_t want[] = {0x3f80, 0x3f80, 0x3f82, 0x3f81, 0x7f80, 0x7f80, 0x8000, 0x0000};
    std::uint16_t got[8];
    ops.convert(machine.workers(), DType::f32, reinterpret_cast<const std::byte*>(bits), DType::bf16,
                reinterpret_cast<std::byte*>(got), 8);
    for (int i = 0; i < 8; ++i) CHECK(got[i] == want[i]);
    const std::uint32_t nan = 0x7f800001;
    ops.convert(machine.workers(), DType::f32, reinterpret_cast<const std::byte*>(&nan), DType::bf16,
                reinterpret_cast<std::byte*>(got), 1);
    CHECK((got[0] & 0x7fff) > 0x7f80);
  });
}

TEST_CASE("argmax: the first of equal maxima, wherever it stands") {
  for_every_implementation([&](const Ops& ops) {
    Machine machine(1);
    for (const Index size : {1, 7, 16, 255, 256, 257, 1000}) {
      for (const Index place : {Index{0}, size / 2, size - 1}) {
        std::vector<float> x(static_cast<std::size_t>(size), -2.0f);
        for (Index i = place; i < size; i += 3) x[static_cast<std::size_t>(i)] = -1.0f;
        std::int32_t y = -1;
        ops.argmax(machine.workers(), {x.data(), 1, 1, size, size, size}, &y);
        INFO(ops.name << ", size " << size);
        CHECK(y == place);
      }
    }
    const std::vector<float> nothing(20, -kInfinity);
    std::int32_t y = -1;
    ops.argmax(machine.workers(), {nothing.data(), 1, 1, 20, 20, 20}, &y);
    CHECK(y == 0);
  });
}

TEST_CASE("softmax: sums to one at any size and scale, and is zero where nothing is left") {
  for_every_implementation([&](const Ops& ops) {
    Machine machine(1);
    for (const Index size : {1, 3, 16, 61, 300}) {
      for (const float scale : {1.0f, -1.0f, 1000.0f}) {
        const std::vector<float> x = random_values(size, 4);
        std::vector<float> y(x.size());
        ops.softmax(machine.workers(), {x.data(), 1, 1, size, size, size}, scale, {y.data(), 1, 1, size, size, size});
        double total = 0;
        for (float value : y) total += static_cast<double>(value);
        INFO(ops.name << ", size " << size << ", scale " << scale);
        CHECK(total == Approx(1.0).epsilon(1e-5));
      }
    }
    std::vector<float> x(21, -kInfinity);
    ops.softmax(machine.workers(), {x.data(), 1, 1, 21, 21, 21}, 1.0f, {x.data(), 1, 1, 21, 21, 21});
    for (float value : x) CHECK(value == 0.0f);
  });
}

TEST_CASE("rope: rotates each pair by its angle and leaves the rest alone") {
  for_every_implementation([&](const Ops& ops) {
    Machine machine(2);
    for (const Index rotary : {2, 6, 20, 64, 128}) {
      for (const RopePairs pairs : {RopePairs::adjacent, RopePairs::halves}) {
        const Index tokens = 5, heads = 3, size = rotary + 4, half = rotary / 2;
        const std::vector<float> before = random_values(tokens * heads * size, 5);
        std::vector<float> after = before, cos_sin(static_cast<std::size_t>(tokens * rotary));
        const auto angle = [&](Index token, Index i) {
          return 0.3 * static_cast<double>(token) * static_cast<double>(i + 1);
        };
        for (Index token = 0; token < tokens; ++token) {
          for (Index i = 0; i < half; ++i) {
            cos_sin[static_cast<std::size_t>(token * rotary + i)] = static_cast<float>(std::cos(angle(token, i)));
            cos_sin[static_cast<std::size_t>(token * rotary + half + i)] =
                static_cast<float>(std::sin(angle(token, i)));
          }
        }
        ops.rope(machine.workers(), dense(after.data(), tokens, heads, size), cos_sin.data(), rotary, pairs);
        double worst = 0;
        for (Index vector = 0; vector < tokens * heads; ++vector) {
          const float* x = before.data() + vector * size;
          const float* y = after.data() + vector * size;
          for (Index i = 0; i < half; ++i) {
            const Index first = pairs == RopePairs::adjacent ? 2 * i : i,
                        second = pairs == RopePairs::adjacent ? 2 * i + 1 : i + half;
            const double c = std::cos(angle(vector / heads, i)), s = std::sin(angle(vector / heads, i));
            const double a = static_cast<double>(x[first]), b = static_cast<double>(x[second]);
            worst = std::max({worst, std::fabs(a * c - b * s - static_cast<double>(y[first])),
                              std::fabs(a * s + b * c - static_cast<double>(y[second]))});
          }
          for (Index i = rotary; i < size; ++i) worst = std::max(worst, x[i] == y[i] ? 0.0 : 1.0);
        }
        INFO(ops.name << ", rotary " << rotary);
        CHECK(worst < 1e-6);
      }
    }
  });
}

}  // namespace wick::test
