#pragma once
// Pictures written as PNG.
#include <cstddef>
#include <string>
#include <vector>

#include "core/image/image.h"

namespace wick {

/// A PNG of grey, RGB or RGBA pixels. Throws Error for a picture without pixels or with other channels.
std::vector<std::byte> png_of(const ImageView& image);

/// The same as a file that takes its place once it is whole. Throws Error (io) if it cannot be written.
void write_png(const std::string& path, const ImageView& image);

}  // namespace wick
