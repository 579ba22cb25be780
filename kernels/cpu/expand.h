#pragma once
// Reads the streams of a packed panel (packed.h) into vectors: quants of one group, scales of one block.
#include "kernels/cpu/packed.h"
#include "kernels/cpu/simd.h"
#include "kernels/cpu/simd_int.h"

namespace wick::cpu {

/// The bits of `mask` in every byte of vector `plane` of a block's quants, after a shift to the right.
template <class Arch, int plane, int shift, int mask>
[[gnu::always_inline]] inline typename IntLanes<Arch>::Bytes field(const std::byte* quants) {
  using I = IntLanes<Arch>;
  return I::template shift_right<shift>(I::load(quants + plane * 4 * I::kLanes)) & I::splat8(mask);
}

/// The unsigned quants of inputs 4 * group ... + 3 of a block, for all rows of the panel, one a byte.
template <class Arch, int bits, int group>
[[gnu::always_inline]] inline typename IntLanes<Arch>::Bytes expand(const std::byte* quants) {
  if constexpr (bits == 8) {
    return IntLanes<Arch>::load(quants + group * 4 * IntLanes<Arch>::kLanes);
  } else if constexpr (bits >= 4) {
    const auto low = field<Arch, group % 4, group / 4 * 4, 15>(quants);
    if constexpr (bits == 4)
      return low;
    else if constexpr (bits == 5)
      return low | field<Arch, 4, group - 4, 16>(quants);
    else
      return low | field<Arch, 4 + group % 2, group / 2 * 2 - 4, 48>(quants);
  } else {
    const auto low = field<Arch, group % 2, group / 2 * 2, 3>(quants);
    if constexpr (bits == 2)
      return low;
    else
      return low | field<Arch, 2, group - 2, 4>(quants);
  }
}

/// A block's scales as floats: w = scale * quant + minimum, for each of its one or two sub-blocks. Types with an offset
/// and one sub-block have no minimum: their kernels take the offset off the integers.
template <class Arch, DType T>
struct BlockScales {
  using I = IntLanes<Arch>;
  using F = Vec<Arch>;
  static constexpr Format kFormat = format(T);
  static constexpr bool kMinimum = kFormat.has_min() || kFormat.subs() == 2;
  static constexpr int R = I::kLanes;

  F scale[2], minimum[2];

  [[gnu::always_inline]] BlockScales(const std::byte* scales, const std::byte* supers) {
    if constexpr (kFormat.scale == Scale::half) {
      scale[0] = halves(scales);
    } else if constexpr (kFormat.scale == Scale::half_min) {
      scale[0] = halves(scales);
      minimum[0] = halves(scales + 2 * R);
    } else if constexpr (kFormat.scale == Scale::byte_min) {
      scale[0] = halves(supers) * floats(I::load_u8(scales));
      minimum[0] = F::zero() - halves(supers + 2 * R) * floats(I::load_u8(scales + R));
    } else if constexpr (kFormat.scale == Scale::nibbles_min) {
      const F super = halves(supers), super_minimum = F::zero() - halves(supers + 2 * R);
      for (int sub = 0; sub < 2; ++sub) {
        const auto pair = I::load_u8(scales + sub * R);
        scale[sub] = super * floats(pair & I::splat(15));
        minimum[sub] = super_minimum * floats(I::template shift_right32<4>(pair));
      }
    } else {
      const F super = halves(supers);
      for (int sub = 0; sub < 2; ++sub) {
        scale[sub] = super * floats(I::load_i8(scales + sub * R));
        minimum[sub] = F::splat(-float(kFormat.offset)) * scale[sub];
      }
    }
  }

 private:
  [[gnu::always_inline]] static F halves(const std::byte* p) { return {I::scales(p)}; }
  [[gnu::always_inline]] static F floats(typename I::Int32 x) { return {I::to_float(x)}; }
};

}  // namespace wick::cpu
