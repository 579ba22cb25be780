#pragma once
// Pictures as files: JPEG, PNG, WebP, GIF and BMP.
#include <functional>
#include <string>

#include "core/byte_source.h"
#include "core/image/image.h"

namespace wick {

/// Called with the part that is read, from 0 to 1; what it throws ends the reading. Not all formats call it.
using ImageProgress = std::function<void(double part)>;

struct Picture {
  Image image;  // upright; RGB, or RGBA where something is transparent
  /// "x.jpg: cut off or damaged from row 300 of 768 on: ..." where a part is missing, else empty. What is there is
  /// shown as browsers show it, the rest is grey or transparent.
  std::string broken;
};

/// The picture, or the first frame of an animation, in eight bits a channel; its colour profile is not applied. Turned
/// and mirrored as its EXIF orientation says. CMYK becomes RGB as in Pillow. Throws Error for what is no picture, one
/// of which nothing is left, one without pixels, and one of more than `most_pixels` or kMaxSide on a side.
Picture read_image(const ByteSource& source, Index most_pixels = kMaxPixels, const ImageProgress& progress = {});

}  // namespace wick
