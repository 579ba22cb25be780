#pragma once
// The packed layout of a weight matrix [n, k]: where each quant and each scale lies.
//
// Rows are packed in panels of R, the 32-bit lanes of a vector, so that one vector holds the same inputs of R outputs.
// Rows beyond n are zeros. A panel starts at a multiple of 64 bytes.
//
// Float types: a panel is [k][R] elements.
//
// Quantised types: a panel is three streams, each one contiguous over the blocks of 32 inputs, so that quants stay
// aligned and a kernel reads three sequences forwards:
//   quants [k/32][planes]     unsigned quants, split in bit planes
//   scales [k/32][.]          what the type has for each 32 inputs
//   supers [k/256][.]         K-quants: the f16 scale (and minimum) that multiplies the 6- or 8-bit ones
//
// A plane of a block is first laid out for each row by itself, then interleaved: byte p of a row's
//   nibble plane (16 bytes)   has inputs p, p + 16
//   crumb plane   (8 bytes)   has inputs p, p + 8, p + 16, p + 24
//   bit plane     (4 bytes)   has inputs p, p + 4, ..., p + 28
//   byte plane   (32 bytes)   has input p
// and the plane is [bytes / 4][R][4], as a lane of a dot product takes four inputs. A vector of a nibble plane so holds
// two of the eight groups of four inputs in a block, of a crumb plane four, of a bit plane all. 5-bit quants are a
// nibble and a bit plane, 6-bit ones a nibble and a crumb plane: nothing grows to bytes, and the nibble plane is GGUF's
// own order.
#include "kernels/dtype.h"

namespace wick::cpu {

/// Inputs that share a scale of the activations, and the step of every quantised kernel.
inline constexpr int kBlock = 32;
/// Inputs of a K-quant's super-block, and its blocks of 32.
inline constexpr int kSuper = 256;
inline constexpr int kSuperBlocks = kSuper / kBlock;

/// What stands in the scale stream for each row (of a block, or of each sub-block).
enum class Scale : std::uint8_t {
  half,         // f16 scale
  half_min,     // f16 scale, f16 minimum (added)
  byte_min,     // u8 scale, u8 minimum (subtracted); times the super-block's f16 pair
  nibbles_min,  // one byte, scale in the low and minimum in the high nibble (subtracted); times the super-block's pair
  signed_byte,  // i8 scale; times the super-block's f16 scale
};

/// How a quantised type is packed: w = scale * (quant - offset), or with a minimum scale * quant -+ minimum.
struct Format {
  int bits;
  int sub;     // inputs that share a scale: 16 or 32
  int offset;  // 0 where the type has minima
  Scale scale;

  constexpr int subs() const { return kBlock / sub; }
  constexpr bool has_min() const { return scale != Scale::half && scale != Scale::signed_byte; }
  constexpr bool is_super() const { return scale != Scale::half && scale != Scale::half_min; }
  /// Bytes for each row: in the scale stream per 32 inputs, in the super stream per 256.
  constexpr int scale_bytes() const {
    constexpr int table[] = {2, 4, 2, 1, 1};
    return table[static_cast<int>(scale)] * subs();
  }
  constexpr int super_bytes() const { return !is_super() ? 0 : has_min() ? 4 : 2; }
  constexpr int quant_bytes() const { return bits * kBlock / 8; }
};

consteval Format format(DType type) {
  switch (type) {
    case DType::q4_0:
      return {4, 32, 8, Scale::half};
    case DType::q4_1:
      return {4, 32, 0, Scale::half_min};
    case DType::q5_0:
      return {5, 32, 16, Scale::half};
    case DType::q5_1:
      return {5, 32, 0, Scale::half_min};
    case DType::q8_0:
      return {8, 32, 128, Scale::half};
    case DType::q2_k:
      return {2, 16, 0, Scale::nibbles_min};
    case DType::q3_k:
      return {3, 16, 4, Scale::signed_byte};
    case DType::q4_k:
      return {4, 32, 0, Scale::byte_min};
    case DType::q5_k:
      return {5, 32, 0, Scale::byte_min};
    default:
      return {6, 16, 32, Scale::signed_byte};
  }
}

/// Sizes of a panel of R rows of a quantised type; scales and supers begin at these offsets.
template <int R, DType T>
struct QuantPanel {
  static constexpr Format kFormat = format(T);
  static constexpr Index kQuants = Index{R} * kFormat.quant_bytes();  // a block's quants
  static constexpr Index kScales = Index{R} * kFormat.scale_bytes();  // a block's scales
  static constexpr Index kSupers = Index{R} * kFormat.super_bytes();  // a super-block's scales

  [[gnu::always_inline]] static Index scales_at(Index k) { return k / kBlock * kQuants; }
  [[gnu::always_inline]] static Index supers_at(Index k) { return k / kBlock * (kQuants + kScales); }
  [[gnu::always_inline]] static Index bytes(Index k) { return (supers_at(k) + k / kSuper * kSupers + 63) / 64 * 64; }
};

/// Bytes of one element of a float type.
consteval Index element_bytes(DType type) { return type == DType::f32 ? 4 : 2; }

/// Bytes of a panel of R rows.
template <int R, DType T>
[[gnu::always_inline]] inline Index panel_bytes(Index k) {
  if constexpr (is_quantized(T)) {
    return QuantPanel<R, T>::bytes(k);
  } else {
    return (R * k * element_bytes(T) + 63) / 64 * 64;
  }
}

/// Calls f.template operator()<T>() with the run-time type as a template argument; only types that weights have.
template <class F>
[[gnu::always_inline]] inline auto with_weight_type(DType type, F&& f) {
  switch (type) {
    case DType::f16:
      return f.template operator()<DType::f16>();
    case DType::bf16:
      return f.template operator()<DType::bf16>();
    case DType::q4_0:
      return f.template operator()<DType::q4_0>();
    case DType::q4_1:
      return f.template operator()<DType::q4_1>();
    case DType::q5_0:
      return f.template operator()<DType::q5_0>();
    case DType::q5_1:
      return f.template operator()<DType::q5_1>();
    case DType::q8_0:
      return f.template operator()<DType::q8_0>();
    case DType::q2_k:
      return f.template operator()<DType::q2_k>();
    case DType::q3_k:
      return f.template operator()<DType::q3_k>();
    case DType::q4_k:
      return f.template operator()<DType::q4_k>();
    case DType::q5_k:
      return f.template operator()<DType::q5_k>();
    case DType::q6_k:
      return f.template operator()<DType::q6_k>();
    default:
      return f.template operator()<DType::f32>();
  }
}

}  // namespace wick::cpu
