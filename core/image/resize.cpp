#include "core/image/resize.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/error.h"

namespace wick {
namespace {

constexpr Index kRgb = 3;
constexpr int kBits = 32 - 8 - 2;  // of a weight behind the point: a sum of weighted bytes fits an int
constexpr int kHalf = 1 << (kBits - 1);

std::uint8_t rounded(int sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255)); }

/// The nearest whole number, halves up.
Index nearest(double number) { return static_cast<Index>(std::floor(number + 0.5)); }

/// Which input pixels make an output pixel, along one axis.
struct Taps {
  Index first, count;
};

/// A triangle filter from `in` to `out` pixels.
struct Filter {
  Index most;                // taps of an output pixel
  std::vector<Taps> taps;    // [out]
  std::vector<int> weights;  // [out, most], fixed point

  Filter(Index in, Index out);
  const int* weights_of(Index pixel) const { return weights.data() + pixel * most; }
  const Taps& taps_of(Index pixel) const { return taps[static_cast<std::size_t>(pixel)]; }
};

Filter::Filter(Index in, Index out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out), support = std::max(scale, 1.0);
  most = std::min(static_cast<Index>(std::ceil(support)) * 2 + 1, in);
  taps.reserve(static_cast<std::size_t>(out));
  weights.resize(static_cast<std::size_t>(out * most));
  std::vector<double> triangle(static_cast<std::size_t>(most));
  for (Index pixel = 0; pixel < out; ++pixel) {
    const double centre = (static_cast<double>(pixel) + 0.5) * scale;
    const Index first = std::max(nearest(centre - support), Index{0});
    const Index count = std::min(nearest(centre + support), in) - first;
    double sum = 0;
    for (Index tap = 0; tap < count; ++tap) {
      const double distance = (static_cast<double>(tap + first) - centre + 0.5) * (1.0 / support);
      sum += triangle[static_cast<std::size_t>(tap)] = std::max(1.0 - std::abs(distance), 0.0);
    }
    for (Index tap = 0; tap < count; ++tap) {
      const double weight = triangle[static_cast<std::size_t>(tap)] / sum;
      weights[static_cast<std::size_t>(pixel * most + tap)] = static_cast<int>(nearest(weight * (1 << kBits)));
    }
    taps.push_back({first, count});
  }
}

/// RGB pixels as words, red lowest: compilers make vectors of sums over whole words, not over bytes three apart.
void words_of(const std::uint8_t* rgb, std::span<std::uint32_t> words) {
  for (std::uint32_t& word : words) {
    word = rgb[0] | static_cast<std::uint32_t>(rgb[1]) << 8 | static_cast<std::uint32_t>(rgb[2]) << 16;
    rgb += kRgb;
  }
}

/// A row resized across.
void resize_row(const std::uint32_t* words, const Filter& across, std::uint8_t* out) {
  const auto width = static_cast<Index>(across.taps.size());
  for (Index x = 0; x < width; ++x, out += kRgb) {
    const Taps taps = across.taps_of(x);
    const int* weights = across.weights_of(x);
    const std::uint32_t* word = words + taps.first;
    int red = kHalf, green = kHalf, blue = kHalf;
    for (Index tap = 0; tap < taps.count; ++tap) {
      red += static_cast<int>(word[tap] & 0xFF) * weights[tap];
      green += static_cast<int>(word[tap] >> 8 & 0xFF) * weights[tap];
      blue += static_cast<int>(word[tap] >> 16) * weights[tap];
    }
    out[0] = rounded(red);
    out[1] = rounded(green);
    out[2] = rounded(blue);
  }
}

/// The rows of a picture resized across, as many as an output row is made of.
class ResizedRows {
 public:
  ResizedRows(const ImageView& image, ImageSize size, Index most)
      : image_(image),
        across_(image.width, size.width),
        most_(most),
        row_bytes_(size.width * kRgb),
        rows_(static_cast<std::size_t>(most * row_bytes_)) {
    words_.resize(static_cast<std::size_t>(image.width));
    if (image.channels != kRgb) opaque_.resize(words_.size() * kRgb);
  }

  /// Makes the rows up to `end`; the last `most` of them stay.
  void reach(Index end) {
    for (; made_ < end; ++made_) {
      const std::uint8_t* row = image_.row(made_);
      if (!opaque_.empty()) {
        blend_on_white(row, image_.width, opaque_.data());
        row = opaque_.data();
      }
      words_of(row, words_);
      resize_row(words_.data(), across_, rows_.data() + made_ % most_ * row_bytes_);
    }
  }
  const std::uint8_t* row(Index y) const { return rows_.data() + y % most_ * row_bytes_; }

 private:
  const ImageView& image_;
  Filter across_;
  Index most_, row_bytes_, made_ = 0;
  std::vector<std::uint8_t> rows_;    // [most, row_bytes], row y in y modulo most
  std::vector<std::uint8_t> opaque_;  // a row of RGBA without its alpha
  std::vector<std::uint32_t> words_;
};

}  // namespace

Image resize(const ImageView& image, ImageSize size) {
  check_image_size("resize", image.width, image.height);
  check_image_size("resize", size.width, size.height);
  if (image.channels != kRgb && image.channels != 4) {
    throw Error("resize: {} channels, expected 3 or 4", image.channels);
  }
  const Filter down(image.height, size.height);
  ResizedRows rows(image, size, down.most);
  const Index row_bytes = size.width * kRgb;
  Image out{size.width, size.height, kRgb,
            std::vector<std::uint8_t>(static_cast<std::size_t>(size.height * row_bytes))};
  std::vector<int> sums(static_cast<std::size_t>(row_bytes));
  for (Index y = 0; y < size.height; ++y) {
    const Taps taps = down.taps_of(y);
    rows.reach(taps.first + taps.count);
    std::fill(sums.begin(), sums.end(), kHalf);
    for (Index tap = 0; tap < taps.count; ++tap) {
      const int weight = down.weights_of(y)[tap];
      const std::uint8_t* row = rows.row(taps.first + tap);
      for (int& sum : sums) sum += *row++ * weight;
    }
    std::transform(sums.begin(), sums.end(), out.pixels.begin() + y * row_bytes, rounded);
  }
  return out;
}

ImageSize sam_size(ImageSize picture) {
  check_image_size("sam_size", picture.width, picture.height);
  const double scale = static_cast<double>(kSamSide) / static_cast<double>(std::max(picture.width, picture.height));
  const auto scaled = [&](Index side) { return std::max(nearest(static_cast<double>(side) * scale), Index{1}); };
  return {scaled(picture.width), scaled(picture.height)};
}

}  // namespace wick
