#pragma once
// Operations on each vector of a grid: norms, softmax, reductions.
#include <cfloat>
#include <cmath>

#include "kernels/cpu/math.h"
#include "kernels/cpu/parallel.h"

namespace wick::cpu {

/// The sum of of(x) over all elements, in four independent vectors.
template <class Arch, class Of>
[[gnu::always_inline]] inline float sum_of(const float* x, Index size, Of&& of) {
  using V = Vec<Arch>;
  constexpr Index kWidth = V::kWidth;
  V sums[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  Index i = 0;
  for (; i + 4 * kWidth <= size; i += 4 * kWidth) {
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) sums[k] = sums[k] + of(V::load(x + i + k * kWidth));
  }
  for (; i + kWidth <= size; i += kWidth) sums[0] = sums[0] + of(V::load(x + i));
  float total = hsum((sums[0] + sums[1]) + (sums[2] + sums[3]));
  if (i < size) {
    float rest[kWidth];
    of(V::load_some(x + i, size - i)).store(rest);
    for (Index k = 0; k < size - i; ++k) total += rest[k];
  }
  return total;
}

/// Folds all elements with `op`, a maximum or minimum, from `start`; the result is in the lanes together.
template <class Arch, class Op>
[[gnu::always_inline]] inline Vec<Arch> extreme_of(const float* x, Index size, Vec<Arch> start, Op&& op) {
  using V = Vec<Arch>;
  constexpr Index kWidth = V::kWidth;
  V best[4] = {start, start, start, start};
  Index i = 0;
  for (; i + 4 * kWidth <= size; i += 4 * kWidth) {
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) best[k] = op(best[k], V::load(x + i + k * kWidth));
  }
  for (; i + kWidth <= size; i += kWidth) best[0] = op(best[0], V::load(x + i));
  for (; i < size; ++i) best[1] = op(best[1], V::splat(x[i]));
  return op(op(best[0], best[1]), op(best[2], best[3]));
}

template <class Arch>
[[gnu::always_inline]] inline float max_of(const float* x, Index size) {
  using V = Vec<Arch>;
  return hmax(extreme_of<Arch>(x, size, V::splat(-INFINITY), [](V a, V b) { return max(a, b); }));
}

template <class Arch>
[[gnu::always_inline]] inline float min_of(const float* x, Index size) {
  using V = Vec<Arch>;
  return hmin(extreme_of<Arch>(x, size, V::splat(INFINITY), [](V a, V b) { return min(a, b); }));
}

/// Ops::rms_norm.
template <class Arch>
void rms_norm(const Workers& workers, const ConstRows& x, const float* weight, float eps, const Rows& y) {
  using V = Vec<Arch>;
  for_grid<Arch>(workers, x.outer, x.inner, x.size, [&](Index i, Index j) {
    const float* from = vector_at<Arch>(x, i, j);
    const float squares = sum_of<Arch>(from, x.size, [](V v) { return v * v; });
    const V scale = V::splat(1.0f / std::sqrt(squares / static_cast<float>(x.size) + eps));
    map2<Arch>(from, weight, vector_at<Arch>(y, i, j), x.size, [&](V v, V w) { return v * scale * w; });
  });
}

/// Ops::layer_norm.
template <class Arch>
void layer_norm(const Workers& workers, const ConstRows& x, const float* weight, const float* bias, float eps,
                const Rows& y) {
  using V = Vec<Arch>;
  for_grid<Arch>(workers, x.outer, x.inner, x.size, [&](Index i, Index j) {
    const float* from = vector_at<Arch>(x, i, j);
    float* to = vector_at<Arch>(y, i, j);
    const float count = static_cast<float>(x.size);
    const V mean = V::splat(sum_of<Arch>(from, x.size, [](V v) { return v; }) / count);
    const float variance = sum_of<Arch>(from, x.size, [&](V v) { return (v - mean) * (v - mean); }) / count;
    const V scale = V::splat(1.0f / std::sqrt(variance + eps));
    for_vectors<Arch>(x.size, [&](Index d, Index width) {
      const auto load = [&](const float* p) {
        return width == V::kWidth ? V::load(p + d) : V::load_some(p + d, width);
      };
      const V scaled = fma((load(from) - mean) * scale, load(weight), load(bias));
      if (width == V::kWidth) return scaled.store(to + d);
      scaled.store_some(to + d, width);
    });
  });
}

/// Softmax of vectors of at most `vectors` of the machine's: in registers.
template <class Arch, int vectors>
void softmax_short(const Workers& workers, const ConstRows& x, float scale, const Rows& y) {
  using V = Vec<Arch>;
  constexpr Index kBefore = (vectors - 1) * V::kWidth;  // the last one's lanes may be too many
  const Index rest = x.size - kBefore;
  float kept[V::kWidth];
  for (Index i = 0; i < V::kWidth; ++i) kept[i] = i < rest ? 1.0f : 0.0f;
  const V keep = V::load(kept), factor = V::splat(scale);
  for_grid<Arch>(workers, x.outer, x.inner, 4 * vectors * V::kWidth, [&](Index i, Index j) {
    const float* from = vector_at<Arch>(x, i, j);
    float* to = vector_at<Arch>(y, i, j);
    const auto beyond = less(keep, V::splat(0.5f));
    V values[vectors];
    V largest = V::splat(-INFINITY);
    for (int k = 0; k + 1 < vectors; ++k) largest = max(largest, values[k] = V::load(from + k * V::kWidth) * factor);
    values[vectors - 1] = V::load_some(from + kBefore, rest) * factor;
    const float peak = hmax(max(largest, select(beyond, V::splat(-INFINITY), values[vectors - 1])));
    // Where all are -inf any finite maximum will do: every weight is zero.
    const V highest = V::splat(peak == -INFINITY ? 0.0f : peak);
    for (V& value : values) value = exp<Arch>(value - highest);
    values[vectors - 1] = select(beyond, V::zero(), values[vectors - 1]);
    V sum = values[0];
    for (int k = 1; k < vectors; ++k) sum = sum + values[k];
    const float total = hsum(sum);
    const V share = V::splat(total == 0 ? 0.0f : 1.0f / total);
    for (int k = 0; k + 1 < vectors; ++k) (values[k] * share).store(to + k * V::kWidth);
    (values[vectors - 1] * share).store_some(to + kBefore, rest);
  });
}

/// Ops::softmax.
template <class Arch>
void softmax(const Workers& workers, const ConstRows& x, float scale, const Rows& y) {
  using V = Vec<Arch>;
  if (x.size <= V::kWidth) return softmax_short<Arch, 1>(workers, x, scale, y);
  if (x.size <= 2 * V::kWidth) return softmax_short<Arch, 2>(workers, x, scale, y);
  if (x.size <= 3 * V::kWidth) return softmax_short<Arch, 3>(workers, x, scale, y);
  for_grid<Arch>(workers, x.outer, x.inner, x.size, [&](Index i, Index j) {
    const float* from = vector_at<Arch>(x, i, j);
    float* to = vector_at<Arch>(y, i, j);
    const float largest = scale < 0 ? min_of<Arch>(from, x.size) : max_of<Arch>(from, x.size);
    // Where all are -inf any finite maximum will do: every weight is zero.
    const float peak = scale * largest;
    const V highest = V::splat(peak == -INFINITY ? 0.0f : peak), factor = V::splat(scale);
    map<Arch>(from, to, x.size, [&](V v) { return exp<Arch>(v * factor - highest); });
    const float total = sum_of<Arch>(to, x.size, [](V v) { return v; });
    const V share = V::splat(total == 0 ? 0.0f : 1.0f / total);
    map<Arch>(to, to, x.size, [&](V v) { return v * share; });
  });
}

/// Ops::reduce.
template <class Arch>
void reduce(const Workers& workers, Reduce op, const ConstRows& x, float* y) {
  for_grid<Arch>(workers, x.outer, x.inner, x.size, [&](Index i, Index j) {
    const float* from = vector_at<Arch>(x, i, j);
    float& to = y[i * x.inner + j];
    switch (op) {
      case Reduce::sum:
        to = sum_of<Arch>(from, x.size, [](Vec<Arch> v) { return v; });
        break;
      case Reduce::max:
        to = max_of<Arch>(from, x.size);
        break;
      case Reduce::min:
        to = min_of<Arch>(from, x.size);
        break;
    }
  });
}

/// Ops::argmax.
template <class Arch>
void argmax(const Workers& workers, const ConstRows& x, std::int32_t* y) {
  constexpr Index kBlock = 256;
  for_grid<Arch>(workers, x.outer, x.inner, x.size, [&](Index i, Index j) {
    const float* from = vector_at<Arch>(x, i, j);
    // Which block holds the maximum first, then where in it: one pass at the speed of a maximum.
    float best = -INFINITY;
    Index block = 0;
    for (Index first = 0; first < x.size; first += kBlock) {
      const float here = max_of<Arch>(from + first, x.size - first < kBlock ? x.size - first : kBlock);
      if (here > best) {
        best = here;
        block = first;
      }
    }
    Index place = block;
    while (place < x.size && from[place] != best) ++place;
    y[i * x.inner + j] = static_cast<std::int32_t>(place < x.size ? place : 0);
  });
}

}  // namespace wick::cpu
