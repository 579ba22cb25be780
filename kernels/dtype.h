#pragma once
// Element types of tensors and of GGUF weights: their names and how many bytes a row of them takes.
#include <cstddef>
#include <cstdint>

namespace wick {

/// Sizes, strides and offsets in elements; as wide as a pointer, so that WebAssembly indexes with 32 bits.
using Index = std::ptrdiff_t;

/// Plain types first, then the block-quantised types of GGUF (ggml's block layouts, little-endian).
enum class DType : std::uint8_t {
  f32,
  f16,
  bf16,
  i8,
  u8,
  i32,
  i64,
  boolean,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q2_k,
  q3_k,
  q4_k,
  q5_k,
  q6_k,
};
inline constexpr int kDTypes = 18;

struct DTypeInfo {
  const char* name;
  int block;  // elements that are stored together
  int bytes;  // bytes of one block
};

constexpr DTypeInfo info(DType type) {
  constexpr DTypeInfo table[kDTypes] = {
      {"f32", 1, 4},      {"f16", 1, 2},      {"bf16", 1, 2},     {"i8", 1, 1},      {"u8", 1, 1},
      {"i32", 1, 4},      {"i64", 1, 8},      {"bool", 1, 1},     {"q4_0", 32, 18},  {"q4_1", 32, 20},
      {"q5_0", 32, 22},   {"q5_1", 32, 24},   {"q8_0", 32, 34},   {"q2_k", 256, 84}, {"q3_k", 256, 110},
      {"q4_k", 256, 144}, {"q5_k", 256, 176}, {"q6_k", 256, 210},
  };
  return table[static_cast<int>(type)];
}

constexpr bool is_quantized(DType type) { return type >= DType::q4_0; }
constexpr bool is_float(DType type) { return type <= DType::bf16; }

/// Bytes of `count` consecutive elements; count must be a multiple of the type's block.
constexpr Index row_bytes(DType type, Index count) { return count / info(type).block * info(type).bytes; }

}  // namespace wick
