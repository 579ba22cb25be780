#pragma once
// Vec on WebAssembly: 128-bit vectors, with the fused multiply-add of relaxed SIMD where the module is built for it.
#include <wasm_simd128.h>

#include <type_traits>

#include "kernels/cpu/simd.h"

namespace wick::cpu {

template <class Arch>
struct Vec {
  using Mask = v128_t;
  static constexpr int kWidth = 4;

  v128_t value;

  [[gnu::always_inline]] static Vec zero() { return {wasm_f32x4_const(0, 0, 0, 0)}; }
  [[gnu::always_inline]] static Vec splat(float x) { return {wasm_f32x4_splat(x)}; }
  [[gnu::always_inline]] static Vec load(const float* p) { return {wasm_v128_load(p)}; }
  [[gnu::always_inline]] static Vec load(const F16* p) {
    // Sign at the top, exponent and mantissa at their places; the product rebiases the exponent and makes subnormals
    // normal; infinities and NaNs get their full exponent back.
    const v128_t spread =
        wasm_v128_and(wasm_i32x4_shl(wasm_i32x4_load16x4(p), 13), wasm_i32x4_splat(static_cast<int>(0x8fffe000u)));
    const v128_t scaled = wasm_f32x4_mul(spread, wasm_f32x4_splat(0x1p112f));
    const v128_t full = wasm_i32x4_splat(0x0f800000);
    const v128_t special =
        wasm_v128_and(wasm_i32x4_eq(wasm_v128_and(spread, full), full), wasm_i32x4_splat(0x7f800000));
    return {wasm_v128_or(scaled, special)};
  }
  [[gnu::always_inline]] static Vec load(const BF16* p) { return {wasm_i32x4_shl(wasm_u32x4_load16x4(p), 16)}; }
  [[gnu::always_inline]] static Vec load(const std::int8_t* p) {
    return {
        wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(wasm_i16x8_extend_low_i8x16(wasm_v128_load32_zero(p))))};
  }

  [[gnu::always_inline]] void store(float* p) const { wasm_v128_store(p, value); }
  [[gnu::always_inline]] void store(F16* p) const {
    const v128_t magnitude = wasm_v128_and(value, wasm_i32x4_splat(0x7fffffff));
    const v128_t sign = wasm_u32x4_shr(wasm_v128_xor(value, magnitude), 16);
    // Normal halves: rebias, and add just under half a unit, or half where the last kept bit is odd.
    const v128_t odd = wasm_v128_and(wasm_u32x4_shr(magnitude, 13), wasm_i32x4_splat(1));
    const v128_t rebias = wasm_i32x4_splat(static_cast<int>(0xc8000fffu));
    v128_t half = wasm_u32x4_shr(wasm_i32x4_add(wasm_i32x4_add(magnitude, rebias), odd), 13);
    // Subnormal halves: adding 0.5 makes the float unit round at the half's last bit.
    const v128_t small =
        wasm_i32x4_sub(wasm_f32x4_add(magnitude, wasm_f32x4_splat(0.5f)), wasm_i32x4_splat(0x3f000000));
    half = wasm_v128_bitselect(small, half, wasm_i32x4_lt(magnitude, wasm_i32x4_splat(0x38800000)));
    half = wasm_v128_bitselect(wasm_i32x4_splat(0x7c00), half, wasm_i32x4_gt(magnitude, wasm_i32x4_splat(0x477fffff)));
    half = wasm_v128_bitselect(wasm_i32x4_splat(0x7e00), half, wasm_i32x4_gt(magnitude, wasm_i32x4_splat(0x7f800000)));
    store_u16(wasm_v128_or(half, sign), p);
  }
  [[gnu::always_inline]] void store(BF16* p) const {
    const v128_t high = wasm_u32x4_shr(value, 16);
    const v128_t odd = wasm_v128_and(high, wasm_i32x4_splat(1));
    const v128_t rounded = wasm_u32x4_shr(wasm_i32x4_add(wasm_i32x4_add(value, wasm_i32x4_splat(0x7fff)), odd), 16);
    // Rounding must not carry a NaN over to zero: it is made quiet instead.
    const v128_t nan = wasm_v128_or(high, wasm_i32x4_splat(0x40));
    store_u16(wasm_v128_bitselect(nan, rounded, wasm_f32x4_ne(value, value)), p);
  }

  template <class T>
  [[gnu::always_inline]] static Vec load_some(const T* p, Index count) {
    T buffer[kWidth] = {};
    for (Index i = 0; i < count; ++i) buffer[i] = p[i];
    return load(buffer);
  }
  template <class T>
  [[gnu::always_inline]] void store_some(T* p, Index count) const {
    T buffer[kWidth];
    store(buffer);
    for (Index i = 0; i < count; ++i) p[i] = buffer[i];
  }

  [[gnu::always_inline]] friend Vec operator+(Vec a, Vec b) { return {wasm_f32x4_add(a.value, b.value)}; }
  [[gnu::always_inline]] friend Vec operator-(Vec a, Vec b) { return {wasm_f32x4_sub(a.value, b.value)}; }
  [[gnu::always_inline]] friend Vec operator*(Vec a, Vec b) { return {wasm_f32x4_mul(a.value, b.value)}; }
  [[gnu::always_inline]] friend Vec operator/(Vec a, Vec b) { return {wasm_f32x4_div(a.value, b.value)}; }
  // The pseudo-minimum and -maximum are one instruction on x86, the IEEE ones are several.
  [[gnu::always_inline]] friend Vec max(Vec a, Vec b) { return {wasm_f32x4_pmax(b.value, a.value)}; }
  [[gnu::always_inline]] friend Vec min(Vec a, Vec b) { return {wasm_f32x4_pmin(b.value, a.value)}; }
  [[gnu::always_inline]] friend Vec abs(Vec a) { return {wasm_f32x4_abs(a.value)}; }
  [[gnu::always_inline]] friend Vec sqrt(Vec a) { return {wasm_f32x4_sqrt(a.value)}; }
  [[gnu::always_inline]] friend Vec round(Vec a) { return {wasm_f32x4_nearest(a.value)}; }
  [[gnu::always_inline]] friend Mask less(Vec a, Vec b) { return wasm_f32x4_lt(a.value, b.value); }
  [[gnu::always_inline]] static bool any(Mask mask) { return wasm_v128_any_true(mask); }
  [[gnu::always_inline]] friend Vec select(Mask mask, Vec a, Vec b) {
    return {wasm_v128_bitselect(a.value, b.value, mask)};
  }
  [[gnu::always_inline]] friend Vec fma(Vec a, Vec b, Vec c) {
#if defined(__wasm_relaxed_simd__)
    return {wasm_f32x4_relaxed_madd(a.value, b.value, c.value)};
#else
    return {wasm_f32x4_add(wasm_f32x4_mul(a.value, b.value), c.value)};
#endif
  }

  [[gnu::always_inline]] friend float hsum(Vec a) {
    const Vec halves = a + a.swap_halves();
    return wasm_f32x4_extract_lane(halves.value, 0) + wasm_f32x4_extract_lane(halves.value, 1);
  }
  [[gnu::always_inline]] friend float hmax(Vec a) {
    const Vec halves = max(a, a.swap_halves());
    return wasm_f32x4_extract_lane(max(halves, halves.swap_pairs()).value, 0);
  }
  [[gnu::always_inline]] friend float hmin(Vec a) {
    const Vec halves = min(a, a.swap_halves());
    return wasm_f32x4_extract_lane(min(halves, halves.swap_pairs()).value, 0);
  }

  [[gnu::always_inline]] friend Vec pow2(Vec n) {
    // Adding 1.5 * 2^23 leaves the integer in the low mantissa bits; 127 more is the exponent's bias.
    return {wasm_i32x4_shl((n + splat(12582912.0f + 127.0f)).value, 23)};
  }
  [[gnu::always_inline]] friend Vec scale_or_zero(Vec x, Vec n) {
    return select(less(n, splat(-126.0f)), zero(), x * pow2(n));
  }
  [[gnu::always_inline]] friend Vec split(Vec x, Vec& mantissa) {
    mantissa = {wasm_v128_or(wasm_v128_and(x.value, wasm_i32x4_splat(0x007fffff)), wasm_i32x4_splat(0x3f800000))};
    return {wasm_f32x4_convert_i32x4(wasm_i32x4_sub(wasm_i32x4_shr(x.value, 23), wasm_i32x4_splat(127)))};
  }

 private:
  [[gnu::always_inline]] Vec swap_halves() const { return {wasm_i32x4_shuffle(value, value, 2, 3, 0, 1)}; }
  [[gnu::always_inline]] Vec swap_pairs() const { return {wasm_i32x4_shuffle(value, value, 1, 0, 3, 2)}; }
  template <class Half>
  [[gnu::always_inline]] static void store_u16(v128_t bits, Half* p) {
    wasm_v128_store64_lane(p, wasm_u16x8_narrow_i32x4(bits, bits), 0);
  }
};

}  // namespace wick::cpu
