#pragma once
// Resizing as Pillow does it: Segment Anything was trained on pictures made so, and sees others less well.
#include "core/image/image.h"

namespace wick {

/// Pillow's resize((width, height), BILINEAR) to the bit: a triangle as wide as the scale when pictures shrink, first
/// across, then down, rounded to eight bits between (Pillow's Resample.c). RGB; RGBA is blended on white as it is read.
/// Throws Error for sizes that are none.
Image resize(const ImageView& image, ImageSize size);

inline constexpr Index kSamSide = 1024;

/// The size in which Segment Anything sees a picture: the longer side is kSamSide, the other at least 1
/// (ResizeLongestSide.get_preprocess_shape). Throws Error for a size that is none.
ImageSize sam_size(ImageSize picture);

}  // namespace wick
