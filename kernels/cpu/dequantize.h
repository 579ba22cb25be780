#pragma once
// From packed panels back to floats, [k][R]: for products in f32 arithmetic and for embedding rows.
#include "kernels/cpu/expand.h"
#include "kernels/cpu/unroll.h"
#include "kernels/ops.h"

namespace wick::cpu {

/// The C++ type of an element of a float type.
template <DType T>
using FloatElement = std::conditional_t<T == DType::f32, float, std::conditional_t<T == DType::f16, F16, BF16>>;

/// One block of 32 inputs, [32][R].
template <class Arch, DType T>
[[gnu::always_inline]] inline void dequantize_block(const std::byte* quants, const BlockScales<Arch, T>& s,
                                                    float* out) {
  using I = IntLanes<Arch>;
  using F = Vec<Arch>;
  constexpr Format f = format(T);
  unroll<kBlock / 4>([&](auto group) __attribute__((always_inline)) {
    constexpr int sub = group * 4 / f.sub;
    const auto four = expand<Arch, f.bits, group>(quants);
    unroll<4>([&](auto i) __attribute__((always_inline)) {
      const F value{I::to_float(I::template shift_right32<8 * i>(four) & I::splat(255))};
      F weight;
      if constexpr (f.offset != 0)
        weight = (value - F::splat(float(f.offset))) * s.scale[sub];
      else
        weight = fma(value, s.scale[sub], s.minimum[sub]);
      weight.store(out + (4 * group + i) * I::kLanes);
    });
  });
}

/// Inputs [first, first + count) of a panel, [count][R]. For quantised types both are multiples of 32.
template <class Arch, DType T>
void dequantize_panel(const std::byte* panel, Index k, Index first, Index count, float* out) {
  constexpr int R = IntLanes<Arch>::kLanes;
  if constexpr (is_float(T)) {
    const auto* elements = reinterpret_cast<const FloatElement<T>*>(panel);
    for (Index i = first; i < first + count; ++i, out += R) Vec<Arch>::load(elements + i * R).store(out);
  } else {
    using Panel = QuantPanel<R, T>;
    for (Index b = first / kBlock; b < (first + count) / kBlock; ++b, out += kBlock * R) {
      const BlockScales<Arch, T> scales(panel + Panel::scales_at(k) + b * Panel::kScales,
                                        panel + Panel::supers_at(k) + b / kSuperBlocks * Panel::kSupers);
      dequantize_block<Arch, T>(panel + b * Panel::kQuants, scales, out);
    }
  }
}

template <class Arch>
void embedding_rows(const Workers& workers, const PackedWeight& w, const std::int32_t* ids, Index count, float* y) {
  constexpr int R = IntLanes<Arch>::kLanes;
  constexpr Index step = 1024;  // inputs at a time, so that a panel of any width fits the scratch
  static_assert(step * R * Index{sizeof(float)} <= kScratchBytes);
  with_weight_type(w.type, [&]<DType T>() {
    workers.pool.for_each(count, [&](Index i, int thread) {
      auto* scratch = reinterpret_cast<float*>(workers.scratch_of(thread));
      const std::byte* panel = w.data + ids[i] / R * panel_bytes<R, T>(w.k);
      const float* lane = scratch + ids[i] % R;
      for (Index first = 0; first < w.k; first += step) {
        const Index inputs = w.k - first < step ? w.k - first : step;
        dequantize_panel<Arch, T>(panel, w.k, first, inputs, scratch);
        for (Index j = 0; j < inputs; ++j) y[i * w.k + first + j] = lane[j * R];
      }
    });
  });
}

}  // namespace wick::cpu
