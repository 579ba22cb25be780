#pragma once
// Which side of a picture is up.
#include <cstddef>
#include <span>

#include "core/image/image.h"

namespace wick {

/// The orientation, 1 to 8, of an EXIF block (a TIFF header and what follows it); 1, upright, where it has none or is
/// damaged.
int exif_orientation(std::span<const std::byte> exif);

/// The picture as it was meant to be seen: 2 to 4 mirror or turn it over, 5 to 8 change its sides as well.
Image upright(Image image, int orientation);

}  // namespace wick
