#include "core/computed_source.h"

#include <cmath>
#include <numeric>

#include "core/file_builder.h"
#include "core/random.h"
#include "kernels/blocks.h"

using namespace wick;
using namespace wick::test;

namespace {

/// A checkpoint of one f32 matrix, and of what else a model has.
Checkpoint with_matrix(const std::vector<float>& values, Index rows, Index columns) {
  Builder file;
  for (const float value : values) file.put(value);
  file.zeros(64);
  Checkpoint checkpoint;
  checkpoint.sources.push_back(file.source("model.bin"));
  const std::uint64_t bytes = values.size() * sizeof(float);
  checkpoint.tensors["w"] = {"w", DType::f32, {rows, columns}, 0, bytes, 0};
  checkpoint.tensors["narrow"] = {"narrow", DType::f32, {4, 4}, bytes, 64, 0};
  checkpoint.tensors["vector"] = {"vector", DType::f16, {32}, bytes, 64, 0};
  checkpoint.tensors["blocks"] = {"blocks", DType::q8_0, {1, 32}, bytes, 34, 0};
  return checkpoint;
}

}  // namespace

TEST_CASE("computed source: any range of bytes is that of the rows") {
  ComputedSource source("model.bin");
  const auto add = [&](Index rows, std::uint64_t bytes_of_row, int start) {
    return source.add(rows, bytes_of_row, [=](Index first, Index count, std::span<std::byte> into) {
      REQUIRE(into.size() == static_cast<std::size_t>(count) * bytes_of_row);
      for (std::size_t i = 0; i < into.size(); ++i) {
        into[i] = static_cast<std::byte>(start + static_cast<int>(i) +
                                         static_cast<int>(first) * static_cast<int>(bytes_of_row));
      }
    });
  };
  CHECK(add(3, 5, 0) == 0);
  CHECK(add(0, 5, 99) == 15);
  CHECK(add(2, 4, 15) == 15);
  CHECK(source.size() == 23);
  for (std::uint64_t begin = 0; begin <= 23; ++begin) {
    for (std::uint64_t end = begin; end <= 23; ++end) {
      std::vector<std::byte> bytes(static_cast<std::size_t>(end - begin)), expected(bytes.size());
      for (std::size_t i = 0; i < bytes.size(); ++i) expected[i] = static_cast<std::byte>(begin + i);
      source.read(begin, bytes);
      CHECK(bytes == expected);
    }
  }
  std::vector<std::byte> two(2);
  CHECK(error_of([&] { source.read(22, two); }) == "model.bin: bytes 22..24 of 23");
}

TEST_CASE("quantized: into the types that have a quantiser") {
  CHECK(quantized_type("q5_1") == DType::q5_1);
  for (const char* name : {"", "f16", "q4_k", "Q8_0"}) CHECK_FALSE(quantized_type(name));
  CHECK(error_of([] { quantized(Checkpoint(), Device::cpu(1), DType::q4_k, {}); }) ==
        "[quantize] to q4_k, which is not supported");
}

TEST_CASE("quantized: each block is within its type's step of what it was, and only matrices are") {
  constexpr Index kRows = 5, kColumns = 96, kBlock = 32;
  std::vector<float> values(kRows * kColumns);
  Random random(1);
  for (float& value : values) value = random.normal();
  struct Bound {
    DType type;
    double steps;  // from one end of a block to the other
    bool symmetric;
  };
  for (const auto& [type, steps, symmetric] :
       {Bound{DType::q8_0, 254, true}, Bound{DType::q5_0, 32, true}, Bound{DType::q5_1, 31, false},
        Bound{DType::q4_0, 16, true}, Bound{DType::q4_1, 15, false}}) {
    CAPTURE(info(type).name);
    const Checkpoint plain = with_matrix(values, kRows, kColumns);
    const Checkpoint checkpoint =
        quantized(plain, Device::cpu(2), type, [](const std::string& name) { return name != "blocks"; });
    for (const char* name : {"narrow", "vector", "blocks"}) {
      CHECK(checkpoint.tensors.at(name).type == plain.tensors.at(name).type);
      CHECK(bytes_of(checkpoint, name) == bytes_of(plain, name));
    }
    CHECK(checkpoint.tensors.at("w").type == type);
    std::vector<float> found(values.size());
    dequantize_row(type, bytes_of(checkpoint, "w").data(), found.data(), kRows * kColumns);
    for (std::size_t at = 0; at < values.size(); at += kBlock) {
      const auto [least, most] = std::minmax_element(values.begin() + static_cast<std::ptrdiff_t>(at),
                                                     values.begin() + static_cast<std::ptrdiff_t>(at + kBlock));
      const double range = symmetric ? 2 * std::max(std::fabs(*least), std::fabs(*most)) : *most - *least;
      // A symmetric type's one end lacks a step, and the scale is an f16.
      const double bound = range / steps * (symmetric && steps < 254 ? 1.0 : 0.5) + range * 0x1p-10;
      for (std::size_t i = at; i < at + kBlock; ++i) CHECK(std::abs(found[i] - values[i]) <= bound);
    }
  }
  CHECK(quantized(with_matrix(values, kRows, kColumns), Device::cpu(1), DType::q8_0,
                  [](const std::string&) { return false; })
            .tensors.at("w")
            .type == DType::f32);
}
