#pragma once
// What can be told of masks, and done with them, as run lengths: a large picture's mask is a byte a pixel, its runs are
// some thousands.
#include <span>
#include <vector>

#include "core/image/rle.h"

namespace wick {

/// Pixels in the mask.
Index area(const Rle& rle);
/// As bounding_box() of the mask itself.
Box bounding_box(const Rle& rle);

/// Whether a pixel of the picture is in the mask.
bool contains(const Rle& rle, Index x, Index y);

/// Pixels of either, or of the first but not of the second. Throws Error for masks of different sizes.
Rle united(const Rle& a, const Rle& b);
Rle without(const Rle& a, const Rle& b);

/// A part's mask in the picture that it was cut from at (x, y).
Rle placed(const Rle& part, Index x, Index y, ImageSize picture);

/// Rows [first, first + count) of the mask. Throws Error for rows that it lacks.
Mask rows_of(const Rle& rle, Index first, Index count);

/// The pixel in the middle of each square of `step` x `step` pixels, those at the right and lower edges perhaps cut.
Mask coarse_mask(const Rle& rle, Index step);

/// How much of each of `size` equal cells of a part of the picture, between two corners of pixels, the mask covers:
/// from 0 to 1, [height, width]. Throws Error for a part without area.
std::vector<float> coverage(const Rle& rle, const Box& part, ImageSize size);

/// A place in a picture: a pixel's middle is half a pixel from its upper left corner.
struct StrokePlace {
  double x, y;
};

/// The pixels whose middle is within `radius` of a line through these places, as far as they are in the picture.
/// Throws Error for a radius that is not positive, and for numbers far beyond any picture.
Rle stroke_of(std::span<const StrokePlace> places, double radius, ImageSize picture);

}  // namespace wick
