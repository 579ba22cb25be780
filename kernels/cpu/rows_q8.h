#pragma once
// Activations quantised to int8, in panels of rows that one micro-kernel takes at once.
//
// A panel of `height` rows is [k/32] records of
//   quants     [height][32]   int8, or the words that the instruction set's dot product takes
//   scale      [height] f32   max|x| / 127
//   eighth     [height] i32   -8 * sum of the quants: what an unsigned weight with offset 8 adds too much; shifted left
//                             it serves every offset
//   sum        [height] f32   scale * sum of the quants, for minima
//   sum_low    [height] f32   the same of the first and
//   sum_high   [height] f32   of the second 16
//   words      [height][32]   the quants as words, where weights of 8 bits take those and others bytes
// All panels but the last have kQ8Rows rows; the last is as high as the smallest micro-kernel that holds the rest, and
// its surplus rows are zeros.
#include <type_traits>

#include "kernels/cpu/packed.h"
#include "kernels/cpu/simd.h"
#include "kernels/cpu/simd_int.h"
#include "kernels/cpu/unroll.h"
#include "kernels/ops.h"

namespace wick::cpu {

/// Rows of the largest micro-kernel: what the registers hold beside the expanded weights of a block, or of two groups.
template <class Arch>
inline constexpr int kQ8Rows = IntLanes<Arch>::kHold ? 12 : 8;

/// Rows of the smallest micro-kernel that takes `rows`.
constexpr int q8_height(int rows) { return rows <= 2 ? rows : rows <= 4 ? 4 : rows <= 8 ? 8 : 12; }

/// What quants of 8 bits are multiplied by.
template <class Arch>
using ByteLanes = DotLanes<Arch, 8, kBlock>;
template <class Arch>
inline constexpr bool kAlsoWords =
    !std::is_same_v<typename ByteLanes<Arch>::ActivationElement, typename IntLanes<Arch>::ActivationElement>;

/// Where things are in a record of a panel of `height` rows.
template <class Arch, int height>
struct Q8Record {
  using Element = typename IntLanes<Arch>::ActivationElement;
  static constexpr Index kFields = height * kBlock * Index{sizeof(Element)};
  static constexpr Index kWords = kFields + height * 20;
  static constexpr Index kBytes = kWords + (kAlsoWords<Arch> ? height * kBlock * Index{sizeof(std::int16_t)} : 0);

  /// The quants as what Lanes multiply.
  template <class Lanes, class Byte>
  [[gnu::always_inline]] static auto quants(Byte* record, int row) {
    using Stored = typename Lanes::ActivationElement;
    constexpr Index first = std::is_same_v<Stored, Element> ? 0 : kWords;
    return at<Stored>(record + first + row * kBlock * Index{sizeof(Stored)});
  }
  template <class Byte>
  [[gnu::always_inline]] static auto scale(Byte* record) {
    return at<float>(record + kFields);
  }
  template <class Byte>
  [[gnu::always_inline]] static auto eighth(Byte* record) {
    return at<std::int32_t>(record + kFields + height * 4);
  }
  template <class Byte>
  [[gnu::always_inline]] static auto sum(Byte* record) {
    return at<float>(record + kFields + height * 8);
  }
  /// Of the first (0) or second (1) 16.
  template <class Byte>
  [[gnu::always_inline]] static auto half_sum(Byte* record, int half) {
    return at<float>(record + kFields + height * (12 + 4 * half));
  }

 private:
  template <class T>
  [[gnu::always_inline]] static T* at(std::byte* p) {
    return reinterpret_cast<T*>(p);
  }
  template <class T>
  [[gnu::always_inline]] static const T* at(const std::byte* p) {
    return reinterpret_cast<const T*>(p);
  }
};

/// Bytes of a row of k quantised activations, and of all panels of [rows, k].
template <class Arch>
constexpr Index q8_row_bytes(Index k) {
  return k / kBlock * Q8Record<Arch, 1>::kBytes;
}

template <class Arch>
Index quantized_rows_bytes(Index rows, Index k) {
  const Index full = rows / kQ8Rows<Arch>;
  const int rest = static_cast<int>(rows % kQ8Rows<Arch>);
  return (full * kQ8Rows<Arch> + (rest > 0 ? q8_height(rest) : 0)) * q8_row_bytes<Arch>(k);
}

/// Quantises one row to `row` of a panel.
template <class Arch, int height>
void quantize_row(const float* x, Index k, std::byte* panel, int row) {
  using I = IntLanes<Arch>;
  using F = Vec<Arch>;
  using Record = Q8Record<Arch, height>;
  constexpr int vectors = kBlock / I::kLanes;
  for (Index b = 0; b < k / kBlock; ++b) {
    std::byte* record = panel + b * Record::kBytes;
    F v[vectors];
    F largest = F::zero();
    unroll<vectors>([&](auto i) __attribute__((always_inline)) {
      v[i] = F::load(x + b * kBlock + i * I::kLanes);
      largest = max(largest, abs(v[i]));
    });
    const float scale = hmax(largest) / 127.0f;
    const F inverse = F::splat(scale > 0.0f ? 1.0f / scale : 0.0f);
    std::int32_t sums[2];
    unroll<2>([&](auto half) __attribute__((always_inline)) {
      typename I::Int32 total = I::splat(0);
      unroll<(vectors + 1) / 2>([&](auto i) __attribute__((always_inline)) {
        constexpr int at = half * (vectors / 2) + i;
        const auto quants = I::round((v[at] * inverse).value);
        I::store_activations(Record::template quants<I>(record, row) + at * I::kLanes, quants);
        if constexpr (kAlsoWords<Arch>) {
          using Words = ByteLanes<Arch>;
          Words::store_activations(Record::template quants<Words>(record, row) + at * I::kLanes, quants);
        }
        total = I::add(total, quants);
      });
      sums[half] = I::sum(total);
    });
    Record::scale(record)[row] = scale;
    Record::eighth(record)[row] = -8 * (sums[0] + sums[1]);
    Record::sum(record)[row] = scale * static_cast<float>(sums[0] + sums[1]);
    Record::half_sum(record, 0)[row] = scale * static_cast<float>(sums[0]);
    Record::half_sum(record, 1)[row] = scale * static_cast<float>(sums[1]);
  }
}

/// Calls f.template operator()<height>() for a panel of `rows` <= kQ8Rows rows.
template <class Arch, class F>
[[gnu::always_inline]] inline void with_q8_height(int rows, F&& f) {
  constexpr int most = kQ8Rows<Arch>;
  const int height = q8_height(rows);
  if (height == 1)
    f.template operator()<1>();
  else if (height == 2)
    f.template operator()<2>();
  else if (height == 4)
    f.template operator()<4>();
  else if (height == 8)
    f.template operator()<8>();
  else if constexpr (most > 8)
    f.template operator()<12>();
}

template <class Arch>
void quantize_rows(const Workers& workers, const float* x, Index x_stride, Index rows, Index k, std::byte* packed) {
  constexpr Index most = kQ8Rows<Arch>;
  workers.pool.for_each((rows + most - 1) / most, [&](Index panel, int) {
    const Index first = panel * most;
    const int count = static_cast<int>(rows - first < most ? rows - first : most);
    with_q8_height<Arch>(count, [&]<int height>() {
      std::byte* to = packed + first * q8_row_bytes<Arch>(k);
      if (count < height) std::memset(to, 0, static_cast<std::size_t>(height * q8_row_bytes<Arch>(k)));
      for (int row = 0; row < count; ++row) quantize_row<Arch, height>(x + (first + row) * x_stride, k, to, row);
    });
  });
}

}  // namespace wick::cpu
