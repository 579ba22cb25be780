#pragma once
// Loops over registers: arrays of vectors stay in registers only if every index is a constant.
#include <type_traits>
#include <utility>

namespace wick::cpu {

/// Calls f(i) for i = 0 ... n - 1, each i an integral_constant. Mark the lambda __attribute__((always_inline)).
template <int n, class F>
[[gnu::always_inline]] inline void unroll(F&& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, i>{}), ...);
  }(std::make_integer_sequence<int, n>{});
}

}  // namespace wick::cpu
