// Packed weights and matrix products: the laws that the conformance walk's random values would not find broken.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "kernels/ops.h"

using namespace wick;

namespace {

struct AlignedDelete {
  void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{64}); }
};
using Memory = std::unique_ptr<std::byte[], AlignedDelete>;

/// Memory full of NaNs and impossible quants.
Memory poisoned(Index bytes) {
  const auto size = static_cast<std::size_t>(bytes) + 64;
  Memory memory(static_cast<std::byte*>(::operator new[](size, std::align_val_t{64})));
  std::memset(memory.get(), 0xff, size);
  return memory;
}

struct Threads {
  ThreadPool pool;
  Memory scratch;

  explicit Threads(int count) : pool(count), scratch(poisoned(count * kScratchBytes)) {}
  Workers workers() { return {pool, scratch.get()}; }
};

const std::vector<DType> kWeightTypes = {DType::f32,  DType::f16,  DType::bf16, DType::q4_0, DType::q4_1,
                                         DType::q5_0, DType::q5_1, DType::q8_0, DType::q2_k, DType::q3_k,
                                         DType::q4_k, DType::q5_k, DType::q6_k};

std::vector<const Ops*> tables() {
  const OpsList list = available_ops();
  return {list.ops, list.ops + list.count};
}

/// Where a block keeps its f16 scale, and its f16 minimum or -1.
struct ScalePlaces {
  int scale, minimum;
};

ScalePlaces scale_places(DType type) {
  switch (type) {
    case DType::q4_1:
    case DType::q5_1:
    case DType::q4_k:
    case DType::q5_k:
      return {0, 2};
    case DType::q2_k:
      return {80, 82};
    case DType::q3_k:
      return {108, -1};
    case DType::q6_k:
      return {208, -1};
    default:
      return {0, -1};
  }
}

/// Random rows of small integers: the f16 scales and minima are 1, so that every weight and every sum is an integer
/// that floats represent.
std::vector<std::byte> integer_rows(DType type, Index n, Index k, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> rows(static_cast<std::size_t>(n * row_bytes(type, k)));
  if (is_float(type)) {
    std::vector<float> values(static_cast<std::size_t>(n * k));
    for (float& value : values) value = static_cast<float>(static_cast<int>(random() % 255) - 127);
    Threads one(1);
    reference_ops().convert(one.workers(), DType::f32, reinterpret_cast<const std::byte*>(values.data()), type,
                            rows.data(), n * k);
    return rows;
  }
  for (std::byte& byte : rows) byte = static_cast<std::byte>(random() >> 8);
  const std::uint16_t one = 0x3c00;
  const ScalePlaces places = scale_places(type);
  for (std::size_t block = 0; block < rows.size(); block += static_cast<std::size_t>(info(type).bytes)) {
    std::memcpy(&rows[block + static_cast<std::size_t>(places.scale)], &one, 2);
    if (places.minimum >= 0) std::memcpy(&rows[block + static_cast<std::size_t>(places.minimum)], &one, 2);
  }
  return rows;
}

/// Integers in [-127, 127], one of them at the end of the range in each block of 32: their int8 scale is 1.
std::vector<float> integer_activations(Index rows, Index k, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> x(static_cast<std::size_t>(rows * k));
  for (float& value : x) value = static_cast<float>(static_cast<int>(random() % 255) - 127);
  for (std::size_t block = 0; block < x.size(); block += 32) x[block + random() % 32] = random() % 2 ? 127.0f : -127.0f;
  return x;
}

struct Packed {
  Memory memory;
  PackedWeight weight;
};

Packed pack(const Ops& ops, const Workers& workers, DType type, Index n, Index k, const std::vector<std::byte>& rows,
            Index step) {
  Packed packed{poisoned(ops.packed_weight_bytes(type, n, k)), {}};
  for (Index first = 0; first < n; first += step)
    ops.pack_weight(workers, type, n, k, rows.data() + first * row_bytes(type, k), first, std::min(step, n - first),
                    packed.memory.get());
  packed.weight = {type, n, k, packed.memory.get()};
  return packed;
}

std::vector<float> dequantized(DType type, Index count, const std::vector<std::byte>& rows) {
  Threads one(1);
  std::vector<float> values(static_cast<std::size_t>(count));
  reference_ops().convert(one.workers(), type, rows.data(), DType::f32, reinterpret_cast<std::byte*>(values.data()),
                          count);
  return values;
}

/// y by `matmul`, or by `matmul_q8` of quantised rows.
void product(const Ops& ops, const Workers& workers, const PackedWeight& weight, bool int8, const float* x, Index rows,
             const MatmulOutput& out) {
  if (!int8) return ops.matmul(workers, weight, x, weight.k, rows, out);
  const Memory quantized = poisoned(ops.quantized_rows_bytes(rows, weight.k));
  ops.quantize_rows(workers, x, weight.k, rows, weight.k, quantized.get());
  ops.matmul_q8(workers, weight, quantized.get(), rows, out);
}

std::string label(const Ops& ops, DType type, bool int8, Index n, Index k, Index rows) {
  return std::string(ops.name) + " " + info(type).name + (int8 ? " q8" : " f32") + " n " + std::to_string(n) + " k " +
         std::to_string(k) + " rows " + std::to_string(rows);
}

/// Checks one product against exact integers, with bias, with what y held before, and with neighbours left alone.
void check_exact(const Ops& ops, const Workers& workers, DType type, bool int8, Index n, Index k, Index rows) {
  INFO(label(ops, type, int8, n, k, rows));
  const auto raw = integer_rows(type, n, k, static_cast<unsigned>(n + k));
  const auto w = dequantized(type, n * k, raw);
  const auto x = integer_activations(rows, k, static_cast<unsigned>(rows));
  const Packed packed = pack(ops, workers, type, n, k, raw, kPackRows);
  const Index stride = n + 3;
  std::vector<float> bias(static_cast<std::size_t>(n)), y(static_cast<std::size_t>(rows * stride), 5.0f);
  for (Index i = 0; i < n; ++i) bias[static_cast<std::size_t>(i)] = static_cast<float>(i % 7);

  product(ops, workers, packed.weight, int8, x.data(), rows, {y.data(), stride, bias.data(), true});

  Index wrong = 0;
  for (Index row = 0; row < rows; ++row)
    for (Index column = 0; column < stride; ++column) {
      double expected = 5;
      if (column < n) {
        expected += bias[static_cast<std::size_t>(column)];
        for (Index i = 0; i < k; ++i)
          expected += static_cast<double>(w[static_cast<std::size_t>(column * k + i)]) *
                      x[static_cast<std::size_t>(row * k + i)];
      }
      wrong += static_cast<double>(y[static_cast<std::size_t>(row * stride + column)]) != expected;
    }
  REQUIRE(wrong == 0);
}

/// Rows of one and the same weight, the most positive or most negative that a type has with a scale of 1.
struct Extreme {
  DType type;
  int quants;               // the byte that all quants and high bits are made of
  std::vector<int> header;  // bytes before the quants, but for the f16 scales; bytes behind follow `tail`
  std::vector<int> tail;
  float weight;
};

}  // namespace

TEST_CASE("packed_weight_bytes: packed weights stay as small as the file's") {
  for (const Ops* ops : tables())
    for (const DType type : kWeightTypes) {
      if (ops == &reference_ops()) continue;
      INFO(ops->name << " " << info(type).name);
      CHECK(static_cast<double>(ops->packed_weight_bytes(type, 576, 1536)) <=
            1.05 * static_cast<double>(576 * row_bytes(type, 1536)));
    }
}

TEST_CASE("matmul: integer weights and activations give exact integers, bias and neighbours included") {
  Threads two(2);
  for (const Ops* ops : tables())
    for (const DType type : kWeightTypes)
      for (const bool int8 : {false, true}) {
        if (int8 && !is_quantized(type)) continue;
        for (const Index rows : {1, 2, 3, 4, 5, 7, 11, 12, 13, 29})
          check_exact(*ops, two.workers(), type, int8, 77, 256, rows);
        for (const Index n : {1, 15, 16, 33, 64, 65}) check_exact(*ops, two.workers(), type, int8, n, 256, 6);
      }
}

TEST_CASE("matmul: an empty batch writes nothing") {
  Threads one(1);
  for (const Ops* ops : tables()) {
    const auto raw = integer_rows(DType::q4_0, 64, 64, 1);
    const Packed packed = pack(*ops, one.workers(), DType::q4_0, 64, 64, raw, kPackRows);
    for (const bool int8 : {false, true}) product(*ops, one.workers(), packed.weight, int8, nullptr, 0, {nullptr, 64});
  }
}

TEST_CASE("matmul_q8: nothing saturates when every quant and every activation is at its limit") {
  const std::vector<int> k_scales = {1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1};  // eight scales of 1, minima of 0
  const std::vector<int> q3_scales = {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0xaa, 0xaa, 0xaa, 0xaa};
  const std::vector<int> ones(16, 1), half_one = {0x00, 0x3c}, half_pair = {0x00, 0x3c, 0x00, 0x00};
  const auto join = [](std::vector<int> a, const std::vector<int>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  const std::vector<Extreme> extremes = {
      {DType::q4_0, 0xff, half_one, {}, 7},
      {DType::q4_0, 0x00, half_one, {}, -8},
      {DType::q4_1, 0xff, half_pair, {}, 15},
      {DType::q5_0, 0xff, half_one, {}, 15},
      {DType::q5_0, 0x00, half_one, {}, -16},
      {DType::q5_1, 0xff, half_pair, {}, 31},
      {DType::q8_0, 0x7f, half_one, {}, 127},
      {DType::q8_0, 0x80, half_one, {}, -128},
      {DType::q2_k, 0xff, ones, half_pair, 3},
      {DType::q3_k, 0xff, {}, join(q3_scales, half_one), 3},
      {DType::q3_k, 0x00, {}, join(q3_scales, half_one), -4},
      {DType::q4_k, 0xff, join(half_pair, k_scales), {}, 15},
      {DType::q5_k, 0xff, join(half_pair, k_scales), {}, 31},
      {DType::q6_k, 0xff, {}, join(ones, half_one), 31},
      {DType::q6_k, 0x00, {}, join(ones, half_one), -32},
  };
  constexpr Index n = 33, k = 512, rows = 13;
  Threads one(1);
  for (const Extreme& extreme : extremes) {
    const auto size = static_cast<std::size_t>(info(extreme.type).bytes);
    std::vector<std::byte> raw(static_cast<std::size_t>(n * row_bytes(extreme.type, k)),
                               static_cast<std::byte>(extreme.quants));
    for (std::size_t block = 0; block < raw.size(); block += size) {
      for (std::size_t i = 0; i < extreme.header.size(); ++i)
        raw[block + i] = static_cast<std::byte>(extreme.header[i]);
      for (std::size_t i = 0; i < extreme.tail.size(); ++i)
        raw[block + size - extreme.tail.size() + i] = static_cast<std::byte>(extreme.tail[i]);
    }
    for (const Ops* ops : tables()) {
      const Packed packed = pack(*ops, one.workers(), extreme.type, n, k, raw, kPackRows);
      for (const float sign : {127.0f, -127.0f}) {
        INFO(label(*ops, extreme.type, true, n, k, rows) << " weight " << extreme.weight << " activation " << sign);
        const std::vector<float> x(static_cast<std::size_t>(rows * k), sign);
        std::vector<float> y(static_cast<std::size_t>(rows * n));
        product(*ops, one.workers(), packed.weight, true, x.data(), rows, {y.data(), n});
        CHECK(y == std::vector<float>(y.size(), extreme.weight * sign * static_cast<float>(k)));
      }
    }
  }
}

TEST_CASE("matmul: any number of threads gives the same bits") {
  constexpr Index n = 200, k = 768;
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  Threads one(1), three(3);
  for (const Ops* ops : tables())
    for (const DType type : {DType::f16, DType::q4_1, DType::q6_k})
      for (const bool int8 : {false, true})
        for (const Index rows : {1, 30, 200}) {
          if (int8 && !is_quantized(type)) continue;
          if (ops == &reference_ops() && rows > 30) continue;
          INFO(label(*ops, type, int8, n, k, rows));
          const Packed packed = pack(*ops, one.workers(), type, n, k, integer_rows(type, n, k, 9), kPackRows);
          std::vector<float> x(static_cast<std::size_t>(rows * k));
          for (float& value : x) value = normal(random);
          std::vector<float> alone(static_cast<std::size_t>(rows * n)), together(alone.size());
          product(*ops, one.workers(), packed.weight, int8, x.data(), rows, {alone.data(), n});
          product(*ops, three.workers(), packed.weight, int8, x.data(), rows, {together.data(), n});
          CHECK(std::memcmp(alone.data(), together.data(), alone.size() * sizeof(float)) == 0);
        }
}

TEST_CASE("pack_weight: packing in parts is packing at once") {
  constexpr Index n = 150, k = 512;
  Threads two(2);
  const auto x = integer_activations(3, k, 2);
  for (const Ops* ops : tables())
    for (const DType type : kWeightTypes) {
      INFO(ops->name << " " << info(type).name);
      const auto raw = integer_rows(type, n, k, 4);
      const Packed whole = pack(*ops, two.workers(), type, n, k, raw, n);
      const Packed parts = pack(*ops, two.workers(), type, n, k, raw, kPackRows);
      std::vector<float> a(3 * n), b(3 * n);
      product(*ops, two.workers(), whole.weight, false, x.data(), 3, {a.data(), n});
      product(*ops, two.workers(), parts.weight, false, x.data(), 3, {b.data(), n});
      CHECK(a == b);
    }
}

TEST_CASE("embedding_rows: each row as the file has it") {
  constexpr Index n = 70, k = 1280;
  Threads two(2);
  const std::vector<std::int32_t> ids = {69, 0, 15, 16, 15, 33, 64};
  for (const Ops* ops : tables())
    for (const DType type : kWeightTypes) {
      INFO(ops->name << " " << info(type).name);
      const auto raw = integer_rows(type, n, k, 6);
      const auto w = dequantized(type, n * k, raw);
      const Packed packed = pack(*ops, two.workers(), type, n, k, raw, kPackRows);
      std::vector<float> y(ids.size() * k);
      ops->embedding_rows(two.workers(), packed.weight, ids.data(), static_cast<Index>(ids.size()), y.data());
      for (std::size_t i = 0; i < ids.size(); ++i)
        CHECK(std::equal(&y[i * k], &y[i * k] + k, &w[static_cast<std::size_t>(ids[i]) * k]));
    }
}

TEST_CASE("quantize_rows: a row of zeros gives zeros, beside any other row") {
  constexpr Index n = 40, k = 64;
  Threads one(1);
  for (const Ops* ops : tables()) {
    INFO(ops->name);
    auto x = integer_activations(5, k, 8);
    std::fill(x.begin() + 2 * k, x.begin() + 3 * k, 0.0f);
    const Packed packed = pack(*ops, one.workers(), DType::q4_0, n, k, integer_rows(DType::q4_0, n, k, 3), kPackRows);
    std::vector<float> y(5 * n);
    product(*ops, one.workers(), packed.weight, true, x.data(), 5, {y.data(), n});
    for (Index i = 0; i < n; ++i) CHECK(y[static_cast<std::size_t>(2 * n + i)] == 0.0f);
  }
}
