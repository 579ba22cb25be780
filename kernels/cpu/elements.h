#pragma once
// Operations on elements: functions of one and two arguments, gated activations, conversion of types.
#include <cmath>
#include <cstring>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/parallel.h"

namespace wick::cpu {

/// Functions that are used too rarely to be worth vectors.
template <class Arch, class F>
[[gnu::always_inline]] inline auto by_lanes(F&& f) {
  return [f](auto... arguments) {
    using V = Vec<Arch>;
    float lanes[sizeof...(arguments)][V::kWidth];
    int next = 0;
    (arguments.store(lanes[next++]), ...);
    for (int i = 0; i < V::kWidth; ++i) {
      if constexpr (sizeof...(arguments) == 1) {
        lanes[0][i] = f(lanes[0][i]);
      } else {
        lanes[0][i] = f(lanes[0][i], lanes[1][i]);
      }
    }
    return V::load(lanes[0]);
  };
}

/// Calls body with the function `op` of one vector.
template <class Arch, class Body>
[[gnu::always_inline]] inline void with_unary(Unary op, Body&& body) {
  using V = Vec<Arch>;
  switch (op) {
    case Unary::neg:
      return body([](V x) { return x * V::splat(-1.0f); });
    case Unary::abs:
      return body([](V x) { return abs(x); });
    case Unary::exp:
      return body([](V x) { return exp<Arch>(x); });
    case Unary::log:
      return body([](V x) { return log<Arch>(x); });
    case Unary::sqrt:
      return body([](V x) { return sqrt(x); });
    case Unary::rsqrt:
      return body([](V x) { return V::splat(1.0f) / sqrt(x); });
    case Unary::sin:
      return body(by_lanes<Arch>([](float x) { return std::sin(x); }));
    case Unary::cos:
      return body(by_lanes<Arch>([](float x) { return std::cos(x); }));
    case Unary::tanh:
      return body([](V x) { return tanh<Arch>(x); });
    case Unary::sigmoid:
      return body([](V x) { return sigmoid<Arch>(x); });
    case Unary::relu:
    case Unary::silu:
    case Unary::gelu_erf:
    case Unary::gelu_tanh:
      return with_activation<Arch>(op, body);
  }
}

/// Calls body with the function `op` of two vectors.
template <class Arch, class Body>
[[gnu::always_inline]] inline void with_binary(Binary op, Body&& body) {
  using V = Vec<Arch>;
  switch (op) {
    case Binary::add:
      return body([](V a, V b) { return a + b; });
    case Binary::sub:
      return body([](V a, V b) { return a - b; });
    case Binary::mul:
      return body([](V a, V b) { return a * b; });
    case Binary::div:
      return body([](V a, V b) { return a / b; });
    case Binary::min:
      return body([](V a, V b) { return min(a, b); });
    case Binary::max:
      return body([](V a, V b) { return max(a, b); });
    case Binary::pow:
      return body(by_lanes<Arch>([](float a, float b) { return std::pow(a, b); }));
  }
}

/// Ops::unary.
template <class Arch>
void unary(const Workers& workers, Unary op, const float* x, float* y, Index count) {
  with_unary<Arch>(op, [&](auto f) {
    for_pieces<Arch>(workers, count, 1,
                     [&](Index first, Index last) { map<Arch>(x + first, y + first, last - first, f); });
  });
}

/// Ops::binary.
template <class Arch>
void binary(const Workers& workers, Binary op, const float* a, Index a_step, const float* b, Index b_step, float* y,
            Index count) {
  using V = Vec<Arch>;
  if (count == 0) return;
  const V first_a = V::splat(a[0]), first_b = V::splat(b[0]);  // before y, which may be either, is written
  with_binary<Arch>(op, [&](auto f) {
    for_pieces<Arch>(workers, count, 1, [&](Index first, Index last) {
      const Index size = last - first;
      if (a_step != 0 && b_step != 0) {
        map2<Arch>(a + first, b + first, y + first, size, f);
      } else if (a_step != 0) {
        map<Arch>(a + first, y + first, size, [&](V x) { return f(x, first_b); });
      } else if (b_step != 0) {
        map<Arch>(b + first, y + first, size, [&](V x) { return f(first_a, x); });
      } else {
        for_vectors<Arch>(size, [&](Index i, Index n) { f(first_a, first_b).store_some(y + first + i, n); });
      }
    });
  });
}

/// Ops::glu.
template <class Arch>
void glu(const Workers& workers, Unary activation, const ConstRows& gate, const ConstRows& up, const Rows& y) {
  using V = Vec<Arch>;
  const auto apply = [&](auto f) {
    for_grid<Arch>(workers, gate.outer, gate.inner, gate.size, [&](Index i, Index j) {
      map2<Arch>(vector_at<Arch>(gate, i, j), vector_at<Arch>(up, i, j), vector_at<Arch>(y, i, j), gate.size,
                 [&](V g, V u) { return f(g) * u; });
    });
  };
  with_activation<Arch>(activation, apply);
}

template <class Arch, class From, class To>
void convert_elements(const Workers& workers, const std::byte* x, std::byte* y, Index count) {
  for_pieces<Arch>(workers, count, 1, [&](Index first, Index last) {
    map<Arch>(reinterpret_cast<const From*>(x) + first, reinterpret_cast<To*>(y) + first, last - first,
              [](Vec<Arch> v) { return v; });
  });
}

template <class Arch, class From>
void convert_from(const Workers& workers, const std::byte* x, DType to, std::byte* y, Index count) {
  switch (to) {
    case DType::f16:
      return convert_elements<Arch, From, F16>(workers, x, y, count);
    case DType::bf16:
      return convert_elements<Arch, From, BF16>(workers, x, y, count);
    default:
      return convert_elements<Arch, From, float>(workers, x, y, count);
  }
}

/// Ops::convert; block-quantised types, which only files and tests convert, are the reference's.
template <class Arch>
void convert(const Workers& workers, DType from, const std::byte* x, DType to, std::byte* y, Index count) {
  const bool plain =
      static_cast<int>(from) <= static_cast<int>(DType::bf16) && static_cast<int>(to) <= static_cast<int>(DType::bf16);
  if (!plain) return reference_ops().convert(workers, from, x, to, y, count);
  if (from == to) {
    if (count > 0) std::memcpy(y, x, static_cast<std::size_t>(count) * (from == DType::f32 ? 4 : 2));
    return;
  }
  switch (from) {
    case DType::f16:
      return convert_from<Arch, F16>(workers, x, to, y, count);
    case DType::bf16:
      return convert_from<Arch, BF16>(workers, x, to, y, count);
    default:
      return convert_from<Arch, float>(workers, x, to, y, count);
  }
}

}  // namespace wick::cpu
