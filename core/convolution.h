#pragma once
// Convolutions of pictures [height, width, channels]: a pixel's channels lie together, so that a 1 x 1 convolution is a
// matrix product of the pixels as they are.
#include <optional>

#include "core/nn.h"

namespace wick {

/// How windows of kernel x kernel pixels go over a picture: `stride` apart, with `padding` zeros on every side.
struct ConvolutionShape {
  Index kernel = 3, stride = 1, padding = 1;

  Index outputs(Index size) const { return (size + 2 * padding - kernel) / stride + 1; }
};

/// Rows of a picture: `first` is the first one's place in it, and it has `height`.
struct PictureRows {
  Tensor pixels;  // [rows, width, channels], contiguous
  Index first, height;
};

/// A dense convolution, as a product with gathered windows.
struct Convolution {
  Linear taps;  // [kernel * kernel * channels] -> [outputs], inputs in the order (row, column, channel)
  ConvolutionShape shape;

  /// [height, width, channels] -> [height', width', outputs].
  Tensor operator()(const Tensor& x, std::optional<Unary> activation = {}) const;
  /// Rows [first, last) of the result, from rows of x that hold all that their windows see of the picture.
  Tensor rows(const PictureRows& x, Index first, Index last, std::optional<Unary> activation = {}) const;
};

/// A convolution of each channel by itself.
struct DepthwiseConvolution {
  Tensor weight;  // [kernel, kernel, channels]
  Tensor bias;    // [channels]
  ConvolutionShape shape;

  Tensor operator()(const Tensor& x, std::optional<Unary> activation = {}) const;
  Tensor rows(const PictureRows& x, Index first, Index last, std::optional<Unary> activation = {}) const;
};

/// The rows of a picture of this height that rows [first, last) of the result read.
struct RowSpan {
  Index first, last;
};
RowSpan rows_read(const ConvolutionShape& shape, Index height, Index first, Index last);

}  // namespace wick
