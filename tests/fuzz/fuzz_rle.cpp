// A width, a height and packed run lengths: a mask that every operation takes and that packs to the same again, or an
// Error.
#include <cstdlib>

#include "core/error.h"
#include "core/image/outline.h"
#include "core/image/regions.h"
#include "core/image/rle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wick;
  if (size < 2) return 0;
  try {
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    Mask mask = mask_of(unpacked_counts(text, {data[0], data[1]}));
    const Rle rle = rle_of(mask);
    if (mask_of(unpacked_counts(packed_counts(rle), mask.size())).bits != mask.bits) std::abort();
    Index pixels = 0;
    const Regions regions(mask, 1);
    for (const Index region : regions.areas()) pixels += region;
    if (pixels != area(mask)) std::abort();
    svg_path(outline(mask, text.size() % 3));
    bounding_box(mask);
    remove_small_regions(mask, 9, SmallRegions::holes);
    remove_small_regions(mask, 9, SmallRegions::islands);
  } catch (const Error&) {
  }
  return 0;
}
