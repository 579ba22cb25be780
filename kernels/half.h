#pragma once
// 16-bit floats in portable integer arithmetic: the scalar truth that the vectorised conversions are tested against.
//
// The functions have internal linkage so that a file compiled for a newer instruction set never lends its copy to the
// rest of the program.
#include <cstdint>
#include <cstring>

namespace wick {

static inline std::uint32_t float_bits(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline float float_of_bits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// IEEE 754 binary16 to binary32, exact. Infinities and subnormals keep their value, NaNs their payload.
static inline float f16_to_f32(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t exponent = half >> 10 & 0x1f;
  const std::uint32_t fraction = half & 0x3ff;
  if (exponent == 0x1f) return float_of_bits(sign | 0x7f800000 | fraction << 13);
  if (exponent != 0) return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);  // 127 - 15
  const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
  return sign != 0 ? -magnitude : magnitude;
}

/// binary32 to binary16, rounded to nearest, ties to even; too large becomes infinity, a NaN a quiet NaN.
static inline std::uint16_t f32_to_f16(float value) {
  const std::uint32_t bits = float_bits(value);
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const std::uint32_t magnitude = bits & 0x7fffffff;
  std::uint32_t half;
  if (magnitude > 0x7f800000) {
    half = 0x7e00 | (magnitude >> 13 & 0x3ff);
  } else if (magnitude >= 0x47800000) {  // 65536; what rounds up to it below carries into the exponent by itself
    half = 0x7c00;
  } else if (magnitude >= 0x38800000) {  // 2^-14, the smallest normal: drop 13 bits of the fraction
    half = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
  } else {  // the sum's last bit is worth 2^-24, so the addition itself rounds
    half = float_bits(float_of_bits(magnitude) + 0.5f) - 0x3f000000;
  }
  return static_cast<std::uint16_t>(sign | half);
}

/// bfloat16 is the upper half of a binary32.
static inline float bf16_to_f32(std::uint16_t half) { return float_of_bits(static_cast<std::uint32_t>(half) << 16); }

/// binary32 to bfloat16, rounded to nearest, ties to even; a NaN becomes a quiet NaN.
static inline std::uint16_t f32_to_bf16(float value) {
  const std::uint32_t bits = float_bits(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace wick
