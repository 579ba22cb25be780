#pragma once
// Float vectors for every instruction set: the tags, and what all of them share. Kernels are templates over a tag and
// are compiled once for each; only simd_x86.h, simd_wasm.h and simd_int.h know intrinsics (ops_wasmdot.cpp asks an
// engine with some).
//
// Everything here is a template over the tag, so that no two files compiled with different flags share a function.
#include <cstdint>

#include "kernels/dtype.h"

namespace wick::cpu {

/// IEEE half precision and bfloat16, as stored.
struct F16 {
  std::uint16_t bits;
};
struct BF16 {
  std::uint16_t bits;
};

// The instruction sets. kTileRows x kTileVectors accumulators are the register block of every matrix product: the
// largest that leaves registers for one row of operands (measured; larger ones spill).

struct Sse42 {
  static constexpr int kTileRows = 3, kTileVectors = 4;
};
struct Avx2 {
  static constexpr int kTileRows = 6, kTileVectors = 2;
};
struct Avx512 {
  static constexpr int kTileRows = 6, kTileVectors = 4;
};
struct Avx512Vnni : Avx512 {};
struct Avx512Bf16 : Avx512Vnni {};
struct WasmSimd {
  static constexpr int kTileRows = 4, kTileVectors = 2;
};
struct WasmRelaxed : WasmSimd {
  static constexpr int kTileRows = 6;  // a fused multiply-add needs no register for the product
};
struct WasmRelaxedDot : WasmRelaxed {};

}  // namespace wick::cpu

#if defined(__wasm_simd128__)
#include "kernels/cpu/simd_wasm.h"
#else
#include "kernels/cpu/simd_x86.h"
#endif

namespace wick::cpu {

// Beyond the operators + - * /, a Vec<Arch> of kWidth floats has
//   Vec::zero(), Vec::splat(x), Vec::load(p), Vec::load_some(p, count) (the rest are zeros),
//   v.store(p), v.store_some(p, count); p may be float, F16 or BF16 (to load, std::int8_t as well) and needs no
//   alignment
//   fma(a, b, c) = a * b + c, in one rounding where the machine can
//   max(a, b), min(a, b): b where either is NaN; abs, sqrt, round (to nearest even)
//   less(a, b): a Mask; select(mask, a, b), Vec::any(mask)
//   hsum, hmax, hmin: over the lanes
//   pow2(n) = 2^n for integral n in [-126, 127]; scale_or_zero(x, n) = x * 2^n for these, zero for lesser n; split(x,
//   mantissa): the exponent, mantissa in [1, 2), x normal

/// Asks for the cache line of p ahead of its use: of what streams from memory, into the second level, as the first has
/// other use for its lines (a decode step over keys in memory is half as fast again by that).
template <class Arch>
[[gnu::always_inline]] inline void read_ahead(const void* p) {
  __builtin_prefetch(p, 0, 2);
}
inline constexpr Index kReadAhead = 8192;  // bytes ahead, where the next ones are neighbours

/// 2^r for r in [-0.5, 0.5], relative error 2.1e-7 (degree 5, Remez).
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> exp2_fraction(Vec<Arch> r) {
  using V = Vec<Arch>;
  V p = V::splat(0.00132764722f);
  p = fma(p, r, V::splat(0.00967554133f));
  p = fma(p, r, V::splat(0.0555071327f));
  p = fma(p, r, V::splat(0.240221197f));
  p = fma(p, r, V::splat(0.693146967f));
  return fma(p, r, V::splat(1.00000007f));
}

/// 2^x for x <= 127, zero below -126: the weights of a softmax, whose arguments are never positive.
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> exp2(Vec<Arch> x) {
  const Vec<Arch> n = round(x);
  return scale_or_zero(exp2_fraction<Arch>(x - n), n);
}

/// Calls body(offset, count) for each vector of [0, size): count is kWidth but for the last.
template <class Arch, class Body>
[[gnu::always_inline]] inline void for_vectors(Index size, Body&& body) {
  constexpr Index width = Vec<Arch>::kWidth;
  Index i = 0;
  for (; i + width <= size; i += width) body(i, width);
  if (i < size) body(i, size - i);
}

}  // namespace wick::cpu
