#pragma once
// Convolutions on pictures whose channels lie together. A dense one is a product of gathered windows.
#include <cstring>

#include "kernels/cpu/activation.h"

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

/// Ops::depthwise_convolution.
template <class Arch>
void depthwise_convolution(const Workers& workers, const Windows& x, const float* weight, const float* bias,
                           const Unary* activation, float* y) {
  const Index row_size = x.columns * x.channels;
  for_pieces<Arch>(workers, x.rows, row_size * x.kernel, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      const Index top = i * x.stride - x.top;
      const Inside rows = inside(top, x.kernel, x.height);
      for (Index j = 0; j < x.columns; ++j) {
        const Index left = j * x.stride - x.left;
        depthwise_window<Arch>(x, x.x + (top * x.width + left) * x.channels, rows, inside(left, x.kernel, x.width),
                               weight, bias, y + i * row_size + j * x.channels);
      }
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
