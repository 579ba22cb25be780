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

/// Which pixels of a row are within `distance` of what is outside the mask, as one goes down the rows. Beyond the
/// picture's edges the mask goes on.
class Edge {
 public:
  Edge(const Mask& mask, Index distance)
      : width_(mask.width),
        height_(mask.height),
        distance_(distance),
        runs_(mask, 1),
        inner_(static_cast<std::size_t>(width_)),
        last_near_(static_cast<std::size_t>(width_), -distance - 1) {}

  void move_to(Index y) {
    y_ = y;
    for (const Index end = std::min(y + distance_ + 1, height_); reached_ < end; ++reached_) reach(reached_);
  }
  bool is_near(Index x) const { return last_near_[static_cast<std::size_t>(x)] >= y_ - distance_; }

 private:
  void reach(Index y) {
    std::fill(inner_.begin(), inner_.end(), std::uint8_t{0});
    for (const Run& run : runs_.row(y)) {
      const Index begin = run.begin == 0 ? 0 : run.begin + distance_;
      const Index end = run.end == width_ ? width_ : run.end - distance_;
      if (begin < end) std::fill(inner_.begin() + begin, inner_.begin() + end, std::uint8_t{1});
    }
    for (std::size_t x = 0; x < inner_.size(); ++x) {
      if (inner_[x] == 0) last_near_[x] = y;
    }
  }

  Index width_, height_, distance_, y_ = 0, reached_ = 0;
  Regions runs_;
  std::vector<std::uint8_t> inner_;  // of the row reached last: no outside within the distance to the left and right
  std::vector<Index> last_near_;     // the last row that has one there
};

std::uint8_t mixed(int over, int under, int opacity) {
  constexpr int kOpaque = 255;
  return static_cast<std::uint8_t>((over * opacity + under * (kOpaque - opacity) + kOpaque / 2) / kOpaque);
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
  Edge edge(mask, line_width(mask.size()));
  std::uint8_t* pixel = picture.pixels.data();
  for (Index y = 0; y < mask.height; ++y) {
    edge.move_to(y);
    for (Index x = 0; x < mask.width; ++x, pixel += 3) {
      if (mask.row(y)[x] == 0) continue;
      const int opacity = edge.is_near(x) ? kOpaque : kOpacity;
      for (std::size_t c = 0; c < 3; ++c) pixel[c] = mixed(colour[c], pixel[c], opacity);
    }
  }
}

}  // namespace wick
