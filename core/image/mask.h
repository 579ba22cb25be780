#pragma once
// Which pixels of a picture belong to a thing.
#include <cstdint>
#include <vector>

#include "core/image/boxes.h"
#include "core/image/image.h"

namespace wick {

struct Mask {
  Index width = 0, height = 0;
  std::vector<std::uint8_t> bits;  // [height, width], 0 or 1

  Mask() = default;
  /// An empty one of that size. Throws Error for sizes that are none.
  explicit Mask(ImageSize size);

  ImageSize size() const { return {width, height}; }
  std::uint8_t* row(Index y) { return bits.data() + y * width; }
  const std::uint8_t* row(Index y) const { return bits.data() + y * width; }
};

/// Pixels in the mask.
Index area(const Mask& mask);

/// The first and the last column and row with a pixel of the mask (batched_mask_to_box); all 0 for an empty one.
Box bounding_box(const Mask& mask);

/// Pixels in both over pixels in either; 0 where there are none. Throws Error for masks of different sizes.
double iou(const Mask& a, const Mask& b);

}  // namespace wick
