#pragma once
// Rotary position embeddings (Su et al. 2021, RoFormer, section 3.4).
#include "kernels/cpu/parallel.h"

namespace wick::cpu {

/// Rotates (x[i], x[half + i]).
template <class Arch>
void rotate_halves(float* x, const float* cosines, const float* sines, Index half) {
  using V = Vec<Arch>;
  for_vectors<Arch>(half, [&](Index i, Index count) {
    const auto load = [count](const float* p) { return count == V::kWidth ? V::load(p) : V::load_some(p, count); };
    const auto store = [count](V v, float* p) { count == V::kWidth ? v.store(p) : v.store_some(p, count); };
    const V a = load(x + i), b = load(x + half + i), c = load(cosines + i), s = load(sines + i);
    store(a * c - b * s, x + i);
    store(a * s + b * c, x + half + i);
  });
}

/// Rotates (x[2 i], x[2 i + 1]). The compilers interleave vectors well where the arrays are known to be apart.
template <class Arch>
void rotate_adjacent(float* __restrict x, const float* __restrict cosines, const float* __restrict sines, Index half) {
  for (Index i = 0; i < half; ++i) {
    const float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = a * cosines[i] - b * sines[i];
    x[2 * i + 1] = a * sines[i] + b * cosines[i];
  }
}

/// Ops::rope.
template <class Arch>
void rope(const Workers& workers, const Rows& x, const float* cos_sin, Index rotary, RopePairs pairs) {
  const Index half = rotary / 2;
  for_grid<Arch>(workers, x.outer, x.inner, rotary, [&](Index i, Index j) {
    const float* cosines = cos_sin + i * rotary;
    float* vector = vector_at<Arch>(x, i, j);
    if (pairs == RopePairs::halves) {
      rotate_halves<Arch>(vector, cosines, cosines + half, half);
    } else {
      rotate_adjacent<Arch>(vector, cosines, cosines + half, half);
    }
  });
}

}  // namespace wick::cpu
