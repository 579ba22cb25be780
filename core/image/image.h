#pragma once
// Pictures in memory: eight bits a channel, rows from top to bottom.
#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/dtype.h"

namespace wick {

struct ImageSize {
  Index width = 0, height = 0;  // pixels
  bool operator==(const ImageSize&) const = default;
};

/// The most pixels of a side, as JPEG has it, and of a picture: more than the 12,000 x 9,000 of large cameras, and few
/// enough that an Index of 32 bits counts the bytes of RGBA.
inline constexpr Index kMaxSide = 65'535, kMaxPixels = Index{1} << 27;

/// Throws Error, naming `name` and the limits, for a picture without pixels or beyond kMaxSide or kMaxPixels.
void check_image_size(std::string_view name, std::int64_t width, std::int64_t height);

struct Image {
  Index width = 0, height = 0, channels = 3;  // grey, RGB, or RGBA with alpha not multiplied in
  std::vector<std::uint8_t> pixels;           // [height, width, channels]

  ImageSize size() const { return {width, height}; }
};

/// A picture whose pixels are someone else's: an Image's, a canvas's.
struct ImageView {
  const std::uint8_t* pixels = nullptr;
  Index width = 0, height = 0, channels = 3;
  Index stride = 0;  // bytes from one row to the next

  ImageView(const std::uint8_t* first, ImageSize size, Index channel_count)
      : pixels(first), width(size.width), height(size.height), channels(channel_count), stride(width * channels) {}
  ImageView(const Image& image) : ImageView(image.pixels.data(), image.size(), image.channels) {}

  const std::uint8_t* row(Index y) const { return pixels + y * stride; }
};

/// RGB of `count` RGBA pixels as they look on a white page. What a transparent pixel is coloured is left to chance by
/// the program that made it, and a canvas forgets it, so the colour alone would show what nobody has seen.
void blend_on_white(const std::uint8_t* rgba, Index count, std::uint8_t* rgb);

}  // namespace wick
