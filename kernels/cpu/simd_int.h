#pragma once
// The integer half of the instruction sets: int8 dot products, the expansion of packed quants, narrowing. simd.h is the
// float half.
//
// IntLanes<Arch> has
//   kLanes             32-bit lanes of a vector; a lane has four consecutive inputs
//   kHold              there are registers for the expanded quants of a whole block
//   kWide              whether Partial has 32 bits, so that sums never overflow, or 16 (see dot)
//   ActivationElement  activations are stored in this type
//   Bytes, Int32       a vector of 4 * kLanes bytes; of kLanes int32
//   scales(p)          kLanes f16 scales as floats; an infinity or NaN, which no sound file has, may become a number
//   Operand            quants of kLanes outputs x 4 inputs, ready for dot; Activation: 4 inputs in every lane
//   Partial            a running sum of dot products; `widen` gives its Int32
//
// dot(p, w, a): p += w * a over the 4 inputs of each lane, w unsigned, a in [-127, 127]. Where Partial has 16 bits,
// each of a lane's two sums of two products grows by at most 2 * 127 * max(w) a step, and w is at most 127: the caller
// widens before it could pass 32767. So nothing ever saturates and every instruction set has the same integers.
#include <cstdint>
#include <cstring>

#include "kernels/cpu/simd.h"

namespace wick::cpu {

template <class Arch>
struct IntLanes;

#ifdef __wasm__
inline constexpr bool kWebAssembly = true;
#else
inline constexpr bool kWebAssembly = false;
#endif

/// Steps of `dot` that a 16-bit Partial takes for quants of `bits` bits.
constexpr int dots_before_widening(int bits) { return 32767 / (2 * 127 * ((1 << bits) - 1)); }

#if defined(__SSE4_2__) && !defined(__wasm__)

template <>
struct IntLanes<Sse42> {
  static constexpr int kLanes = 4;
  static constexpr bool kHold = false, kWide = false;
  using ActivationElement = std::int8_t;
  using Bytes = __m128i;
  using Int32 = __m128i;
  using Operand = __m128i;
  using Activation = __m128i;
  using Partial = __m128i;

  [[gnu::always_inline]] static Bytes load(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
  [[gnu::always_inline]] static Bytes splat8(int x) { return _mm_set1_epi8(static_cast<char>(x)); }
  template <int n>
  [[gnu::always_inline]] static Bytes shift_right(Bytes x) {
    if constexpr (n >= 0)
      return _mm_srli_epi16(x, n);
    else
      return _mm_slli_epi16(x, -n);
  }
  [[gnu::always_inline]] static Bytes shift_right(Bytes x, int n) { return _mm_srl_epi16(x, _mm_cvtsi32_si128(n)); }

  [[gnu::always_inline]] static Operand operand(Bytes x) { return x; }
  [[gnu::always_inline]] static Activation broadcast(const ActivationElement* a) {
    std::int32_t four;
    std::memcpy(&four, a, 4);
    return _mm_set1_epi32(four);
  }
  [[gnu::always_inline]] static Partial dot(Operand w, Activation a) { return _mm_maddubs_epi16(w, a); }
  [[gnu::always_inline]] static Partial dot(Partial p, Operand w, Activation a) { return _mm_add_epi16(p, dot(w, a)); }
  [[gnu::always_inline]] static Int32 widen(Partial p) { return _mm_madd_epi16(p, _mm_set1_epi16(1)); }

  [[gnu::always_inline]] static Int32 splat(std::int32_t x) { return _mm_set1_epi32(x); }
  [[gnu::always_inline]] static Int32 add(Int32 a, Int32 b) { return _mm_add_epi32(a, b); }
  template <int n>
  [[gnu::always_inline]] static Int32 shift_left32(Int32 x) {
    return _mm_slli_epi32(x, n);
  }
  template <int n>
  [[gnu::always_inline]] static Int32 shift_right32(Int32 x) {
    return _mm_srli_epi32(x, n);
  }
  [[gnu::always_inline]] static Int32 load_u8(const void* p) { return _mm_cvtepu8_epi32(_mm_loadu_si32(p)); }
  [[gnu::always_inline]] static Int32 load_i8(const void* p) { return _mm_cvtepi8_epi32(_mm_loadu_si32(p)); }
  [[gnu::always_inline]] static __m128 to_float(Int32 x) { return _mm_cvtepi32_ps(x); }
  [[gnu::always_inline]] static __m128 scales(const void* p) {
    // Sign extended, so that one mask keeps the sign in place; the product rebiases the exponent.
    const __m128i wide = _mm_slli_epi32(_mm_cvtepi16_epi32(_mm_loadl_epi64(static_cast<const __m128i*>(p))), 13);
    const __m128i bits = _mm_and_si128(wide, _mm_set1_epi32(static_cast<int>(0x8fffe000u)));
    return _mm_mul_ps(_mm_castsi128_ps(bits), _mm_set1_ps(0x1p112f));
  }
  [[gnu::always_inline]] static Int32 round(__m128 x) { return _mm_cvtps_epi32(x); }
  [[gnu::always_inline]] static void store_activations(ActivationElement* to, Int32 x) {
    const __m128i words = _mm_packs_epi32(x, x);
    _mm_storeu_si32(to, _mm_packs_epi16(words, words));
  }
  [[gnu::always_inline]] static std::int32_t sum(Int32 x) {
    x = _mm_add_epi32(x, _mm_unpackhi_epi64(x, x));
    return _mm_cvtsi128_si32(_mm_add_epi32(x, _mm_shuffle_epi32(x, 1)));
  }
};

#endif
#if defined(__AVX2__)

template <>
struct IntLanes<Avx2> {
  static constexpr int kLanes = 8;
  static constexpr bool kHold = false, kWide = false;
  using ActivationElement = std::int8_t;
  using Bytes = __m256i;
  using Int32 = __m256i;
  using Operand = __m256i;
  using Activation = __m256i;
  using Partial = __m256i;

  [[gnu::always_inline]] static Bytes load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  [[gnu::always_inline]] static Bytes splat8(int x) { return _mm256_set1_epi8(static_cast<char>(x)); }
  template <int n>
  [[gnu::always_inline]] static Bytes shift_right(Bytes x) {
    if constexpr (n >= 0)
      return _mm256_srli_epi16(x, n);
    else
      return _mm256_slli_epi16(x, -n);
  }
  [[gnu::always_inline]] static Bytes shift_right(Bytes x, int n) { return _mm256_srl_epi16(x, _mm_cvtsi32_si128(n)); }

  [[gnu::always_inline]] static Operand operand(Bytes x) { return x; }
  [[gnu::always_inline]] static Activation broadcast(const ActivationElement* a) {
    std::int32_t four;
    std::memcpy(&four, a, 4);
    return _mm256_set1_epi32(four);
  }
  [[gnu::always_inline]] static Partial dot(Operand w, Activation a) { return _mm256_maddubs_epi16(w, a); }
  [[gnu::always_inline]] static Partial dot(Partial p, Operand w, Activation a) {
    return _mm256_add_epi16(p, dot(w, a));
  }
  [[gnu::always_inline]] static Int32 widen(Partial p) { return _mm256_madd_epi16(p, _mm256_set1_epi16(1)); }

  [[gnu::always_inline]] static Int32 splat(std::int32_t x) { return _mm256_set1_epi32(x); }
  [[gnu::always_inline]] static Int32 add(Int32 a, Int32 b) { return _mm256_add_epi32(a, b); }
  template <int n>
  [[gnu::always_inline]] static Int32 shift_left32(Int32 x) {
    return _mm256_slli_epi32(x, n);
  }
  template <int n>
  [[gnu::always_inline]] static Int32 shift_right32(Int32 x) {
    return _mm256_srli_epi32(x, n);
  }
  [[gnu::always_inline]] static Int32 load_u8(const void* p) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(static_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static Int32 load_i8(const void* p) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(static_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static __m256 to_float(Int32 x) { return _mm256_cvtepi32_ps(x); }
  [[gnu::always_inline]] static __m256 scales(const void* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(static_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static Int32 round(__m256 x) { return _mm256_cvtps_epi32(x); }
  [[gnu::always_inline]] static void store_activations(ActivationElement* to, Int32 x) {
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packs_epi16(words, words));
  }
  [[gnu::always_inline]] static std::int32_t sum(Int32 x) {
    __m128i y = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    y = _mm_add_epi32(y, _mm_unpackhi_epi64(y, y));
    return _mm_cvtsi128_si32(_mm_add_epi32(y, _mm_shuffle_epi32(y, 1)));
  }
};

#endif
#if defined(__AVX512BW__)

/// What both AVX-512 sets share.
struct Int512 {
  static constexpr int kLanes = 16;
  static constexpr bool kHold = true;
  using ActivationElement = std::int8_t;
  using Bytes = __m512i;
  using Int32 = __m512i;
  using Operand = __m512i;
  using Activation = __m512i;
  using Partial = __m512i;

  [[gnu::always_inline]] static Bytes load(const void* p) { return _mm512_loadu_si512(p); }
  [[gnu::always_inline]] static Bytes splat8(int x) { return _mm512_set1_epi8(static_cast<char>(x)); }
  template <int n>
  [[gnu::always_inline]] static Bytes shift_right(Bytes x) {
    if constexpr (n >= 0)
      return _mm512_srli_epi16(x, n);
    else
      return _mm512_slli_epi16(x, -n);
  }

  [[gnu::always_inline]] static Operand operand(Bytes x) { return x; }
  [[gnu::always_inline]] static Activation broadcast(const ActivationElement* a) {
    std::int32_t four;
    std::memcpy(&four, a, 4);
    return _mm512_set1_epi32(four);
  }

  [[gnu::always_inline]] static Int32 splat(std::int32_t x) { return _mm512_set1_epi32(x); }
  [[gnu::always_inline]] static Int32 add(Int32 a, Int32 b) { return _mm512_add_epi32(a, b); }
  template <int n>
  [[gnu::always_inline]] static Int32 shift_left32(Int32 x) {
    return _mm512_slli_epi32(x, n);
  }
  template <int n>
  [[gnu::always_inline]] static Int32 shift_right32(Int32 x) {
    return _mm512_srli_epi32(x, n);
  }
  [[gnu::always_inline]] static Int32 load_u8(const void* p) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(static_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static Int32 load_i8(const void* p) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128(static_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static __m512 to_float(Int32 x) { return _mm512_cvtepi32_ps(x); }
  [[gnu::always_inline]] static __m512 scales(const void* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(static_cast<const __m256i*>(p)));
  }
  [[gnu::always_inline]] static Int32 round(__m512 x) { return _mm512_cvtps_epi32(x); }
  [[gnu::always_inline]] static void store_activations(ActivationElement* to, Int32 x) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(x));
  }
  [[gnu::always_inline]] static std::int32_t sum(Int32 x) { return _mm512_reduce_add_epi32(x); }
};

template <>
struct IntLanes<Avx512> : Int512 {
  static constexpr bool kWide = false;
  [[gnu::always_inline]] static Partial dot(Operand w, Activation a) { return _mm512_maddubs_epi16(w, a); }
  [[gnu::always_inline]] static Partial dot(Partial p, Operand w, Activation a) {
    return _mm512_add_epi16(p, dot(w, a));
  }
  [[gnu::always_inline]] static Int32 widen(Partial p) { return _mm512_madd_epi16(p, _mm512_set1_epi16(1)); }
};

#endif
#if defined(__AVX512VNNI__)

template <>
struct IntLanes<Avx512Vnni> : Int512 {
  static constexpr bool kWide = true;
  [[gnu::always_inline]] static Partial dot(Operand w, Activation a) {
    return _mm512_dpbusd_epi32(_mm512_setzero_si512(), w, a);
  }
  [[gnu::always_inline]] static Partial dot(Partial p, Operand w, Activation a) { return _mm512_dpbusd_epi32(p, w, a); }
  [[gnu::always_inline]] static Int32 widen(Partial p) { return p; }
};

/// bf16 products alone are compiled for it: they need the panel's lanes.
template <>
struct IntLanes<Avx512Bf16> : IntLanes<Avx512Vnni> {};

#endif
#if defined(__wasm_simd128__)

/// What all WebAssembly sets share.
struct IntWasm {
  static constexpr int kLanes = 4;
  static constexpr bool kHold = false;
  using Bytes = v128_t;
  using Int32 = v128_t;
  using Partial = v128_t;

  [[gnu::always_inline]] static Bytes load(const void* p) { return wasm_v128_load(p); }
  [[gnu::always_inline]] static Bytes splat8(int x) { return wasm_i8x16_splat(static_cast<std::int8_t>(x)); }
  template <int n>
  [[gnu::always_inline]] static Bytes shift_right(Bytes x) {  // 16-bit lanes, as x86 has no 8-bit shift
    if constexpr (n == 0)
      return x;
    else if constexpr (n > 0)
      return wasm_u16x8_shr(x, n);
    else
      return wasm_i16x8_shl(x, -n);
  }
  [[gnu::always_inline]] static Bytes shift_right(Bytes x, int n) {
    return wasm_u16x8_shr(x, static_cast<std::uint32_t>(n));
  }

  [[gnu::always_inline]] static Int32 splat(std::int32_t x) { return wasm_i32x4_splat(x); }
  [[gnu::always_inline]] static Int32 add(Int32 a, Int32 b) { return wasm_i32x4_add(a, b); }
  template <int n>
  [[gnu::always_inline]] static Int32 shift_left32(Int32 x) {
    return n == 0 ? x : wasm_i32x4_shl(x, n);
  }
  template <int n>
  [[gnu::always_inline]] static Int32 shift_right32(Int32 x) {
    return n == 0 ? x : wasm_u32x4_shr(x, n);
  }
  [[gnu::always_inline]] static Int32 load_u8(const void* p) {
    return wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p)));
  }
  [[gnu::always_inline]] static Int32 load_i8(const void* p) {
    return wasm_i32x4_extend_low_i16x8(wasm_i16x8_extend_low_i8x16(wasm_v128_load32_zero(p)));
  }
  [[gnu::always_inline]] static v128_t to_float(Int32 x) { return wasm_f32x4_convert_i32x4(x); }
  [[gnu::always_inline]] static v128_t scales(const void* p) {
    // Sign extended, so that one mask keeps the sign in place; the product rebiases the exponent.
    const v128_t bits =
        wasm_v128_and(wasm_i32x4_shl(wasm_i32x4_load16x4(p), 13), wasm_i32x4_splat(static_cast<int>(0x8fffe000u)));
    return wasm_f32x4_mul(bits, wasm_f32x4_splat(0x1p112f));
  }
  /// For values within +-2^22: adding 1.5 * 2^23 leaves the integer, rounded to even, in the mantissa.
  [[gnu::always_inline]] static Int32 round(v128_t x) {
    const v128_t magic = wasm_f32x4_splat(12582912.0f);
    return wasm_i32x4_sub(wasm_f32x4_add(x, magic), magic);
  }
  [[gnu::always_inline]] static std::int32_t sum(Int32 x) {
    x = wasm_i32x4_add(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
    return wasm_i32x4_extract_lane(x, 0) + wasm_i32x4_extract_lane(x, 1);
  }
};

/// Strict SIMD multiplies 16-bit lanes: quants are widened, and activations are stored wide, 0 2 1 3 of each four.
template <>
struct IntLanes<WasmSimd> : IntWasm {
  static constexpr bool kWide = true;
  using ActivationElement = std::int16_t;
  struct Operand {
    v128_t even, odd;  // inputs 0, 2 and 1, 3 of the four rows
  };
  struct Activation {
    v128_t even, odd;
  };

  [[gnu::always_inline]] static Operand operand(Bytes x) {
    return {wasm_v128_and(x, wasm_i16x8_splat(255)), wasm_u16x8_shr(x, 8)};
  }
  [[gnu::always_inline]] static Activation broadcast(const ActivationElement* a) {
    return {wasm_v128_load32_splat(a), wasm_v128_load32_splat(a + 2)};
  }
  [[gnu::always_inline]] static Partial dot(Operand w, Activation a) {
    return wasm_i32x4_add(wasm_i32x4_dot_i16x8(w.even, a.even), wasm_i32x4_dot_i16x8(w.odd, a.odd));
  }
  [[gnu::always_inline]] static Partial dot(Partial p, Operand w, Activation a) { return wasm_i32x4_add(p, dot(w, a)); }
  [[gnu::always_inline]] static Int32 widen(Partial p) { return p; }
  [[gnu::always_inline]] static void store_activations(ActivationElement* to, Int32 x) {
    const v128_t words = wasm_i16x8_narrow_i32x4(x, x);
    wasm_v128_store64_lane(to, wasm_i16x8_shuffle(words, words, 0, 2, 1, 3, 0, 2, 1, 3), 0);
  }
};

#endif
#if defined(__wasm_relaxed_simd__)

/// What relaxed SIMD multiplies: bytes by quants of at most 7 bits.
struct IntRelaxed : IntWasm {
  using ActivationElement = std::int8_t;
  using Operand = v128_t;
  using Activation = v128_t;

  [[gnu::always_inline]] static Operand operand(Bytes x) { return x; }
  [[gnu::always_inline]] static Activation broadcast(const ActivationElement* a) { return wasm_v128_load32_splat(a); }
  [[gnu::always_inline]] static void store_activations(ActivationElement* to, Int32 x) {
    const v128_t words = wasm_i16x8_narrow_i32x4(x, x);
    wasm_v128_store32_lane(to, wasm_i8x16_narrow_i16x8(words, words), 0);
  }
};

template <>
struct IntLanes<WasmRelaxed> : IntRelaxed {
  static constexpr bool kWide = false;

  [[gnu::always_inline]] static Partial dot(Operand w, Activation a) {
    return reinterpret_cast<v128_t>(__builtin_wasm_relaxed_dot_i8x16_i7x16_s_i16x8(a, w));
  }
  [[gnu::always_inline]] static Partial dot(Partial p, Operand w, Activation a) { return wasm_i16x8_add(p, dot(w, a)); }
  [[gnu::always_inline]] static Int32 widen(Partial p) { return wasm_i32x4_extadd_pairwise_i16x8(p); }
};

/// For processors that multiply four bytes and add them up in one instruction.
template <>
struct IntLanes<WasmRelaxedDot> : IntRelaxed {
  static constexpr bool kWide = true;

  [[gnu::always_inline]] static Partial dot(Operand w, Activation a) { return dot(splat(0), w, a); }
  [[gnu::always_inline]] static Partial dot(Partial p, Operand w, Activation a) {
    return reinterpret_cast<v128_t>(__builtin_wasm_relaxed_dot_i8x16_i7x16_add_s_i32x4(a, w, p));
  }
  [[gnu::always_inline]] static Int32 widen(Partial p) { return p; }
};

#endif

/// The dot products for quants of `bits` bits, `sub` of them to a scale.
template <class Arch, int bits, int sub>
struct DotLanesOf {
  using Type = IntLanes<Arch>;
};
#if defined(__wasm_relaxed_simd__)
/// One product of words takes less time than two, for the nibbles of a byte.
template <>
struct DotLanesOf<WasmRelaxed, 8, 32> {
  using Type = IntLanes<WasmSimd>;
};
template <>
struct DotLanesOf<WasmRelaxedDot, 8, 32> {
  using Type = IntLanes<WasmSimd>;
};
/// Four products to a sum are too few for 32 bits to pay (measured).
template <int bits>
struct DotLanesOf<WasmRelaxedDot, bits, 16> {
  using Type = IntLanes<WasmRelaxed>;
};
#endif
template <class Arch, int bits, int sub>
using DotLanes = typename DotLanesOf<Arch, bits, sub>::Type;

}  // namespace wick::cpu
