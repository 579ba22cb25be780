#pragma once
// Vec on x86: xsimd, and intrinsics for what xsimd 8.1 lacks (fused multiply-add on AVX-512, half precision,
// exponents). What one set alone has stands behind `if constexpr`, so that a file compiled without it never sees it.
#include <immintrin.h>

#include <cstring>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "kernels/cpu/simd.h"

namespace wick::cpu {

template <class Arch>
inline constexpr bool kIsAvx512 = std::is_base_of_v<Avx512, Arch>;
template <class Arch>
inline constexpr bool kIsAvx2 = std::is_same_v<Arch, Avx2>;

template <class Arch>
struct Vec {
  using Xsimd = std::conditional_t<kIsAvx512<Arch>, xsimd::avx512bw,
                                   std::conditional_t<kIsAvx2<Arch>, xsimd::fma3<xsimd::avx2>, xsimd::sse4_2>>;
  using Batch = xsimd::batch<float, Xsimd>;
  using Bits = xsimd::batch<std::int32_t, Xsimd>;
  using Mask = xsimd::batch_bool<float, Xsimd>;
  static constexpr int kWidth = static_cast<int>(Batch::size);

  Batch value;

  [[gnu::always_inline]] static Vec zero() { return {Batch(0.0f)}; }
  [[gnu::always_inline]] static Vec splat(float x) { return {Batch(x)}; }
  [[gnu::always_inline]] static Vec load(const float* p) { return {Batch::load_unaligned(p)}; }
  [[gnu::always_inline]] static Vec load(const F16* p);
  [[gnu::always_inline]] static Vec load(const BF16* p);
  [[gnu::always_inline]] static Vec load(const std::int8_t* p);
  [[gnu::always_inline]] void store(float* p) const { value.store_unaligned(p); }
  [[gnu::always_inline]] void store(F16* p) const;
  [[gnu::always_inline]] void store(BF16* p) const;

  template <class T>
  [[gnu::always_inline]] static Vec load_some(const T* p, Index count) {
    if constexpr (kIsAvx512<Arch> && std::is_same_v<T, float>) {
      return {Batch(_mm512_maskz_loadu_ps(first_lanes(count), p))};
    } else {
      T buffer[kWidth] = {};
      for (Index i = 0; i < count; ++i) buffer[i] = p[i];
      return load(buffer);
    }
  }
  template <class T>
  [[gnu::always_inline]] void store_some(T* p, Index count) const {
    if constexpr (kIsAvx512<Arch> && std::is_same_v<T, float>) {
      _mm512_mask_storeu_ps(p, first_lanes(count), value);
    } else {
      T buffer[kWidth];
      store(buffer);
      for (Index i = 0; i < count; ++i) p[i] = buffer[i];
    }
  }

  [[gnu::always_inline]] friend Vec operator+(Vec a, Vec b) { return {a.value + b.value}; }
  [[gnu::always_inline]] friend Vec operator-(Vec a, Vec b) { return {a.value - b.value}; }
  [[gnu::always_inline]] friend Vec operator*(Vec a, Vec b) { return {a.value * b.value}; }
  [[gnu::always_inline]] friend Vec operator/(Vec a, Vec b) { return {a.value / b.value}; }
  [[gnu::always_inline]] friend Vec max(Vec a, Vec b) { return {xsimd::max(a.value, b.value)}; }
  [[gnu::always_inline]] friend Vec min(Vec a, Vec b) { return {xsimd::min(a.value, b.value)}; }
  [[gnu::always_inline]] friend Vec abs(Vec a) { return {xsimd::abs(a.value)}; }
  [[gnu::always_inline]] friend Vec sqrt(Vec a) { return {xsimd::sqrt(a.value)}; }
  [[gnu::always_inline]] friend Vec round(Vec a) { return {xsimd::nearbyint(a.value)}; }
  [[gnu::always_inline]] friend Mask less(Vec a, Vec b) { return a.value < b.value; }
  [[gnu::always_inline]] static bool any(Mask mask) { return xsimd::any(mask); }
  [[gnu::always_inline]] friend Vec select(Mask mask, Vec a, Vec b) { return {xsimd::select(mask, a.value, b.value)}; }
  [[gnu::always_inline]] friend Vec fma(Vec a, Vec b, Vec c) {
    if constexpr (kIsAvx512<Arch>) {
      return {Batch(_mm512_fmadd_ps(a.value, b.value, c.value))};
    } else {
      return {xsimd::fma(a.value, b.value, c.value)};
    }
  }

  [[gnu::always_inline]] friend float hsum(Vec a) {
    return a.fold([](__m128 x, __m128 y) { return _mm_add_ps(x, y); });
  }
  [[gnu::always_inline]] friend float hmax(Vec a) {
    return a.fold([](__m128 x, __m128 y) { return _mm_max_ps(x, y); });
  }
  [[gnu::always_inline]] friend float hmin(Vec a) {
    return a.fold([](__m128 x, __m128 y) { return _mm_min_ps(x, y); });
  }

  [[gnu::always_inline]] friend Vec pow2(Vec n) {
    // Adding 1.5 * 2^23 leaves the integer in the low mantissa bits; 127 more is the exponent's bias.
    const Bits biased = xsimd::bitwise_cast<Bits>(n.value + Batch(12582912.0f + 127.0f));
    return {xsimd::bitwise_cast<Batch>(biased << 23)};
  }
  [[gnu::always_inline]] friend Vec scale_or_zero(Vec x, Vec n) {
    if constexpr (kIsAvx512<Arch>) {
      const __mmask16 kept = _mm512_cmp_ps_mask(n.value, _mm512_set1_ps(-126.0f), _CMP_NLT_UQ);
      return {Batch(_mm512_maskz_scalef_ps(kept, x.value, n.value))};
    } else {
      return select(less(n, splat(-126.0f)), zero(), x * pow2(n));
    }
  }
  [[gnu::always_inline]] friend Vec split(Vec x, Vec& mantissa) {
    const Bits bits = xsimd::bitwise_cast<Bits>(x.value);
    mantissa = {xsimd::bitwise_cast<Batch>((bits & Bits(0x007fffff)) | Bits(0x3f800000))};
    return {xsimd::to_float((bits >> 23) - Bits(127))};
  }

 private:
  [[gnu::always_inline]] static __mmask16 first_lanes(Index count) {
    return static_cast<__mmask16>((1u << static_cast<unsigned>(count)) - 1u);
  }

  template <class Op>
  [[gnu::always_inline]] float fold(Op op) const {
    __m128 x;
    if constexpr (kIsAvx512<Arch>) {
      const __m256 low = _mm512_castps512_ps256(value), high = _mm512_extractf32x8_ps(value, 1);
      x = op(op(_mm256_castps256_ps128(low), _mm256_castps256_ps128(high)),
             op(_mm256_extractf128_ps(low, 1), _mm256_extractf128_ps(high, 1)));
    } else if constexpr (kIsAvx2<Arch>) {
      x = op(_mm256_castps256_ps128(value), _mm256_extractf128_ps(value, 1));
    } else {
      x = value;
    }
    x = op(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(op(x, _mm_movehdup_ps(x)));
  }
};

template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> Vec<Arch>::load(const std::int8_t* p) {
  if constexpr (kIsAvx512<Arch>) {
    return {xsimd::to_float(Bits(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))))};
  } else if constexpr (kIsAvx2<Arch>) {
    return {xsimd::to_float(Bits(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))))};
  } else {
    return {xsimd::to_float(Bits(_mm_cvtepi8_epi32(_mm_loadu_si32(p))))};
  }
}

// ---- Half precision ------------------------------------------------------------------------------------------------

/// The 16-bit values at p, widened to 32 bits.
template <class Arch>
[[gnu::always_inline]] inline typename Vec<Arch>::Bits load_u16(const std::uint16_t* p) {
  using Bits = typename Vec<Arch>::Bits;
  if constexpr (kIsAvx512<Arch>) {
    return Bits(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))));
  } else if constexpr (kIsAvx2<Arch>) {
    return Bits(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  } else {
    return Bits(_mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
}

/// Stores the low 16 bits of each lane; the lanes lie in [0, 65535].
template <class Arch>
[[gnu::always_inline]] inline void store_u16(typename Vec<Arch>::Bits bits, std::uint16_t* p) {
  if constexpr (kIsAvx512<Arch>) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(bits));
  } else if constexpr (kIsAvx2<Arch>) {
    const __m256i packed = _mm256_packus_epi32(bits, bits);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 0x08)));
  } else {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi32(bits, bits));
  }
}

template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> Vec<Arch>::load(const F16* p) {
  if constexpr (kIsAvx512<Arch>) {
    return {Batch(_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))))};
  } else if constexpr (kIsAvx2<Arch>) {
    return {Batch(_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
  } else {
    // Sign at the top, exponent and mantissa at their places; the product rebiases the exponent and makes subnormals
    // normal; infinities and NaNs get their full exponent back.
    const __m128i half = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    const __m128i spread = _mm_and_si128(_mm_srai_epi32(_mm_unpacklo_epi16(_mm_setzero_si128(), half), 3),
                                         _mm_set1_epi32(static_cast<int>(0x8fffe000u)));
    const __m128 scaled = _mm_mul_ps(_mm_castsi128_ps(spread), _mm_set1_ps(0x1p112f));
    const __m128i full = _mm_set1_epi32(0x0f800000);
    const __m128i special =
        _mm_and_si128(_mm_cmpeq_epi32(_mm_and_si128(spread, full), full), _mm_set1_epi32(0x7f800000));
    return {Batch(_mm_or_ps(scaled, _mm_castsi128_ps(special)))};
  }
}

template <class Arch>
[[gnu::always_inline]] inline void Vec<Arch>::store(F16* p) const {
  if constexpr (kIsAvx512<Arch>) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT));
  } else if constexpr (kIsAvx2<Arch>) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT));
  } else {
    const __m128i bits = _mm_castps_si128(value);
    const __m128i magnitude = _mm_and_si128(bits, _mm_set1_epi32(0x7fffffff));
    const __m128i sign = _mm_srli_epi32(_mm_xor_si128(bits, magnitude), 16);
    // Normal halves: rebias, and add just under half a unit, or half where the last kept bit is odd.
    const __m128i odd = _mm_and_si128(_mm_srli_epi32(magnitude, 13), _mm_set1_epi32(1));
    const __m128i rebias = _mm_set1_epi32(static_cast<int>(0xc8000fffu));
    __m128i half = _mm_srli_epi32(_mm_add_epi32(_mm_add_epi32(magnitude, rebias), odd), 13);
    // Subnormal halves: adding 0.5 makes the float unit round at the half's last bit.
    const __m128i small = _mm_sub_epi32(_mm_castps_si128(_mm_add_ps(_mm_castsi128_ps(magnitude), _mm_set1_ps(0.5f))),
                                        _mm_set1_epi32(0x3f000000));
    half = _mm_blendv_epi8(half, small, _mm_cmplt_epi32(magnitude, _mm_set1_epi32(0x38800000)));
    half = _mm_blendv_epi8(half, _mm_set1_epi32(0x7c00), _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x477fffff)));
    half = _mm_blendv_epi8(half, _mm_set1_epi32(0x7e00), _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x7f800000)));
    store_u16<Arch>(Bits(_mm_or_si128(half, sign)), &p->bits);
  }
}

template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> Vec<Arch>::load(const BF16* p) {
  return {xsimd::bitwise_cast<Batch>(load_u16<Arch>(&p->bits) << 16)};
}

template <class Arch>
[[gnu::always_inline]] inline void Vec<Arch>::store(BF16* p) const {
  const Bits bits = xsimd::bitwise_cast<Bits>(value);
  const Bits high = (bits >> 16) & Bits(0xffff);
  const Bits rounded = ((bits + Bits(0x7fff) + (high & Bits(1))) >> 16) & Bits(0xffff);
  // Rounding must not carry a NaN over to zero: it is made quiet instead.
  const Batch nan = xsimd::bitwise_cast<Batch>(high | Bits(0x40));
  const Batch chosen = xsimd::select(value == value, xsimd::bitwise_cast<Batch>(rounded), nan);
  store_u16<Arch>(xsimd::bitwise_cast<Bits>(chosen), &p->bits);
}

// ---- bf16 dot products (AVX-512 BF16): pairs of bf16 travel in the lanes of a Vec -----------------------------------

/// Lanes (first[i], second[i]) of R 16-bit values each.
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> zip_u16(const std::uint16_t* first, const std::uint16_t* second) {
  return {xsimd::bitwise_cast<typename Vec<Arch>::Batch>(load_u16<Arch>(first) | (load_u16<Arch>(second) << 16))};
}

/// Rounds to nearest even, subnormals to zero, as dot_bf16 takes them.
template <class Arch>
[[gnu::always_inline]] inline void store_bf16(Vec<Arch> x, BF16* p) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), (__m256i)_mm512_cvtneps_pbh(x.value));
}

/// sum + a.first * w.first + a.second * w.second in each lane.
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> dot_bf16(Vec<Arch> a, Vec<Arch> w, Vec<Arch> sum) {
  const auto pairs = [](Vec<Arch> x) __attribute__((always_inline)) { return (__m512bh)_mm512_castps_si512(x.value); };
  return {typename Vec<Arch>::Batch(_mm512_dpbf16_ps(sum.value, pairs(a), pairs(w)))};
}

}  // namespace wick::cpu
