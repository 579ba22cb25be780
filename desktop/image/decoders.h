#pragma once
// The formats behind read_image(): each takes a file's bytes, already recognised by its first ones.
#include <cstddef>
#include <span>
#include <string>

#include "core/error.h"
#include "core/image/image.h"
#include "image/image_file.h"

namespace wick {

/// A file that is being read.
struct EncodedImage {
  std::string name;
  std::span<const std::byte> bytes;
  Index most_pixels;
  const ImageProgress& progress;

  /// Before each row of those that are read.
  void tell(Index row, Index rows) const {
    constexpr Index kRows = 64;
    if (progress && row % kRows == 0) progress(static_cast<double>(row) / static_cast<double>(rows));
  }

  const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }

  /// Throws Error for a size that is not read.
  void check_size(std::int64_t width, std::int64_t height) const {
    check_image_size(name, width, height);
    if (width * height <= most_pixels) return;
    throw Error("{}: a picture of {} x {} pixels is too large: at most {} are read here", name, width, height,
                most_pixels);
  }
};

/// As the file has it.
struct DecodedImage {
  Image image;          // RGB or RGBA
  int orientation = 1;  // EXIF
  std::string broken;   // what is wrong from some row on, without the file's name
};

DecodedImage read_jpeg(const EncodedImage& file);
DecodedImage read_png(const EncodedImage& file);
DecodedImage read_webp(const EncodedImage& file);
/// GIF and BMP.
DecodedImage read_by_stb(const EncodedImage& file);

/// What `broken` says.
inline std::string broken_from(Index row, Index rows, std::string_view why) {
  return fmt::format("cut off or damaged from row {} of {} on: {}", row, rows, why);
}

/// An image of which nothing has been read yet: grey, or transparent.
inline Image blank_image(Index width, Index height, Index channels) {
  constexpr std::uint8_t kGrey = 128, kTransparent = 0;
  return {width, height, channels,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * channels),
                                    channels == 4 ? kTransparent : kGrey)};
}

}  // namespace wick
