#include "core/image/image.h"

#include "core/error.h"

namespace wick {

void check_image_size(std::string_view name, std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1) throw Error("{}: a picture of {} x {} pixels has nothing to show", name, width, height);
  if (width > kMaxSide || height > kMaxSide || width * height > kMaxPixels) {
    throw Error("{}: a picture of {} x {} pixels is too large: at most {} on a side and {} million in all", name, width,
                height, kMaxSide, kMaxPixels / 1'000'000);
  }
}

void blend_on_white(const std::uint8_t* rgba, Index count, std::uint8_t* rgb) {
  constexpr int kWhite = 255;
  for (; count > 0; --count, rgba += 4, rgb += 3) {
    const int alpha = rgba[3], white = kWhite * (kWhite - alpha);
    for (int c = 0; c < 3; ++c) rgb[c] = static_cast<std::uint8_t>((rgba[c] * alpha + white + kWhite / 2) / kWhite);
  }
}

}  // namespace wick
