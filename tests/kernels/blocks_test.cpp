// Block-quantised types and 16-bit floats against other implementations (tests/golden/make_blocks.py) and their laws.
#include "kernels/blocks.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kernels/half.h"

using namespace wick;

namespace {

/// One line of tests/golden/blocks.txt.
struct Golden {
  std::string what, type, from, to;
};

std::vector<Golden> goldens(const std::string& what) {
  std::ifstream file(WICK_TESTS_DIR "/golden/blocks.txt");
  std::vector<Golden> found;
  for (Golden golden; file >> golden.what;) {
    if (golden.what == "f16" || golden.what == "bf16")
      golden.type = golden.what;
    else
      file >> golden.type;
    file >> golden.from >> golden.to;
    if (golden.what == what) found.push_back(golden);
  }
  return found;
}

DType type_of(const std::string& name) {
  int type = 0;
  while (info(static_cast<DType>(type)).name != name) ++type;
  return static_cast<DType>(type);
}

std::vector<std::byte> bytes_of(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::vector<float> floats_of(const std::string& hex) {
  std::vector<float> values;
  for (std::size_t i = 0; i < hex.size(); i += 8)
    values.push_back(float_of_bits(static_cast<std::uint32_t>(std::stoul(hex.substr(i, 8), nullptr, 16))));
  return values;
}

constexpr DType kQuantized[] = {DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q8_0,
                                DType::q2_k, DType::q3_k, DType::q4_k, DType::q5_k, DType::q6_k};

}  // namespace

TEST_CASE("blocks: dequantised as the gguf package does, every quantised type") {
  const std::vector<Golden> cases = goldens("dequantize");
  REQUIRE(cases.size() == 10);
  for (const Golden& golden : cases) {
    const std::vector<float> wanted = floats_of(golden.to);
    std::vector<float> values(wanted.size());
    dequantize_row(type_of(golden.type), bytes_of(golden.from).data(), values.data(),
                   static_cast<Index>(values.size()));
    INFO(golden.type);
    CHECK(values == wanted);
  }
}

TEST_CASE("blocks: quantised as the gguf package does") {
  const std::vector<Golden> cases = goldens("quantize");
  REQUIRE(cases.size() == 5);
  for (const Golden& golden : cases) {
    const std::vector<float> values = floats_of(golden.from);
    const std::vector<std::byte> wanted = bytes_of(golden.to);
    std::vector<std::byte> row(wanted.size());
    quantize_row(type_of(golden.type), values.data(), row.data(), static_cast<Index>(values.size()));
    INFO(golden.type);
    CHECK(row == wanted);
  }
}

TEST_CASE("blocks: unaligned rows read the same") {
  std::mt19937 random(1);
  for (const DType type : kQuantized) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(info(type).bytes) + 1);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() & 63);
    const std::vector<std::byte> aligned(bytes.begin() + 1, bytes.end());
    std::vector<float> a(256), b(256);
    dequantize_row(type, bytes.data() + 1, a.data(), info(type).block);
    dequantize_row(type, aligned.data(), b.data(), info(type).block);
    CHECK(a == b);
  }
}

TEST_CASE("blocks: infinities and NaNs quantise to something") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  std::vector<float> x(32, 1.0f);
  for (const float strange : {inf, -inf, std::numeric_limits<float>::quiet_NaN(), 3e38f}) {
    x[7] = strange;
    x[20] = -strange;
    for (const DType type : {DType::q8_0, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1}) {
      std::vector<std::byte> row(static_cast<std::size_t>(info(type).bytes));
      quantize_row(type, x.data(), row.data(), 32);
    }
  }
}

TEST_CASE("16-bit floats: rounded as numpy and torch do") {
  for (const char* type : {"f16", "bf16"}) {
    const std::vector<Golden> cases = goldens(type);
    REQUIRE(cases.size() == 1);
    const std::vector<float> values = floats_of(cases[0].from);
    const std::vector<std::byte> wanted = bytes_of(cases[0].to);
    std::vector<std::byte> halves(wanted.size());
    quantize_row(type_of(type), values.data(), halves.data(), static_cast<Index>(values.size()));
    INFO(type);
    CHECK(halves == wanted);
  }
}

TEST_CASE("16-bit floats: every half goes to a float of its value and back") {
  int wrong_value = 0, wrong_half = 0, wrong_brain = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const bool nan = exponent == 31 && fraction != 0;
    double value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) value = std::numeric_limits<double>::infinity();
    if (half & 0x8000) value = -value;
    const float wide = f16_to_f32(half);
    wrong_value += nan ? !std::isnan(wide) : wide != value || std::signbit(wide) != std::signbit(value);
    wrong_half += nan ? !std::isnan(f16_to_f32(f32_to_f16(wide))) : f32_to_f16(wide) != half;
    const float brain = bf16_to_f32(half);
    wrong_brain += std::isnan(brain) ? !std::isnan(bf16_to_f32(f32_to_bf16(brain))) : f32_to_bf16(brain) != half;
  }
  CHECK(wrong_value == 0);
  CHECK(wrong_half == 0);
  CHECK(wrong_brain == 0);
}
