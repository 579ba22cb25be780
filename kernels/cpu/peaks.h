#pragma once
// The fastest loops that an instruction set allows: what the kernels' rates are measured against.
#include "kernels/cpu/simd_int.h"
#include "kernels/cpu/unroll.h"

namespace wick::cpu {

/// Independent chains: latency times throughput of the widest machines, within sixteen registers.
inline constexpr int kPeakChains = 12;

/// Makes the compiler load again what lies in memory, so that a loop of constants stays a loop.
[[gnu::always_inline]] inline void forget_memory() { asm volatile("" ::: "memory"); }

/// Keeps a result that nobody reads.
template <class T>
[[gnu::always_inline]] inline void keep(const T& value) {
  asm volatile("" ::"r"(&value) : "memory");
}

/// The rate of multiply_add(sum, factor, addend) on kPeakChains chains; `flops` of each lane a call.
template <class Arch, class F>
double spin(Index rounds, double flops, F&& multiply_add) {
  using V = Vec<Arch>;
  V sums[kPeakChains];
  unroll<kPeakChains>([&](auto i) __attribute__((always_inline)) { sums[i] = V::splat(static_cast<float>(i)); });
  const float constants[] = {0.999f, 0.001f};
  for (Index round = 0; round < rounds; ++round) {
    forget_memory();
    keep(constants);
    const V factor = V::splat(constants[0]), addend = V::splat(constants[1]);
    unroll<4>([&](auto) __attribute__((always_inline)) {
      unroll<kPeakChains>([&](auto i)
                              __attribute__((always_inline)) { sums[i] = multiply_add(sums[i], factor, addend); });
    });
  }
  V total = V::zero();
  unroll<kPeakChains>([&](auto i) __attribute__((always_inline)) { total = total + sums[i]; });
  keep(total);
  return flops * 4 * kPeakChains * V::kWidth * static_cast<double>(rounds);
}

/// Ops::spin_fma.
template <class Arch>
double spin_fma(Index rounds) {
  using V = Vec<Arch>;
  return spin<Arch>(rounds, 2,
                    [](V sum, V factor, V addend) __attribute__((always_inline)) { return fma(sum, factor, addend); });
}

/// Ops::spin_bf16.
template <class Arch>
double spin_bf16(Index rounds) {
  using V = Vec<Arch>;
  return spin<Arch>(rounds, 4, [](V sum, V a, V w) __attribute__((always_inline)) { return dot_bf16(a, w, sum); });
}

/// Ops::spin_int8.
template <class Arch>
double spin_int8(Index rounds) {
  using I = IntLanes<Arch>;
  using Element = typename I::ActivationElement;
  typename I::Partial sums[kPeakChains];
  alignas(64) std::uint8_t bytes[4 * I::kLanes] = {};
  // A product of the same operands would be done once, were it in one round or in several: each has its own. (A
  // compiler can be told to forget memory, but what optimises a module after it does.)
  constexpr int kProducts = 4 * kPeakChains;
  alignas(64) Element activations[4 * kProducts];
  for (int i = 0; i < 4 * kProducts; ++i) activations[i] = static_cast<Element>(i % 4 + 1);
  keep(activations);
  unroll<kPeakChains>([&](auto i) __attribute__((always_inline)) {
    forget_memory();  // else one would be a copy of another
    keep(bytes);
    sums[i] = I::dot(I::operand(I::load(bytes)), I::broadcast(activations));
  });
  for (Index round = 0; round < rounds; ++round) {
    keep(bytes);
    const auto weights = I::operand(I::load(bytes));
    unroll<kProducts>([&](auto i) __attribute__((always_inline)) {
      constexpr int chain = i % kPeakChains;
      sums[chain] = I::dot(sums[chain], weights, I::broadcast(activations + 4 * i));
    });
  }
  unroll<kPeakChains>([&](auto i) __attribute__((always_inline)) {
    const auto sum = sums[i];  // a copy: sums itself must not be known to anybody, or it would live in memory
    keep(sum);
  });
  return 2.0 * kProducts * 4 * I::kLanes * static_cast<double>(rounds);
}

/// Ops::read_memory.
template <class Arch>
double read_memory(const float* x, Index count) {
  using V = Vec<Arch>;
  constexpr int kStreams = 8;
  V sums[kStreams];
  unroll<kStreams>([&](auto i) __attribute__((always_inline)) { sums[i] = V::zero(); });
  for (Index at = 0; at < count; at += kStreams * V::kWidth) {
    unroll<kStreams>([&](auto i) __attribute__((always_inline)) {
      const float* vector = x + at + i * V::kWidth;
      if (i * V::kWidth % 16 == 0) read_ahead<Arch>(vector + kReadAhead / 4);
      sums[i] = sums[i] + V::load(vector);
    });
  }
  keep(sums);
  return 4.0 * static_cast<double>(count);
}

}  // namespace wick::cpu
