#include "image/orientation.h"

#include <algorithm>
#include <optional>

namespace wick {
namespace {

constexpr int kUpright = 1;

/// Numbers of a TIFF block, in the byte order that it names; none beyond its end.
class Tiff {
 public:
  explicit Tiff(std::span<const std::byte> bytes)
      : bytes_(bytes), big_endian_(!bytes.empty() && bytes[0] == std::byte{'M'}) {}

  std::optional<std::size_t> number(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) return std::nullopt;
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8 | std::to_integer<std::size_t>(bytes_[at + (big_endian_ ? i : size - 1 - i)]);
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool big_endian_;
};

/// How the rows of the upright picture lie in the file's.
struct Turn {
  bool swap_sides, mirror_x, mirror_y;  // of the file's columns and rows
};

Turn turn_of(int orientation) {
  switch (orientation) {
    case 2:
      return {false, true, false};
    case 3:
      return {false, true, true};
    case 4:
      return {false, false, true};
    case 5:
      return {true, false, false};
    case 6:
      return {true, false, true};
    case 7:
      return {true, true, true};
    case 8:
      return {true, true, false};
    default:
      return {false, false, false};
  }
}

/// Turns by tiles: of both pictures, one is walked through across its rows, and a tile of it fits the cache.
template <Index kChannels>
void turn(const Image& from, Image& to, const Turn& how) {
  constexpr Index kTile = 32;
  const Index step_x = (how.mirror_x ? -1 : 1) * kChannels;
  const Index step_y = (how.mirror_y ? -1 : 1) * kChannels * from.width;
  const std::uint8_t* first = from.pixels.data() + (how.mirror_x ? (from.width - 1) * kChannels : 0) +
                              (how.mirror_y ? (from.height - 1) * kChannels * from.width : 0);
  const Index across = how.swap_sides ? step_y : step_x, down = how.swap_sides ? step_x : step_y;
  for (Index top = 0; top < to.height; top += kTile) {
    for (Index left = 0; left < to.width; left += kTile) {
      for (Index y = top; y < std::min(top + kTile, to.height); ++y) {
        std::uint8_t* pixel = to.pixels.data() + (y * to.width + left) * kChannels;
        for (Index x = left; x < std::min(left + kTile, to.width); ++x, pixel += kChannels) {
          std::copy_n(first + y * down + x * across, kChannels, pixel);
        }
      }
    }
  }
}

}  // namespace

int exif_orientation(std::span<const std::byte> exif) {
  constexpr std::size_t kDirectoryAt = 4, kEntry = 12, kOrientation = 0x0112, kShort = 3;
  const Tiff tiff(exif);
  const auto directory = tiff.number(kDirectoryAt, 4);
  const auto entries = directory ? tiff.number(*directory, 2) : std::nullopt;
  for (std::size_t i = 0; entries && i < *entries; ++i) {
    const std::size_t entry = *directory + 2 + i * kEntry;
    const auto tag = tiff.number(entry, 2);
    if (!tag) break;
    if (tag != kOrientation || tiff.number(entry + 2, 2) != kShort) continue;
    const std::size_t value = tiff.number(entry + 8, 2).value_or(kUpright);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : kUpright;
  }
  return kUpright;
}

Image upright(Image image, int orientation) {
  if (orientation == kUpright) return image;
  const Turn how = turn_of(orientation);
  Image out{how.swap_sides ? image.height : image.width, how.swap_sides ? image.width : image.height, image.channels,
            std::vector<std::uint8_t>(image.pixels.size())};
  image.channels == 4 ? turn<4>(image, out, how) : turn<3>(image, out, how);
  return out;
}

}  // namespace wick
