#pragma once
// Convolutions on pictures whose channels lie together. A dense one is a product of gathered windows.
#include <cstring>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/unroll.h"

namespace wick::cpu {

/// The rows or columns [first, last) of a window that lie inside the picture.
struct Inside {
  Index first, last;
};
/// `origin` is the picture's row or column where the window begins.
[[gnu::always_inline]] inline Inside inside(Index origin, Index kernel, Index size) {
  const Index first = origin < 0 ? -origin : 0, last = size - origin < kernel ? size - origin : kernel;
  return {first < kernel ? first : kernel, last};
}

/// A sum over one window for all channels; `pixel` is where the window's first pixel lies or would lie.
template <class Arch>
void depthwise_window(const Windows& x, const float* pixel, const Inside& rows, const Inside& columns,
                      const float* weight, const float* bias, float* y) {
  using V = Vec<Arch>;
  for_vectors<Arch>(x.channels, [&](Index c, Index count) {
    const auto load = [&](const float* from) __attribute__((always_inline)) {
      return count == V::kWidth ? V::load(from + c) : V::load_some(from + c, count);
    };
    V sum = load(bias);
    for (Index v = rows.first; v < rows.last; ++v) {
      for (Index u = columns.first; u < columns.last; ++u)
        sum = fma(load(pixel + (v * x.width + u) * x.channels), load(weight + (v * x.kernel + u) * x.channels), sum);
    }
    if (count == V::kWidth) return sum.store(y + c);
    sum.store_some(y + c, count);
  });
}

/// Sums over the windows of `Outputs` neighbouring results, which all lie inside the picture's columns: what several
/// windows see is loaded once, and so are the weights.
template <class Arch, int Outputs, int Kernel, int Stride>
void depthwise_windows(const Windows& x, const float* pixel, const Inside& rows, const float* weight, const float* bias,
                       float* y) {
  using V = Vec<Arch>;
  constexpr int kSeen = (Outputs - 1) * Stride + Kernel;
  for_vectors<Arch>(x.channels, [&](Index c, Index count) {
    const auto load = [&](const float* from) __attribute__((always_inline)) {
      return count == V::kWidth ? V::load(from + c) : V::load_some(from + c, count);
    };
    V sums[Outputs];
    unroll<Outputs>([&](auto j) __attribute__((always_inline)) { sums[j] = load(bias); });
    for (Index v = rows.first; v < rows.last; ++v) {
      V seen[kSeen];
      unroll<kSeen>([&](auto u)
                        __attribute__((always_inline)) { seen[u] = load(pixel + (v * x.width + u) * x.channels); });
      unroll<Kernel>([&](auto u) __attribute__((always_inline)) {
        const V w = load(weight + (v * Kernel + u) * x.channels);
        unroll<Outputs>([&](auto j)
                            __attribute__((always_inline)) { sums[j] = fma(seen[j * Stride + u], w, sums[j]); });
      });
    }
    unroll<Outputs>([&](auto j) __attribute__((always_inline)) {
      if (count == V::kWidth) return sums[j].store(y + j * x.channels + c);
      sums[j].store_some(y + j * x.channels + c, count);
    });
  });
}

/// One row of the result, whose windows begin in row `top` of the picture; kernel and stride are x's, or zero for any.
template <class Arch, int Kernel, int Stride>
void depthwise_row(const Windows& x, Index top, const float* weight, const float* bias, float* y) {
  constexpr int kTogether = 4;
  const Inside rows = inside(top, x.kernel, x.height);
  for (Index j = 0; j < x.columns;) {
    const Index left = j * x.stride - x.left;
    const float* pixel = x.x + (top * x.width + left) * x.channels;
    if constexpr (Kernel > 0) {
      if (j + kTogether <= x.columns && left >= 0 && left + (kTogether - 1) * Stride + Kernel <= x.width) {
        depthwise_windows<Arch, kTogether, Kernel, Stride>(x, pixel, rows, weight, bias, y + j * x.channels);
        j += kTogether;
        continue;
      }
    }
    depthwise_window<Arch>(x, pixel, rows, inside(left, x.kernel, x.width), weight, bias, y + j * x.channels);
    ++j;
  }
}

/// Ops::depthwise_convolution.
template <class Arch>
void depthwise_convolution(const Workers& workers, const Windows& x, const float* weight, const float* bias,
                           const Unary* activation, float* y) {
  const Index row_size = x.columns * x.channels;
  const auto row = x.kernel != 3   ? depthwise_row<Arch, 0, 0>
                   : x.stride == 1 ? depthwise_row<Arch, 3, 1>
                   : x.stride == 2 ? depthwise_row<Arch, 3, 2>
                                   : depthwise_row<Arch, 0, 0>;
  for_pieces<Arch>(workers, x.rows, row_size * x.kernel, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      row(x, i * x.stride - x.top, weight, bias, y + i * row_size);
      activate<Arch>(activation, y + i * row_size, 0, 1, row_size);
    }
  });
}

/// Ops::gather_windows.
template <class Arch>
void gather_windows(const Workers& workers, const Windows& x, Index first_row, Index count, float* y) {
  const Index run = x.kernel * x.channels, window = x.kernel * run;
  for_pieces<Arch>(workers, count, x.columns * window, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      const Index top = (first_row + i) * x.stride - x.top;
      for (Index j = 0; j < x.columns; ++j) {
        const Index left = j * x.stride - x.left;
        const Inside columns = inside(left, x.kernel, x.width);
        float* to = y + (i * x.columns + j) * window;
        for (Index v = 0; v < x.kernel; ++v, to += run) {
          const bool outside = top + v < 0 || top + v >= x.height || columns.last <= columns.first;
          const Index begin = outside ? run : columns.first * x.channels;
          const Index end = outside ? run : columns.last * x.channels;
          const float* from = x.x + ((top + v) * x.width + left) * x.channels;
          for_vectors<Arch>(begin, [&](Index c, Index some) { Vec<Arch>::zero().store_some(to + c, some); });
          std::memcpy(to + begin, from + begin, static_cast<std::size_t>(end - begin) * sizeof(float));
          for_vectors<Arch>(run - end, [&](Index c, Index some) { Vec<Arch>::zero().store_some(to + end + c, some); });
        }
      }
    }
  });
}

}  // namespace wick::cpu
