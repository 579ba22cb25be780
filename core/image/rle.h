#pragma once
// Masks as run lengths, as COCO's files and pycocotools have them.
#include <string>
#include <string_view>
#include <vector>

#include "core/image/mask.h"

namespace wick {

/// Columns from left to right, each from the top down: how many pixels are outside the mask, then how many inside, and
/// so on. Only the first count can be 0 where Wick writes.
struct Rle {
  ImageSize size;
  std::vector<std::uint32_t> counts;
};

Rle rle_of(const Mask& mask);
/// Throws Error for counts that do not make up the size.
Mask mask_of(const Rle& rle);

/// The counts as pycocotools packs them into a string (maskApi's rleToString).
std::string packed_counts(const Rle& rle);
/// Throws Error for text that is no such string, or whose counts do not make up the size.
Rle unpacked_counts(std::string_view text, ImageSize size);

}  // namespace wick
