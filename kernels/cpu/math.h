#pragma once
// Elementary functions on vectors, to about two units in the last place. The polynomials for exp, log and tanh are
// those of Cephes (Moshier 1989); erfc is a Chebyshev fit in the manner of Numerical Recipes, section 6.2.
#include <cfloat>
#include <cmath>

#include "kernels/cpu/simd.h"

namespace wick::cpu {

/// c[0] * x^(n - 1) + ... + c[n - 1], by Horner's rule.
template <class Arch, int Count>
[[gnu::always_inline]] inline Vec<Arch> polynomial(Vec<Arch> x, const float (&coefficients)[Count]) {
  Vec<Arch> y = Vec<Arch>::splat(coefficients[0]);
#pragma GCC unroll 16
  for (int i = 1; i < Count; ++i) y = fma(y, x, Vec<Arch>::splat(coefficients[i]));
  return y;
}

/// e^x over the whole range: subnormal results, infinity on overflow, NaN for NaN.
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> exp(Vec<Arch> x) {
  using V = Vec<Arch>;
  x = min(V::splat(89.0f), max(V::splat(-104.0f), x));
  const V n = round(x * V::splat(1.44269504f));
  // ln 2 in two parts, the first exact in few bits, so that the remainder keeps all of its own.
  const V r = fma(n, V::splat(2.12194440e-4f), fma(n, V::splat(-0.693359375f), x));
  const V p = polynomial<Arch>(
      r, {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f});
  const V y = fma(r * r, p, r) + V::splat(1.0f);
  const V half = round(n * V::splat(0.5f));  // 2^n itself may leave the range where the result does not
  return y * pow2(half) * pow2(n - half);
}

/// ln x: NaN below zero, -inf at zero.
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> log(Vec<Arch> x) {
  using V = Vec<Arch>;
  const V one = V::splat(1.0f);
  const auto subnormal = less(x, V::splat(FLT_MIN));
  V m;
  V e = split(select(subnormal, x * V::splat(0x1p23f), x), m);
  e = select(subnormal, e - V::splat(23.0f), e);
  const auto high = less(V::splat(1.41421356f), m);  // centre the mantissa on 1
  m = select(high, m * V::splat(0.5f), m) - one;
  e = select(high, e + one, e);
  const V square = m * m;
  const V p =
      polynomial<Arch>(m, {7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
                           -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f});
  V y = fma(e, V::splat(-2.12194440e-4f), m * square * p);
  y = fma(e, V::splat(0.693359375f), m + fma(square, V::splat(-0.5f), y));
  y = select(less(V::splat(FLT_MAX), x), x, y);
  y = select(less(x, V::splat(FLT_TRUE_MIN)), V::splat(-INFINITY), y);
  return select(less(V::splat(-INFINITY), x), select(less(x, V::zero()), V::splat(NAN), y), V::splat(NAN));
}

template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> sigmoid(Vec<Arch> x) {
  const Vec<Arch> one = Vec<Arch>::splat(1.0f);
  return one / (one + exp<Arch>(Vec<Arch>::zero() - x));
}

template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> tanh(Vec<Arch> x) {
  using V = Vec<Arch>;
  const V square = x * x;
  const V p = polynomial<Arch>(
      square, {-5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f, -3.33332819422e-1f});
  const V near = fma(x * square, p, x);
  const V far = V::splat(1.0f) - V::splat(2.0f) / (exp<Arch>(x + x) + V::splat(1.0f));
  return select(less(abs(x), V::splat(0.625f)), near, far);
}

/// The normal distribution's P(X <= x) = erfc(-x / sqrt(2)) / 2, accurate in both tails.
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> normal_cdf(Vec<Arch> x) {
  using V = Vec<Arch>;
  const V one = V::splat(1.0f);
  const V t = one / fma(abs(x), V::splat(0.353553391f), one);
  // log2(erfc(z) / t) + z^2 log2(e) as a polynomial in t, z = |x| / sqrt(2).
  const V p = polynomial<Arch>(t, {0.161909634f, -1.04291768f, 2.64180321f, -3.17471142f, 1.65857809f, -0.528231093f,
                                   0.682927308f, 1.42550571f, -1.8248639f});
  const V tail = V::splat(0.5f) * t * exp2<Arch>(fma(x * x, V::splat(-0.721347520f), p));
  return select(less(x, V::zero()), tail, one - tail);
}

}  // namespace wick::cpu
