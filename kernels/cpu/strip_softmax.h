#pragma once
// The online softmax of one strip of attention rows within one page (Milakov and Gimelshein 2018).
#include <cfloat>

#include "kernels/cpu/attention_plan.h"
#include "kernels/cpu/math.h"

namespace wick::cpu {

inline constexpr float kLog2E = 1.44269504f;

/// Turns the tanh's arguments in `scores` [Rows, kPageTokens] into capped scores, as exponents of two.
template <class Arch, int Rows>
void cap_scores(float* scores, Range columns, float softcap) {
  using V = Vec<Arch>;
  constexpr Index kWidth = V::kWidth;
  const V factor = V::splat(softcap * kLog2E);
  for (int i = 0; i < Rows; ++i) {
    for (Index column = columns.first / kWidth * kWidth; column < columns.last; column += kWidth) {
      float* score = scores + i * kPageTokens + column;
      (tanh<Arch>(V::load(score)) * factor).store(score);
    }
  }
}

/// Turns scores [Rows, kPageTokens] into weights relative to the new maxima of their rows; what lies outside a row's
/// columns within its first and last vector becomes zero. rescale[row] takes what was summed so far to the new maximum.
template <class Arch, int Rows>
void exponentiate(float* scores, const Range (&columns)[Rows], float* max_so_far, float* sum_so_far, float* rescale) {
  using V = Vec<Arch>;
  constexpr Index kWidth = V::kWidth;
  constexpr int kMaxTileRows = 16;  // whole vectors of rows
  float drop[kMaxTileRows] = {};
  for (int i = 0; i < Rows; ++i) {
    const Range whole{columns[i].first / kWidth * kWidth, (columns[i].last + kWidth - 1) / kWidth * kWidth};
    float* row = scores + i * kPageTokens;
    for (Index c = whole.first; c < columns[i].first; ++c) row[c] = -FLT_MAX;
    for (Index c = columns[i].last; c < whole.last; ++c) row[c] = -FLT_MAX;
    V even = V::splat(max_so_far[i]), odd = even;
    Index c = whole.first;
    for (; c + kWidth < whole.last; c += 2 * kWidth) {
      even = max(even, V::load(row + c));
      odd = max(odd, V::load(row + c + kWidth));
    }
    if (c < whole.last) even = max(even, V::load(row + c));
    const float highest = hmax(max(even, odd));
    drop[i] = max_so_far[i] - highest;
    max_so_far[i] = highest;
  }
  float factor[kMaxTileRows];
  for (Index i = 0; i < Rows; i += kWidth) {
    const V x = V::load(drop + i);
    // Exactly one where the maximum stands, else rounding would favour old keys over many pages.
    select(less(x, V::zero()), exp2<Arch>(x), V::splat(1.0f)).store(factor + i);
  }
  for (int i = 0; i < Rows; ++i) {
    rescale[i] = factor[i];
    float* row = scores + i * kPageTokens;
    const Index last = (columns[i].last + kWidth - 1) / kWidth * kWidth;
    const V highest = V::splat(max_so_far[i]);
    V even = V::zero(), odd = even;
    Index c = columns[i].first / kWidth * kWidth;
    for (; c + kWidth < last; c += 2 * kWidth) {
      const V first = exp2<Arch>(V::load(row + c) - highest), second = exp2<Arch>(V::load(row + c + kWidth) - highest);
      first.store(row + c);
      second.store(row + c + kWidth);
      even = even + first;
      odd = odd + second;
    }
    if (c < last) {
      const V first = exp2<Arch>(V::load(row + c) - highest);
      first.store(row + c);
      even = even + first;
    }
    sum_so_far[i] = sum_so_far[i] * factor[i] + hsum(even + odd);
  }
}

}  // namespace wick::cpu
