#include "kernels/blocks.h"

#include <cassert>
#include <cstring>

#include "kernels/half.h"

namespace wick {
namespace {

using Byte = std::uint8_t;

float half_at(const Byte* p) { return f16_to_f32(static_cast<std::uint16_t>(p[0] | p[1] << 8)); }

/// 32 nibbles in 16 bytes: the low halves are elements 0-15, the high halves 16-31.
void nibbles_32(const Byte* packed, Byte* quants) {
  for (int i = 0; i < 16; ++i) {
    quants[i] = packed[i] & 15;
    quants[i + 16] = packed[i] >> 4;
  }
}

/// The fifth bits of 32 elements, bit i for element i.
void fifth_bits_32(const Byte* bits, Byte* quants) {
  for (int i = 0; i < 32; ++i) quants[i] = static_cast<Byte>(quants[i] | (bits[i / 8] >> i % 8 & 1) << 4);
}

void symmetric(float scale, float offset, float* scales, float* minima, int count) {
  for (int i = 0; i < count; ++i) {
    scales[i] = scale;
    minima[i] = -offset * scale;
  }
}

void unpack_q4_0(const Byte* block, UnpackedBlock& out) {
  symmetric(half_at(block), 8, out.scale, out.minimum, 1);
  nibbles_32(block + 2, out.quants);
}

void unpack_q4_1(const Byte* block, UnpackedBlock& out) {
  out.scale[0] = half_at(block);
  out.minimum[0] = half_at(block + 2);
  nibbles_32(block + 4, out.quants);
}

void unpack_q5_0(const Byte* block, UnpackedBlock& out) {
  symmetric(half_at(block), 16, out.scale, out.minimum, 1);
  nibbles_32(block + 6, out.quants);
  fifth_bits_32(block + 2, out.quants);
}

void unpack_q5_1(const Byte* block, UnpackedBlock& out) {
  out.scale[0] = half_at(block);
  out.minimum[0] = half_at(block + 2);
  nibbles_32(block + 8, out.quants);
  fifth_bits_32(block + 4, out.quants);
}

void unpack_q8_0(const Byte* block, UnpackedBlock& out) {
  symmetric(half_at(block), 128, out.scale, out.minimum, 1);
  for (int i = 0; i < 32; ++i) out.quants[i] = block[2 + i] ^ 0x80;  // int8 + 128
}

// In the K types the elements come in runs of 32 whose bytes are shared by several runs: by 4 of 2 bits, by 2 of 4.

void unpack_q2_k(const Byte* block, UnpackedBlock& out) {
  const Byte* sub_scales = block;
  const Byte* crumbs = block + 16;
  const float scale = half_at(block + 80), minimum = half_at(block + 82);
  for (int s = 0; s < 16; ++s) {
    out.scale[s] = scale * static_cast<float>(sub_scales[s] & 15);
    out.minimum[s] = -minimum * static_cast<float>(sub_scales[s] >> 4);
  }
  for (int i = 0; i < 256; ++i) out.quants[i] = crumbs[i / 128 * 32 + i % 32] >> i / 32 % 4 * 2 & 3;
}

void unpack_q3_k(const Byte* block, UnpackedBlock& out) {
  const Byte* third_bits = block;  // bit r of byte i: element 32 * r + i
  const Byte* crumbs = block + 32;
  const Byte* sub_scales = block + 96;  // 8 bytes of nibbles, then 4 bytes of the upper bit pairs
  const float scale = half_at(block + 108);
  for (int s = 0; s < 16; ++s) {
    const int low = sub_scales[s % 8] >> s / 8 * 4 & 15;
    const int high = sub_scales[8 + s % 4] >> s / 4 * 2 & 3;
    symmetric(scale * static_cast<float>((low | high << 4) - 32), 4, out.scale + s, out.minimum + s, 1);
  }
  for (int i = 0; i < 256; ++i) {
    const int low = crumbs[i / 128 * 32 + i % 32] >> i / 32 % 4 * 2 & 3;
    const int high = third_bits[i % 32] >> i / 32 & 1;
    out.quants[i] = static_cast<Byte>(low | high << 2);
  }
}

/// The eight 6-bit scales and minima that Q4_K and Q5_K keep in 12 bytes: the first four of each whole, the others as
/// nibbles plus the spare upper bits of the first four.
void scales_q45_k(const Byte* block, UnpackedBlock& out) {
  const float scale = half_at(block), minimum = half_at(block + 2);
  const Byte* packed = block + 4;
  for (int s = 0; s < 8; ++s) {
    int sub_scale, sub_minimum;
    if (s < 4) {
      sub_scale = packed[s] & 63;
      sub_minimum = packed[s + 4] & 63;
    } else {
      sub_scale = (packed[s + 4] & 15) | packed[s - 4] >> 6 << 4;
      sub_minimum = packed[s + 4] >> 4 | packed[s] >> 6 << 4;
    }
    out.scale[s] = scale * static_cast<float>(sub_scale);
    out.minimum[s] = -minimum * static_cast<float>(sub_minimum);
  }
}

/// Runs 2p and 2p + 1 are the low and high nibbles of the same 32 bytes.
int nibble_k(const Byte* packed, int i) { return packed[i / 64 * 32 + i % 32] >> i / 32 % 2 * 4 & 15; }

void unpack_q4_k(const Byte* block, UnpackedBlock& out) {
  scales_q45_k(block, out);
  for (int i = 0; i < 256; ++i) out.quants[i] = static_cast<Byte>(nibble_k(block + 16, i));
}

void unpack_q5_k(const Byte* block, UnpackedBlock& out) {
  scales_q45_k(block, out);
  const Byte* fifth_bits = block + 16;  // bit r of byte i: element 32 * r + i
  for (int i = 0; i < 256; ++i) {
    const int high = fifth_bits[i % 32] >> i / 32 & 1;
    out.quants[i] = static_cast<Byte>(nibble_k(block + 48, i) | high << 4);
  }
}

void unpack_q6_k(const Byte* block, UnpackedBlock& out) {
  const Byte* high_bits = block + 128;
  const Byte* sub_scales = block + 192;
  const float scale = half_at(block + 208);
  for (int s = 0; s < 16; ++s) {
    const auto sub_scale = static_cast<float>(static_cast<std::int8_t>(sub_scales[s]));
    symmetric(scale * sub_scale, 32, out.scale + s, out.minimum + s, 1);
  }
  for (int i = 0; i < 256; ++i) {  // in each half: runs 0 and 1 are low nibbles of 64 bytes, 2 and 3 the high ones
    const int low = block[i / 128 * 64 + i % 64] >> i / 64 % 2 * 4 & 15;
    const int high = high_bits[i / 128 * 32 + i % 32] >> i / 32 % 4 * 2 & 3;
    out.quants[i] = static_cast<Byte>(low | high << 4);
  }
}

}  // namespace

void unpack_block(DType type, const std::byte* block, UnpackedBlock& out) {
  const auto* bytes = reinterpret_cast<const Byte*>(block);
  switch (type) {
    case DType::q4_0:
      return unpack_q4_0(bytes, out);
    case DType::q4_1:
      return unpack_q4_1(bytes, out);
    case DType::q5_0:
      return unpack_q5_0(bytes, out);
    case DType::q5_1:
      return unpack_q5_1(bytes, out);
    case DType::q8_0:
      return unpack_q8_0(bytes, out);
    case DType::q2_k:
      return unpack_q2_k(bytes, out);
    case DType::q3_k:
      return unpack_q3_k(bytes, out);
    case DType::q4_k:
      return unpack_q4_k(bytes, out);
    case DType::q5_k:
      return unpack_q5_k(bytes, out);
    case DType::q6_k:
      return unpack_q6_k(bytes, out);
    default:
      assert(false && "not a quantised type");
  }
}

void dequantize_row(DType type, const std::byte* row, float* out, Index count) {
  if (type == DType::f32) {
    std::memcpy(out, row, static_cast<std::size_t>(count) * sizeof(float));
  } else if (is_float(type)) {
    for (Index i = 0; i < count; ++i) {
      std::uint16_t half;
      std::memcpy(&half, row + 2 * i, sizeof half);
      out[i] = type == DType::f16 ? f16_to_f32(half) : bf16_to_f32(half);
    }
  } else {
    UnpackedBlock block;
    const int size = info(type).block, bytes = info(type).bytes;
    for (; count > 0; count -= size, row += bytes, out += size) {
      unpack_block(type, row, block);
      for (int i = 0; i < size; ++i) {
        const int s = i / sub_block(type);
        out[i] = block.scale[s] * static_cast<float>(block.quants[i]) + block.minimum[s];
      }
    }
  }
}

}  // namespace wick
