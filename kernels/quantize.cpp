// quantize_row: the simple rounding that ggml calls the reference of its types.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "kernels/blocks.h"
#include "kernels/half.h"

namespace wick {
namespace {

using Byte = std::uint8_t;
constexpr int kSize = 32;  // elements of every type's block here

void put_half(Byte* p, float value) {
  const std::uint16_t half = f32_to_f16(value);
  p[0] = static_cast<Byte>(half & 255);
  p[1] = static_cast<Byte>(half >> 8);
}

/// The integer below x * per_unit + offset in [0, top]; 0 for a NaN. Rounded once, as a fused multiply-add rounds,
/// which is what compilers make of ggml's: weights of f16 lie at ties often enough that it matters.
Byte level(float x, float per_unit, double offset, int top) {
  const auto value = static_cast<float>(static_cast<double>(x) * per_unit + offset);
  return static_cast<Byte>(value > 0 ? std::min(value, static_cast<float>(top)) : 0);
}

void put_nibbles(const Byte* quants, Byte* packed) {
  for (int i = 0; i < 16; ++i) packed[i] = static_cast<Byte>((quants[i] & 15) | (quants[i + 16] & 15) << 4);
}

void put_fifth_bits(const Byte* quants, Byte* bits) {
  std::fill_n(bits, 4, Byte{0});
  for (int i = 0; i < kSize; ++i) bits[i / 8] = static_cast<Byte>(bits[i / 8] | (quants[i] >> 4) << i % 8);
}

float inverse(float scale) { return scale != 0 ? 1.0f / scale : 0.0f; }

/// The element of largest magnitude, sign included, becomes quant 0 of [0, 2 * offset): the other sign's end is what
/// a two's complement range lacks. Returns the scale.
float quantize_symmetric(const float* x, int offset, Byte* quants) {
  // Not by a loop that keeps the extreme so far: for WebAssembly Clang 19 at -O3 compares with it, not its magnitude.
  const auto smaller = [](float a, float b) { return std::fabs(a) < std::fabs(b); };
  const float extreme = *std::max_element(x, x + kSize, smaller);
  const float scale = extreme / static_cast<float>(-offset);
  const float per_unit = inverse(scale);
  for (int i = 0; i < kSize; ++i) quants[i] = level(x[i], per_unit, offset + 0.5, 2 * offset - 1);
  return scale;
}

struct Range {
  float scale, minimum;
};

Range quantize_range(const float* x, int top, Byte* quants) {
  const auto [least, most] = std::minmax_element(x, x + kSize);
  const Range range{(*most - *least) / static_cast<float>(top), *least};
  const float per_unit = inverse(range.scale);
  for (int i = 0; i < kSize; ++i) quants[i] = level(x[i] - range.minimum, per_unit, 0.5, top);
  return range;
}

/// The nearest integer, halves away from zero, as std::round; 0 for a NaN. |value| <= 127 or so.
int rounded(float value) {
  value = value == value ? value : 0.0f;
  const int whole = static_cast<int>(value);
  const float rest = value - static_cast<float>(whole);  // exact
  return whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0);
}

/// In loops that compilers vectorise: loading a model to run in 8 bits spends its time here.
void quantize_q8_0(const float* x, Byte* block) {
  constexpr int kLanes = 8;
  float lanes[kLanes] = {};
  for (int i = 0; i < kSize; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) lanes[j] = std::max(lanes[j], std::fabs(x[i + j]));
  }
  const float scale = *std::max_element(lanes, lanes + kLanes) / 127.0f;
  const float per_unit = inverse(scale);
  put_half(block, scale);
  for (int i = 0; i < kSize; ++i) {
    block[2 + i] = static_cast<Byte>(rounded(std::clamp(x[i] * per_unit, -127.0f, 127.0f)));
  }
}

void quantize_block(DType type, const float* x, Byte* block) {
  Byte quants[kSize];
  const bool five_bits = type == DType::q5_0 || type == DType::q5_1;
  Byte* rest = block + 2;
  if (type == DType::q8_0) return quantize_q8_0(x, block);
  if (type == DType::q4_0 || type == DType::q5_0) {
    put_half(block, quantize_symmetric(x, five_bits ? 16 : 8, quants));
  } else {
    assert(type == DType::q4_1 || type == DType::q5_1);
    const Range range = quantize_range(x, five_bits ? 31 : 15, quants);
    put_half(block, range.scale);
    put_half(block + 2, range.minimum);
    rest += 2;
  }
  if (five_bits) {
    put_fifth_bits(quants, rest);
    rest += 4;
  }
  put_nibbles(quants, rest);
}

}  // namespace

void quantize_row(DType type, const float* x, std::byte* row, Index count) {
  if (type == DType::f32) {
    std::memcpy(row, x, static_cast<std::size_t>(count) * sizeof(float));
  } else if (is_float(type)) {
    for (Index i = 0; i < count; ++i) {
      const std::uint16_t half = type == DType::f16 ? f32_to_f16(x[i]) : f32_to_bf16(x[i]);
      std::memcpy(row + 2 * i, &half, sizeof half);
    }
  } else {
    const int bytes = info(type).bytes;
    for (; count > 0; count -= kSize, x += kSize, row += bytes) quantize_block(type, x, reinterpret_cast<Byte*>(row));
  }
}

}  // namespace wick
