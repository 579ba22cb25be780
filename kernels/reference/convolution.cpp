#include "kernels/reference/reference.h"

namespace wick::reference {
namespace {

/// Pixel (v, u) of window (i, j): zero outside the picture.
float pixel(const Windows& x, Index i, Index j, Index v, Index u, Index channel) {
  const Index row = i * x.stride - x.top + v, column = j * x.stride - x.left + u;
  if (row < 0 || row >= x.height || column < 0 || column >= x.width) return 0;
  return x.x[(row * x.width + column) * x.channels + channel];
}

/// Calls body(i, j) for the windows of `count` rows.
template <class Body>
void for_windows(const Windows& x, Index first, Index count, Body&& body) {
  for (Index i = first; i < first + count; ++i) {
    for (Index j = 0; j < x.columns; ++j) body(i, j);
  }
}

/// Calls body(v, u) for the pixels of a window.
template <class Body>
void for_pixels(const Windows& x, Body&& body) {
  for (Index v = 0; v < x.kernel; ++v) {
    for (Index u = 0; u < x.kernel; ++u) body(v, u);
  }
}

}  // namespace

void depthwise_convolution(const Workers&, const Windows& x, const float* weight, const float* bias,
                           const Unary* activation, float* y) {
  for_windows(x, 0, x.rows, [&](Index i, Index j) {
    for (Index c = 0; c < x.channels; ++c) {
      double sum = bias[c];
      for_pixels(x, [&](Index v, Index u) {
        sum += static_cast<double>(pixel(x, i, j, v, u, c)) * weight[(v * x.kernel + u) * x.channels + c];
      });
      *y++ = static_cast<float>(activation ? apply(*activation, sum) : sum);
    }
  });
}

void gather_windows(const Workers&, const Windows& x, Index first, Index count, float* y) {
  for_windows(x, first, count, [&](Index i, Index j) {
    for_pixels(x, [&](Index v, Index u) {
      for (Index c = 0; c < x.channels; ++c) *y++ = pixel(x, i, j, v, u, c);
    });
  });
}

}  // namespace wick::reference
