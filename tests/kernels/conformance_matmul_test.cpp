// The conformance walk, matrix products: every table that runs here against the reference.
#include <algorithm>
#include <catch2/catch.hpp>

#include "kernels/blocks.h"
#include "kernels/half.h"
#include "support.h"

using namespace wick;
using namespace wick::conformance;

namespace {

constexpr DType kWeightTypes[] = {DType::f32,  DType::f16,  DType::bf16, DType::q4_0, DType::q4_1,
                                  DType::q5_0, DType::q5_1, DType::q8_0, DType::q2_k, DType::q3_k,
                                  DType::q4_k, DType::q5_k, DType::q6_k};
constexpr Index kMostRows = 17;

/// Where the f16 scales of a block lie: the bytes before them and their number.
struct HalvesOfBlock {
  int at, count;
};
HalvesOfBlock halves(DType type) {
  switch (type) {
    case DType::q4_1:
    case DType::q5_1:
    case DType::q4_k:
    case DType::q5_k:
      return {0, 2};
    case DType::q2_k:
      return {80, 2};
    case DType::q3_k:
      return {108, 1};
    case DType::q6_k:
      return {208, 1};
    default:
      return {0, 1};
  }
}

/// Rows [n, k] as in a GGUF file: gaussian floats, or random quants with scales between 1/64 and 1/16 of either sign.
std::vector<std::byte> weight_rows(DType type, Index n, Index k, unsigned seed) {
  std::vector<std::byte> rows(size_of(n * row_bytes(type, k)));
  if (is_float(type)) {
    quantize_row(type, gaussian(n * k, seed).data(), rows.data(), n * k);
    return rows;
  }
  std::mt19937 random(seed);
  for (std::byte& byte : rows) byte = static_cast<std::byte>(random() >> 11 & 255);
  const HalvesOfBlock scales = halves(type);
  for (std::size_t block = 0; block < rows.size(); block += size_of(info(type).bytes)) {
    for (int i = 0; i < scales.count; ++i) {
      const float magnitude = 0x1p-6f + static_cast<float>(random() % 1000) * (0x1p-5f / 1000);
      const std::uint16_t half = f32_to_f16(random() % 2 ? magnitude : -magnitude);
      std::memcpy(rows.data() + block + size_of(scales.at + 2 * i), &half, sizeof half);
    }
  }
  return rows;
}

struct Packed {
  Memory memory;
  PackedWeight weight;

  Packed(const Ops& ops, DType type, Index n, Index k)
      : memory(ops.packed_weight_bytes(type, n, k)), weight{type, n, k, memory.data()} {}
};

Packed pack(const Ops& ops, DType type, Index n, Index k, const std::vector<std::byte>& rows, int threads = 1) {
  Packed packed(ops, type, n, k);
  ops.pack_weight(machine(threads).workers(), type, n, k, rows.data(), 0, n, packed.memory.data());
  return packed;
}

enum class Arithmetic { f32, rounded, q8 };

/// y = W x for the first `rows` rows of x.
void product(const Ops& ops, Arithmetic arithmetic, const PackedWeight& weight, const float* x, Index x_stride,
             Index rows, const MatmulOutput& out, int threads = 1) {
  const Workers workers = machine(threads).workers();
  if (arithmetic == Arithmetic::f32) return ops.matmul(workers, weight, x, x_stride, rows, out);
  if (arithmetic == Arithmetic::rounded) return ops.matmul_rounded(workers, weight, x, x_stride, rows, out);
  const Memory quantized(ops.quantized_rows_bytes(rows, weight.k));
  ops.quantize_rows(workers, x, x_stride, rows, weight.k, quantized.data());
  ops.matmul_q8(workers, weight, quantized.data(), rows, out);
  CHECK(quantized.guarded());
}

/// Activations that a product may not change: where it may round them to bf16 they are that already.
std::vector<float> activations(Arithmetic arithmetic, Index count, unsigned seed) {
  std::vector<float> x = gaussian(count, seed);
  if (arithmetic == Arithmetic::rounded) {
    for (float& value : x) value = bf16_to_f32(f32_to_bf16(value));
  }
  return x;
}

std::vector<float> product(const Ops& ops, Arithmetic arithmetic, const PackedWeight& weight,
                           const std::vector<float>& x, Index rows, int threads = 1) {
  std::vector<float> y(size_of(rows * weight.n), std::numeric_limits<float>::quiet_NaN());
  product(ops, arithmetic, weight, x.data(), weight.k, rows, {y.data(), weight.n}, threads);
  return y;
}

struct Shape {
  Index n, k;
};

/// Outputs around the panels (8, 16) and packing steps (64), inputs of one and of several blocks.
std::vector<Shape> shapes(DType type) {
  std::vector<Shape> list = {{1, 256}, {5, 512}, {64, 256}, {65, 256}, {100, 768}};
  if (info(type).block <= 32) list.insert(list.end(), {{33, 32}, {70, 96}});
  if (is_float(type)) list.insert(list.end(), {{17, 1}, {40, 20}, {50, 33}});
  return list;
}

std::vector<Arithmetic> arithmetics(DType type) {
  if (is_quantized(type)) return {Arithmetic::f32, Arithmetic::q8};
  if (type == DType::bf16) return {Arithmetic::f32, Arithmetic::rounded};
  return {Arithmetic::f32};
}

/// Calls check(ops, weight packed by it, reference's weight, x, arithmetic) for every table, type, shape and
/// arithmetic.
template <class Check>
void walk(Check&& check) {
  for (const DType type : kWeightTypes) {
    for (const Shape& shape : shapes(type)) {
      const std::vector<std::byte> rows = weight_rows(type, shape.n, shape.k, 1);
      const Packed wanted = pack(reference_ops(), type, shape.n, shape.k, rows);
      for (const Arithmetic arithmetic : arithmetics(type))
        check(wanted.weight, rows, activations(arithmetic, kMostRows * shape.k, 2), arithmetic);
    }
  }
}

const char* name(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::q8 ? " int8" : arithmetic == Arithmetic::rounded ? " rounded" : " f32";
}

std::string label(const Ops& ops, const PackedWeight& w, Arithmetic arithmetic) {
  return std::string(ops.name) + " " + info(w.type).name + name(arithmetic) + " n " + std::to_string(w.n) + " k " +
         std::to_string(w.k);
}

}  // namespace

TEST_CASE("conformance: matrix products of every type and number of rows") {
  walk([](const PackedWeight& reference, const std::vector<std::byte>& rows, const std::vector<float>& x,
          Arithmetic arithmetic) {
    const std::vector<float> wanted = product(reference_ops(), arithmetic, reference, x, kMostRows);
    // The norm of all rows: a single product may be the small difference of large sums.
    const double norm = mean_square(wanted.data(), count_of(wanted));
    for (const Ops* ops : tables()) {
      const Packed packed = pack(*ops, reference.type, reference.n, reference.k, rows);
      CHECK(packed.memory.guarded());
      for (Index count = 1; count <= kMostRows; ++count) {
        const std::vector<float> y = product(*ops, arithmetic, packed.weight, x, count);
        const double error = normalised_error(y.data(), wanted.data(), count * reference.n, norm);
        INFO(label(*ops, reference, arithmetic) << " rows " << count);
        CHECK(error <= 1e-12);
      }
    }
  });
}

TEST_CASE("conformance: int8 activations stay within 1e-4 of float64 with the dequantised weights, bf16 within 1e-5") {
  const std::vector<float> x = gaussian(5 * 512, 3);
  for (const DType type : kWeightTypes) {
    const std::vector<std::byte> rows = weight_rows(type, 40, 512, 4);
    const std::vector<float> exact =
        product(reference_ops(), Arithmetic::f32, pack(reference_ops(), type, 40, 512, rows).weight, x, 5);
    const OpsList all = available_ops();
    for (int i = 0; i < all.count; ++i) {
      const Packed packed = pack(*all.ops[i], type, 40, 512, rows);
      for (const Arithmetic arithmetic : arithmetics(type)) {
        if (arithmetic == Arithmetic::f32) continue;
        INFO(label(*all.ops[i], packed.weight, arithmetic));
        CHECK(nmse(product(*all.ops[i], arithmetic, packed.weight, x, 5), exact) <=
              (arithmetic == Arithmetic::q8 ? 1e-4 : 1e-5));
      }
    }
  }
}

TEST_CASE("conformance: products end with an activation, whatever the number of rows and threads") {
  constexpr Index n = 100, k = 512;
  const std::vector<float> bias = gaussian(n, 2);
  for (const DType type : {DType::f32, DType::f16, DType::bf16, DType::q8_0, DType::q4_0}) {
    const std::vector<std::byte> weights = weight_rows(type, n, k, 4);
    for (const Arithmetic arithmetic : arithmetics(type)) {
      const std::vector<float> x = activations(arithmetic, kMostRows * k, 1);
      const std::vector<float> before = gaussian(kMostRows * n, 3);
      for (const Unary activation : {Unary::relu, Unary::silu, Unary::gelu_erf, Unary::gelu_tanh}) {
        for (const Index rows : {Index{1}, kMostRows}) {
          const auto run = [&](const Ops& ops, int threads) {
            std::vector<float> y = before;
            product(ops, arithmetic, pack(ops, type, n, k, weights).weight, x.data(), k, rows,
                    {y.data(), n, bias.data(), true, &activation}, threads);
            return y;
          };
          const std::vector<float> wanted = run(reference_ops(), 1);
          for (const Ops* ops : tables()) {
            INFO(ops->name << " " << info(type).name << name(arithmetic) << " rows " << rows);
            CHECK(nmse(run(*ops, 1), wanted) <= 1e-12);
            CHECK(nmse(run(*ops, 3), wanted) <= 1e-12);
          }
        }
      }
    }
  }
}

TEST_CASE("conformance: products add a bias and what was there, keep to their strides and leave the rest alone") {
  constexpr Index n = 37, k = 256, rows = 13, x_stride = k + 5, y_stride = n + 3;
  const std::vector<float> bias = gaussian(n, 2), before = gaussian(rows * y_stride, 3);
  for (const DType type : kWeightTypes) {
    const std::vector<std::byte> weights = weight_rows(type, n, k, 4);
    for (const Arithmetic arithmetic : arithmetics(type)) {
      const std::vector<float> x = activations(arithmetic, rows * x_stride, 1);
      for (const bool with_bias : {false, true}) {
        for (const bool accumulate : {false, true}) {
          const auto run = [&](const Ops& ops) {
            std::vector<float> y = before;
            product(ops, arithmetic, pack(ops, type, n, k, weights).weight, x.data(), x_stride, rows,
                    {y.data(), y_stride, with_bias ? bias.data() : nullptr, accumulate});
            return y;
          };
          const std::vector<float> wanted = run(reference_ops());
          for (const Ops* ops : tables()) {
            const std::vector<float> y = run(*ops);
            INFO(ops->name << " " << info(type).name << " bias " << with_bias << " accumulate " << accumulate);
            CHECK(nmse(y, wanted) <= 1e-12);
            int strays = 0;
            for (Index i = 0; i < rows * y_stride; ++i)
              strays += i % y_stride >= n && y[size_of(i)] != before[size_of(i)];
            CHECK(strays == 0);
          }
        }
      }
    }
  }
}

TEST_CASE(
    "conformance: a weight packed in pieces, in any order and by any number of threads, is the weight packed at once") {
  constexpr Index n = 200, k = 512;
  for (const DType type : kWeightTypes) {
    const std::vector<std::byte> rows = weight_rows(type, n, k, 5);
    for (const Ops* ops : tables()) {
      const Packed whole = pack(*ops, type, n, k, rows);
      INFO(ops->name << " " << info(type).name);
      for (const int threads : kManyThreads) CHECK(pack(*ops, type, n, k, rows, threads).memory == whole.memory);
      Packed pieces(*ops, type, n, k);
      for (const Index first : {kPackRows, 3 * kPackRows, Index{0}, 2 * kPackRows}) {
        const std::vector<std::byte> piece(rows.begin() + first * row_bytes(type, k), rows.end());
        ops->pack_weight(machine().workers(), type, n, k, piece.data(), first, std::min(kPackRows, n - first),
                         pieces.memory.data());
      }
      CHECK(pieces.memory == whole.memory);
    }
  }
}

TEST_CASE("conformance: products have the same bits for any number of threads") {
  walk([](const PackedWeight& reference, const std::vector<std::byte>& rows, const std::vector<float>& x,
          Arithmetic arithmetic) {
    for (const Ops* ops : tables()) {
      const Packed packed = pack(*ops, reference.type, reference.n, reference.k, rows);
      for (const Index count : {Index{1}, kMostRows}) {
        const std::vector<float> alone = product(*ops, arithmetic, packed.weight, x, count);
        for (const int threads : kManyThreads) {
          INFO(label(*ops, reference, arithmetic) << " rows " << count << " threads " << threads);
          CHECK(same_bits(product(*ops, arithmetic, packed.weight, x, count, threads), alone));
        }
      }
    }
  });
}

TEST_CASE("conformance: embedding rows are the rows of the file") {
  for (const DType type : kWeightTypes) {
    for (const Shape& shape : shapes(type)) {
      const std::vector<std::byte> rows = weight_rows(type, shape.n, shape.k, 6);
      const auto last = static_cast<std::int32_t>(shape.n - 1);
      const std::vector<std::int32_t> ids = {last, 0, last / 2, last, last / 3};
      for (const Ops* ops : tables()) {
        std::vector<float> y(ids.size() * size_of(shape.k), std::numeric_limits<float>::quiet_NaN()), wanted = y;
        ops->embedding_rows(machine(2).workers(), pack(*ops, type, shape.n, shape.k, rows).weight, ids.data(), 5,
                            y.data());
        for (std::size_t i = 0; i < ids.size(); ++i) {
          dequantize_row(type, rows.data() + ids[i] * row_bytes(type, shape.k), wanted.data() + i * size_of(shape.k),
                         shape.k);
        }
        INFO(ops->name << " " << info(type).name << " n " << shape.n << " k " << shape.k);
        CHECK(y == wanted);
      }
    }
  }
}

TEST_CASE("conformance: no rows and no ids are nothing to do") {
  for (const Ops* ops : tables()) {
    const Packed packed = pack(*ops, DType::q4_0, 5, 64, weight_rows(DType::q4_0, 5, 64, 7));
    float y = 5;
    for (const Arithmetic arithmetic : {Arithmetic::f32, Arithmetic::q8})
      product(*ops, arithmetic, packed.weight, nullptr, 64, 0, {&y, 5});
    ops->embedding_rows(machine().workers(), packed.weight, nullptr, 0, &y);
    CHECK(y == 5);
  }
}
