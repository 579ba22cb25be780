#pragma once
// Masks as what is saved of them: pictures, SVG, JSON.
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/compose.h"
#include "core/image/rle.h"

namespace wick {

/// A mask as it is shown among others.
struct ShownMask {
  const Rle& rle;
  Colour colour;
  std::string_view title = {};
};

/// The picture with the masks in colour on it, the largest below, so that a thing on another is seen. Throws Error for
/// a mask of another size.
Image overlay_of(const ImageView& picture, std::span<const ShownMask> masks);

/// The masks as paths, the largest first, each with its title where it has one. `tolerance`: see outline().
std::string svg_of(ImageSize size, std::span<const ShownMask> masks, double tolerance = 0);

/// [{"outer": [[x, y], ...], "holes": [...]}, ...]
nlohmann::ordered_json polygons_json(const Rle& rle, double tolerance = 0);

/// {"size": [height, width], "counts": "..."}, as pycocotools has it.
nlohmann::ordered_json rle_json(const Rle& rle);
/// Throws Error for what rle_json does not write.
Rle rle_of_json(const nlohmann::ordered_json& json);

/// [x0, y0, x1, y1] of whole pixels.
nlohmann::ordered_json box_json(const Box& box);

}  // namespace wick
