#include "core/image/compose.h"

#include <algorithm>

#include "core/error.h"
#include "core/image/regions.h"

namespace wick {
namespace {

void check_channels(const ImageView& picture) {
  if (picture.channels == 3 || picture.channels == 4) return;
  throw Error("a picture of {} channels, expected 3 or 4", picture.channels);
}

void check_sizes(const ImageView& picture, const Mask& mask) {
  if (picture.width == mask.width && picture.height == mask.height) return;
  throw Error("a mask of {} x {} pixels does not fit a picture of {} x {}", mask.width, mask.height, picture.width,
              picture.height);
}

Image made(ImageSize size, Index channels) {
  return {size.width, size.height, channels,
          std::vector<std::uint8_t>(static_cast<std::size_t>(size.width * size.height * channels))};
}

/// Pixels of the mask that are further than `distance` from what is outside it; beyond the picture's edges it goes on.
Mask eroded(const Mask& mask, Index distance) {
  const Regions regions(mask, 1);
  Mask across(mask.size());
  for (Index y = 0; y < mask.height; ++y) {
    for (const Run& run : regions.row(y)) {
      const Index begin = run.begin == 0 ? 0 : run.begin + distance;
      const Index end = run.end == mask.width ? mask.width : run.end - distance;
      if (begin < end) std::fill(across.row(y) + begin, across.row(y) + end, std::uint8_t{1});
    }
  }
  Mask inner = across;
  for (Index y = 0; y < mask.height; ++y) {
    std::uint8_t* row = inner.row(y);
    for (Index other = std::max(y - distance, Index{0}); other < std::min(y + distance + 1, mask.height); ++other) {
      std::transform(row, row + mask.width, across.row(other), row,
                     [](int a, int b) { return static_cast<std::uint8_t>(a & b); });
    }
  }
  return inner;
}

/// How wide a line stands out in a picture of that size, in pixels.
Index line_width(ImageSize size) { return std::max(std::max(size.width, size.height) / 500, Index{1}); }

}  // namespace

Image opaque(const ImageView& picture) {
  check_channels(picture);
  Image out = made({picture.width, picture.height}, 3);
  for (Index y = 0; y < picture.height; ++y) {
    std::uint8_t* row = out.pixels.data() + y * picture.width * 3;
    if (picture.channels == 4) {
      blend_on_white(picture.row(y), picture.width, row);
    } else {
      std::copy_n(picture.row(y), picture.width * 3, row);
    }
  }
  return out;
}

Image grey(const Mask& mask) {
  Image out = made(mask.size(), 1);
  std::transform(mask.bits.begin(), mask.bits.end(), out.pixels.begin(),
                 [](std::uint8_t bit) { return static_cast<std::uint8_t>(bit * 255); });
  return out;
}

Image cut_out(const ImageView& picture, const Mask& mask) {
  check_channels(picture);
  check_sizes(picture, mask);
  Image out = made(mask.size(), 4);
  std::uint8_t* pixel = out.pixels.data();
  for (Index y = 0; y < mask.height; ++y) {
    const std::uint8_t *from = picture.row(y), *bits = mask.row(y);
    for (Index x = 0; x < mask.width; ++x, pixel += 4, from += picture.channels) {
      if (bits[x] == 0) continue;
      pixel[3] = 255;
      std::copy_n(from, picture.channels, pixel);
    }
  }
  return out;
}

void paint(Image& picture, const Mask& mask, Colour colour) {
  check_sizes(picture, mask);
  if (picture.channels != 3) throw Error("a picture of {} channels, expected 3", picture.channels);
  constexpr int kOpacity = 115, kOpaque = 255;
  const Mask inner = eroded(mask, line_width(mask.size()));
  std::uint8_t* pixel = picture.pixels.data();
  for (std::size_t i = 0; i < mask.bits.size(); ++i, pixel += 3) {
    if (mask.bits[i] == 0) continue;
    const int opacity = inner.bits[i] == 0 ? kOpaque : kOpacity;
    for (std::size_t c = 0; c < 3; ++c) {
      const int mixed = colour[c] * opacity + pixel[c] * (kOpaque - opacity);
      pixel[c] = static_cast<std::uint8_t>((mixed + kOpaque / 2) / kOpaque);
    }
  }
}

}  // namespace wick
