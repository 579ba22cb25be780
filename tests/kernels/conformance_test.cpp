// The conformance walk, rows and elements: every table that runs here against the reference. Its other parts are
// the files conformance_*_test.cpp.
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

struct GridShape {
  Index outer, inner, size;
};

/// Vectors around the width of every register, and grids small and large enough to be shared among threads.
std::vector<GridShape> grid_shapes() {
  std::vector<GridShape> shapes;
  for (Index size = 1; size <= 70; ++size) shapes.push_back({2, 3, size});
  for (const Index size : {100, 256, 576, 1000, 4099}) shapes.push_back({3, 2, size});
  for (const GridShape& shape : {GridShape{400, 3, 64}, {1, 500, 130}, {1, 1, 50000}, {0, 4, 8}, {3, 0, 8}})
    shapes.push_back(shape);
  return shapes;
}

/// What an operation does to a grid: from x to y, which may be the same.
using RowOperation = std::function<void(const Ops&, const Workers&, const ConstRows& x, const Rows& y)>;

/// Holds a row operation of every table against the reference, for every shape: in place and not, for any number of
/// threads, the room between the vectors included.
void check_rows(const std::vector<GridShape>& shapes, float spread, const RowOperation& operation) {
  for (const GridShape& shape : shapes) {
    const GridMemory x(shape.outer, shape.inner, shape.size, 1, spread);
    const GridMemory before(shape.outer, shape.inner, shape.size, 2);
    GridMemory wanted = before;
    operation(reference_ops(), machine().workers(), x.rows(), wanted.rows());
    for (const Ops* ops : tables()) {
      INFO(ops->name << " [" << shape.outer << ", " << shape.inner << ", " << shape.size << "]");
      GridMemory y = before, in_place = x;
      operation(*ops, machine().workers(), x.rows(), y.rows());
      CHECK(nmse(y.values, wanted.values) <= kBound);
      for (const int threads : kManyThreads) {
        GridMemory shared = before;
        operation(*ops, machine(threads).workers(), x.rows(), shared.rows());
        CHECK(same_bits(shared.values, y.values));
      }
      operation(*ops, machine().workers(), constant(in_place.rows()), in_place.rows());
      double difference = 0;
      for (Index i = 0; i < shape.outer; ++i) {
        for (Index j = 0; j < shape.inner; ++j)
          difference += largest_error(in_place.rows().at(i, j), y.rows().at(i, j), shape.size);
      }
      CHECK(difference == 0);
      int strays = 0;  // what lies between the vectors
      std::vector<bool> inside(y.values.size());
      for (Index i = 0; i < shape.outer; ++i) {
        for (Index j = 0; j < shape.inner; ++j)
          std::fill_n(inside.begin() + (i * y.outer_stride + j * y.inner_stride), shape.size, true);
      }
      for (std::size_t i = 0; i < inside.size(); ++i) strays += !inside[i] && y.values[i] != before.values[i];
      CHECK(strays == 0);
    }
  }
}

/// The same bits, or both NaN.
bool same_value(float a, float b) { return (std::isnan(a) && std::isnan(b)) || a == b; }

}  // namespace

TEST_CASE("conformance: norms") {
  const std::vector<float> weight = gaussian(50000, 3), bias = gaussian(50000, 4);
  for (const float eps : {1e-5f, 0.5f}) {
    check_rows(grid_shapes(), 1, [&](const Ops& ops, const Workers& workers, const ConstRows& x, const Rows& y) {
      ops.rms_norm(workers, x, weight.data(), eps, y);
    });
  }
  check_rows(grid_shapes(), 1, [&](const Ops& ops, const Workers& workers, const ConstRows& x, const Rows& y) {
    ops.layer_norm(workers, x, weight.data(), bias.data(), 1e-5f, y);
  });
}

TEST_CASE("conformance: softmax, of small and of large values") {
  for (const float spread : {1.0f, 1e4f}) {
    for (const float scale : {1.0f, 0.125f}) {
      check_rows(grid_shapes(), spread, [&](const Ops& ops, const Workers& workers, const ConstRows& x, const Rows& y) {
        ops.softmax(workers, x, scale, y);
      });
    }
  }
}

TEST_CASE("conformance: softmax of vectors that are masked in part or whole") {
  for (Index size = 1; size <= 40; ++size) {
    GridMemory x(1, size + 1, size, 1);
    for (Index masked = 0; masked <= size; ++masked) std::fill_n(x.rows().at(0, masked), masked, -kInfinity);
    const auto run = [&](const Ops& ops) {
      GridMemory y(1, size + 1, size, 2);
      ops.softmax(machine().workers(), constant(x.rows()), 0.5f, y.rows());
      return y.values;
    };
    for (const Ops* ops : tables()) {
      INFO(ops->name << " size " << size);
      CHECK(nmse(run(*ops), run(reference_ops())) <= kBound);
    }
  }
}

TEST_CASE("conformance: rotary positions, both pairings, whole vectors and parts") {
  for (const RopePairs pairs : {RopePairs::adjacent, RopePairs::halves}) {
    for (const Index size : {2, 8, 20, 64, 80, 96, 128, 256}) {
      for (const Index rotary : {size, size / 4 * 2 + 2 * (size < 4), Index{2}}) {
        for (const Index outer : {0, 1, 5, 300}) {
          std::vector<float> cos_sin(size_of(outer * rotary));
          for (Index i = 0; i < outer * rotary; ++i) {
            const auto angle = static_cast<float>(i / rotary * 7 + i % (rotary / 2));
            cos_sin[size_of(i)] = i % rotary < rotary / 2 ? std::cos(angle) : std::sin(angle);
          }
          const auto run = [&](const Ops& ops, int threads) {
            GridMemory x(outer, 3, size, 5);
            ops.rope(machine(threads).workers(), x.rows(), cos_sin.data(), rotary, pairs);
            return x.values;
          };
          const std::vector<float> wanted = run(reference_ops(), 1);
          for (const Ops* ops : tables()) {
            INFO(ops->name << (pairs == RopePairs::halves ? " halves" : " adjacent") << " size " << size << " rotary "
                           << rotary << " outer " << outer);
            const std::vector<float> alone = run(*ops, 1);
            CHECK(nmse(alone, wanted) <= kBound);
            CHECK(same_bits(run(*ops, 3), alone));
          }
        }
      }
    }
  }
}

TEST_CASE("conformance: gated activations; the output may be the gate or the other factor") {
  for (const Unary activation : {Unary::silu, Unary::gelu_erf, Unary::gelu_tanh}) {
    for (const GridShape& s : grid_shapes()) {
      const GridMemory up(s.outer, s.inner, s.size, 3);
      check_rows({s}, 3, [&](const Ops& ops, const Workers& workers, const ConstRows& x, const Rows& y) {
        ops.glu(workers, activation, x, up.rows(), y);
      });
      const GridMemory gate(s.outer, s.inner, s.size, 4);
      check_rows({s}, 1, [&](const Ops& ops, const Workers& workers, const ConstRows& x, const Rows& y) {
        ops.glu(workers, activation, gate.rows(), x, y);
      });
    }
  }
}

TEST_CASE("conformance: reductions and argmax, ties and empty vectors included") {
  std::vector<GridShape> shapes = grid_shapes();
  shapes.push_back({2, 2, 0});
  for (const GridShape& s : shapes) {
    for (const float step : {0.0f, 0.5f}) {  // in steps of a half there are ties
      GridMemory x(s.outer, s.inner, s.size, 1);
      for (float& value : x.values) value = step > 0 ? std::round(value / step) * step : value;
      for (const Ops* ops : tables()) {
        INFO(ops->name << " [" << s.outer << ", " << s.inner << ", " << s.size << "]");
        for (const Reduce op : {Reduce::sum, Reduce::max, Reduce::min}) {
          const auto run = [&](const Ops& table, int threads) {
            std::vector<float> y(size_of(s.outer * s.inner), kNaN);
            table.reduce(machine(threads).workers(), op, constant(x.rows()), y.data());
            return y;
          };
          const std::vector<float> wanted = run(reference_ops(), 1), y = run(*ops, 1);
          CHECK(same_bits(run(*ops, 3), y));
          if (op == Reduce::sum) {  // of terms that cancel: measured by the square root of their number
            CHECK(normalised_error(y.data(), wanted.data(), count_of(y), static_cast<double>(s.size)) <= kBound);
          } else {
            CHECK(y == wanted);
          }
        }
        if (s.size == 0) continue;
        std::vector<std::int32_t> wanted(size_of(s.outer * s.inner), -1), y = wanted;
        reference_ops().argmax(machine().workers(), constant(x.rows()), wanted.data());
        ops->argmax(machine(2).workers(), constant(x.rows()), y.data());
        CHECK(y == wanted);
      }
    }
  }
}

TEST_CASE("conformance: unary operations, in place and not, of any count") {
  for (int op = 0; op <= static_cast<int>(Unary::gelu_tanh); ++op) {
    for (const Index count : {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 100, 5000, 100000}) {
      std::vector<float> x = gaussian(count, 5, 3);
      if (op == static_cast<int>(Unary::log) || op == static_cast<int>(Unary::sqrt) ||
          op == static_cast<int>(Unary::rsqrt)) {
        for (float& value : x) value = std::fabs(value) + 1e-3f;
      }
      const auto run = [&](const Ops& ops, int threads) {
        std::vector<float> y(size_of(count) + 1, 7.0f);
        ops.unary(machine(threads).workers(), static_cast<Unary>(op), x.data(), y.data(), count);
        return y;
      };
      const std::vector<float> wanted = run(reference_ops(), 1);
      for (const Ops* ops : tables()) {
        INFO(ops->name << " operation " << op << " count " << count);
        const std::vector<float> y = run(*ops, 1);
        CHECK(nmse(y, wanted) <= kBound);
        CHECK(y.back() == 7.0f);
        for (const int threads : kManyThreads) CHECK(same_bits(run(*ops, threads), y));
        std::vector<float> in_place = x;
        ops->unary(machine().workers(), static_cast<Unary>(op), in_place.data(), in_place.data(), count);
        CHECK(std::equal(in_place.begin(), in_place.end(), y.begin()));
      }
    }
  }
}

TEST_CASE("conformance: unary operations at the ends of what floats hold") {
  const std::vector<float> x = {0.0f,   -0.0f, 1.0f,  -1.0f,  kInfinity, -kInfinity, kNaN,  1e-40f, -1e-40f, 3e38f,
                                -3e38f, 88.0f, 89.0f, -87.0f, -104.0f,   1e-20f,     50.0f, -50.0f, 1000.0f, -1000.0f};
  for (int op = 0; op <= static_cast<int>(Unary::gelu_tanh); ++op) {
    if (op == static_cast<int>(Unary::sin) || op == static_cast<int>(Unary::cos)) continue;  // 3e38 has no angle
    std::vector<float> wanted(x.size()), y(x.size());
    reference_ops().unary(machine().workers(), static_cast<Unary>(op), x.data(), wanted.data(), 20);
    for (const Ops* ops : tables()) {
      ops->unary(machine().workers(), static_cast<Unary>(op), x.data(), y.data(), 20);
      for (std::size_t i = 0; i < x.size(); ++i) {
        INFO(ops->name << " operation " << op << " of " << x[i] << ": " << y[i] << ", the reference " << wanted[i]);
        CHECK((same_value(y[i], wanted[i]) || std::fabs(y[i] - wanted[i]) <= 1e-5f * std::fabs(wanted[i]) + 1e-37f));
      }
    }
  }
}

TEST_CASE("conformance: binary operations of vectors and scalars, in place and not") {
  for (int op = 0; op <= static_cast<int>(Binary::pow); ++op) {
    for (const Index count : {0, 1, 7, 8, 17, 33, 100, 100000}) {
      std::vector<float> a = gaussian(count + 1, 6), b = gaussian(count + 1, 7);
      if (op == static_cast<int>(Binary::pow)) {
        for (float& value : a) value = std::fabs(value) + 0.1f;
      }
      for (const Index a_step : {0, 1}) {
        for (const Index b_step : {0, 1}) {
          const auto run = [&](const Ops& ops, int threads) {
            std::vector<float> y(size_of(count) + 1, 7.0f);
            ops.binary(machine(threads).workers(), static_cast<Binary>(op), a.data(), a_step, b.data(), b_step,
                       y.data(), count);
            return y;
          };
          const std::vector<float> wanted = run(reference_ops(), 1);
          for (const Ops* ops : tables()) {
            INFO(ops->name << " operation " << op << " count " << count << " steps " << a_step << " " << b_step);
            const std::vector<float> y = run(*ops, 1);
            if (op == static_cast<int>(Binary::pow))
              CHECK(nmse(y, wanted) <= kBound);
            else
              CHECK(same_bits(y, wanted));
            CHECK(same_bits(run(*ops, 3), y));
            std::vector<float> into_a = a, into_b = b;
            if (a_step == 1) {
              ops->binary(machine().workers(), static_cast<Binary>(op), into_a.data(), 1, b.data(), b_step,
                          into_a.data(), count);
              CHECK(std::equal(y.begin(), y.end() - 1, into_a.begin()));
            }
            if (b_step == 1) {
              ops->binary(machine().workers(), static_cast<Binary>(op), a.data(), a_step, into_b.data(), 1,
                          into_b.data(), count);
              CHECK(std::equal(y.begin(), y.end() - 1, into_b.begin()));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("conformance: conversions are the reference's, bit for bit") {
  constexpr DType kTargets[] = {DType::f32,  DType::f16,  DType::bf16, DType::q8_0,
                                DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1};
  for (const Index count : {Index{0}, Index{32}, Index{96}, Index{1024}, Index{50016}}) {
    const std::vector<float> x = gaussian(count, 8, 2);
    for (const DType to : kTargets) {
      const auto run = [&](const Ops& ops, DType from, const std::byte* values, DType target, int threads) {
        Memory y(row_bytes(target, count));
        ops.convert(machine(threads).workers(), from, values, target, y.data(), count);
        CHECK(y.guarded());
        return y;
      };
      const auto* floats = reinterpret_cast<const std::byte*>(x.data());
      const Memory wanted = run(reference_ops(), DType::f32, floats, to, 1);
      for (const Ops* ops : tables()) {
        INFO(ops->name << " " << info(to).name << " count " << count);
        for (const int threads : {1, 3}) CHECK(run(*ops, DType::f32, floats, to, threads) == wanted);
        CHECK(run(*ops, to, wanted.data(), DType::f32, 2) == run(reference_ops(), to, wanted.data(), DType::f32, 1));
        CHECK(run(*ops, to, wanted.data(), DType::f16, 1) == run(reference_ops(), to, wanted.data(), DType::f16, 1));
      }
    }
  }
}

TEST_CASE("conformance: floats of any count convert, and keep infinities, NaNs and what is smallest") {
  std::vector<float> x = {0.0f,     -0.0f,  kInfinity,  -kInfinity, kNaN,      65504,    65519.996f,
                          65520,    -65536, 3.4e38f,    0x1p-14f,   0x1p-24f,  0x1p-25f, 0x1.000002p-25f,
                          0x1p-26f, 1e-40f, 0x1.002p0f, 0x1.006p0f, 0x1.01p0f, 0x1.03p0f};
  const std::vector<float> more = gaussian(21, 9);
  x.insert(x.end(), more.begin(), more.end());
  for (Index count = 1; count <= count_of(x); ++count) {
    for (const DType type : {DType::f16, DType::bf16}) {
      const auto run = [&](const Ops& ops) {
        Memory halves(row_bytes(type, count)), floats(row_bytes(DType::f32, count));
        ops.convert(machine().workers(), DType::f32, reinterpret_cast<const std::byte*>(x.data()), type, halves.data(),
                    count);
        ops.convert(machine().workers(), type, halves.data(), DType::f32, floats.data(), count);
        CHECK((halves.guarded() && floats.guarded()));
        std::vector<float> values(size_of(count));
        std::memcpy(values.data(), floats.data(), values.size() * sizeof(float));
        return values;
      };
      const std::vector<float> wanted = run(reference_ops());
      for (const Ops* ops : tables()) {
        const std::vector<float> y = run(*ops);
        INFO(ops->name << " " << info(type).name << " count " << count);
        CHECK(std::equal(y.begin(), y.end(), wanted.begin(), same_value));
      }
    }
  }
}
