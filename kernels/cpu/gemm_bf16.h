#pragma once
// bf16 weights times activations rounded to bf16, by the dot products of AVX-512 BF16: a lane holds a pair of inputs
// and its sum grows by two products at a time. Blocked as gemm_f32.h.
#include "kernels/cpu/gemm_f32.h"

namespace wick::cpu {

/// Pairs of inputs in each float's place; an odd last input has a zero beside it.
template <class Arch>
struct Bf16Product {
  using F = Vec<Arch>;
  static constexpr int kLaneInputs = 2;
  static constexpr int R = IntLanes<Arch>::kLanes;

  [[gnu::always_inline]] static F add(F a, F w, F sum) { return dot_bf16(a, w, sum); }

  static Operands weights(const std::byte* strip, int panels, Index k, Index first, Index inputs, float* scratch) {
    const std::uint16_t zeros[R] = {};
    for (int p = 0; p < panels; ++p) {
      const auto* panel =
          reinterpret_cast<const std::uint16_t*>(strip + p * panel_bytes<R, DType::bf16>(k)) + first * R;
      float* to = scratch + p * kInputs * R;
      for (Index i = 0; i < inputs; i += 2, to += R) {
        const std::uint16_t* second = i + 1 < inputs ? panel + (i + 1) * R : zeros;
        zip_u16<Arch>(panel + i * R, second).store(to);
      }
    }
    return {scratch, kInputs * R};
  }

  static Operands activations(const float* x, Index x_stride, Index rows, Index first, Index inputs, float* scratch) {
    constexpr Index stride = kInputs / 2;
    for (Index row = 0; row < rows; ++row) {
      auto* to = reinterpret_cast<BF16*>(scratch + row * stride);
      for_vectors<Arch>(inputs, [&](Index i, Index count) {
        const float* from = x + row * x_stride + first + i;
        store_bf16<Arch>(count == F::kWidth ? F::load(from) : F::load_some(from, count), to + i);
      });
    }
    return {scratch, stride};
  }
};

}  // namespace wick::cpu
