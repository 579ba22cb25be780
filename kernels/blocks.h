#pragma once
// GGUF's block-quantised types, one block or one row at a time, in plain scalar code.
//
// A block stands for 32 elements, or for 256 in the K types, with a scale and sometimes a minimum for each sub-block of
// 16 or 32. Whatever the bits look like, an element is scale * quant + minimum of its sub-block with an unsigned quant;
// the symmetric types have minimum = -offset * scale. Scales, minima and their products with quants fit a float's 24
// bits, so the one addition is all that rounds. Layouts: ggml's block structures, little-endian.
#include <cstddef>
#include <cstdint>

#include "kernels/dtype.h"

namespace wick {

/// One block taken apart. Only the first info(type).block quants, and their sub-blocks, are written.
struct UnpackedBlock {
  std::uint8_t quants[256];
  float scale[16];
  float minimum[16];
};

/// Elements that share a scale and a minimum: 16 or 32. `type` must be quantised.
constexpr int sub_block(DType type) {
  return type == DType::q2_k || type == DType::q3_k || type == DType::q6_k ? 16 : 32;
}

/// Takes one block of a quantised type apart; `block` needs no alignment.
void unpack_block(DType type, const std::byte* block, UnpackedBlock& out);

/// `count` consecutive elements of any float or quantised type as f32; count is a multiple of the type's block.
/// Matches ggml's dequantize_row_* bit for bit (up to the sign of zero).
void dequantize_row(DType type, const std::byte* row, float* out, Index count);

/// The reverse for f32, f16, bf16, q8_0, q4_0, q4_1, q5_0 and q5_1, by ggml's quantize_row_*_ref; NaNs in a quantised
/// block give some value, never undefined behaviour.
void quantize_row(DType type, const float* x, std::byte* row, Index count);

}  // namespace wick
