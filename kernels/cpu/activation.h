#pragma once
// The activations of neural networks, which epilogues apply where they write.
#include "kernels/cpu/math.h"
#include "kernels/cpu/parallel.h"

namespace wick::cpu {

template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> silu(Vec<Arch> x) {
  return x / (Vec<Arch>::splat(1.0f) + exp<Arch>(Vec<Arch>::zero() - x));
}

/// x P(X <= x) of a normal X, as max(x, 0) - |x| P(X > |x|): down to where the tail is 3e-7 that is the eighth power of
/// a polynomial, which takes half the time of the tail's logarithm. Each lane's result is its own, whatever lies beside
/// it.
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> gelu_erf(Vec<Arch> x) {
  using V = Vec<Arch>;
  constexpr float kFar = 5.0f;
  const V z = min(V::splat(kFar), abs(x));
  // Of degree 8, minimax in the tail's relative error, around a point where little cancels at the far end: 3e-6 at
  // most.
  V tail = polynomial<Arch>(z - V::splat(3.5f),
                            {-3.09674249e-7f, -1.00370721e-6f, 2.04289536e-5f, -2.00602553e-5f, -8.54408601e-4f,
                             3.50137497e-3f, 1.79240964e-2f, -0.164791629f, 0.35142526f});
  tail = tail * tail;
  tail = tail * tail;
  tail = tail * tail;
  const V near = max(V::zero(), x) - z * tail;
  const auto far = less(x, V::splat(-kFar));
  if (!V::any(far)) [[likely]]
    return near;
  return select(far, x * normal_cdf<Arch>(x), near);
}

/// 0.5 x (1 + tanh(u)) = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3).
template <class Arch>
[[gnu::always_inline]] inline Vec<Arch> gelu_tanh(Vec<Arch> x) {
  using V = Vec<Arch>;
  const V u = x * fma(x * x, V::splat(2.0f * 0.797884561f * 0.044715f), V::splat(2.0f * 0.797884561f));
  return x * sigmoid<Arch>(u);
}

/// Calls body with relu, silu, or one of the gelus, as a function of a vector.
template <class Arch, class Body>
[[gnu::always_inline]] inline void with_activation(Unary op, Body&& body) {
  using V = Vec<Arch>;
  switch (op) {
    case Unary::relu:
      return body([](V x) { return max(V::zero(), x); });
    case Unary::silu:
      return body([](V x) { return silu<Arch>(x); });
    case Unary::gelu_erf:
      return body([](V x) { return gelu_erf<Arch>(x); });
    default:
      return body([](V x) { return gelu_tanh<Arch>(x); });
  }
}

/// In place on `rows` rows of `columns` elements; nothing where `op` is null.
template <class Arch>
void activate(const Unary* op, float* y, Index stride, Index rows, Index columns) {
  if (!op) return;
  with_activation<Arch>(*op, [&](auto f) {
    for (Index row = 0; row < rows; ++row) map<Arch>(y + row * stride, y + row * stride, columns, f);
  });
}

}  // namespace wick::cpu
