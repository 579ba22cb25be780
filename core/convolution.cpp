#include "core/convolution.h"

#include <algorithm>

#include "core/tensor_internal.h"

namespace wick {
namespace {

void check_picture(const char* operation, const Tensor& x, Index channels) {
  check_f32(operation, x);
  if (x.rank() != 3 || x.dim(2) != channels || !x.is_contiguous()) {
    throw Error("[{}] x {}, expected contiguous [height, width, {}]", operation, x.shape().to_string(), channels);
  }
}

/// The windows of rows [first, last) of the result.
Windows windows_of(const char* operation, const ConvolutionShape& shape, const PictureRows& x, Index first,
                   Index last) {
  const Index columns = shape.outputs(x.pixels.dim(1));
  const RowSpan read = rows_read(shape, x.height, first, last);
  if (first < 0 || last > shape.outputs(x.height) || columns < 1 || read.first < x.first ||
      read.last > x.first + x.pixels.dim(0)) {
    throw Error("[{}] rows {} to {} of x {}, rows {} on of {}", operation, first, last, x.pixels.shape().to_string(),
                x.first, x.height);
  }
  return {.x = x.pixels.data<float>(),
          .height = x.pixels.dim(0),
          .width = x.pixels.dim(1),
          .channels = x.pixels.dim(2),
          .kernel = shape.kernel,
          .stride = shape.stride,
          .top = shape.padding + x.first - first * shape.stride,
          .left = shape.padding,
          .rows = last - first,
          .columns = columns};
}

}  // namespace

RowSpan rows_read(const ConvolutionShape& shape, Index height, Index first, Index last) {
  if (last <= first) return {0, 0};
  const Index begin = first * shape.stride - shape.padding;
  const Index end = (last - 1) * shape.stride - shape.padding + shape.kernel;
  return {std::clamp(begin, Index{0}, height), std::clamp(end, Index{0}, height)};
}

Tensor Convolution::operator()(const Tensor& x, std::optional<Unary> activation) const {
  check_picture("convolution", x, taps.inputs() / (shape.kernel * shape.kernel));
  return rows({x, 0, x.dim(0)}, 0, shape.outputs(x.dim(0)), activation);
}

Tensor Convolution::rows(const PictureRows& x, Index first, Index last, std::optional<Unary> activation) const {
  constexpr Index kGathered = Index{1} << 18;  // floats, that the caches hold
  const Index window = taps.inputs();
  check_picture("convolution", x.pixels, window / (shape.kernel * shape.kernel));
  const Windows windows = windows_of("convolution", shape, x, first, last);
  const Device& device = x.pixels.device();
  Tensor y = Tensor::empty({windows.rows * windows.columns, taps.outputs()}, DType::f32, device);
  const Index some = std::max(kGathered / (windows.columns * window), Index{1});
  for (Index row = 0; row < windows.rows; row += some) {
    const Index count = std::min(some, windows.rows - row);
    Tensor gathered = Tensor::empty({count * windows.columns, window}, DType::f32, device);
    device.ops().gather_windows(device.workers(), windows, row, count, gathered.data<float>());
    Tensor part = y.slice(0, row * windows.columns, (row + count) * windows.columns);
    taps.into(part, gathered, activation);
  }
  return y.reshape({windows.rows, windows.columns, taps.outputs()});
}

Tensor DepthwiseConvolution::operator()(const Tensor& x, std::optional<Unary> activation) const {
  check_picture("depthwise_convolution", x, weight.dim(2));
  return rows({x, 0, x.dim(0)}, 0, shape.outputs(x.dim(0)), activation);
}

Tensor DepthwiseConvolution::rows(const PictureRows& x, Index first, Index last,
                                  std::optional<Unary> activation) const {
  check_picture("depthwise_convolution", x.pixels, weight.dim(2));
  const Windows windows = windows_of("depthwise_convolution", shape, x, first, last);
  const Device& device = x.pixels.device();
  Tensor y = Tensor::empty({windows.rows, windows.columns, windows.channels}, DType::f32, device);
  device.ops().depthwise_convolution(device.workers(), windows, weight.data<float>(), bias.data<float>(),
                                     activation ? &*activation : nullptr, y.data<float>());
  return y;
}

}  // namespace wick
