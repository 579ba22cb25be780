#include "views/segment/picture_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/image/resize.h"
#include "fetch/sha256.h"

namespace wick::views {
namespace {

constexpr Index kLeastSide = 512;  // of the smallest copy, or half of it

/// The mean of four RGBA pixels: what is transparent has no part in the colour.
void mean_of(const std::array<const std::uint8_t*, 4>& four, std::uint8_t* to) {
  int alpha = 0;
  std::array<int, 3> sums{};
  for (const std::uint8_t* const pixel : four) {
    alpha += pixel[3];
    for (std::size_t c = 0; c < 3; ++c) sums[c] += pixel[c] * pixel[3];
  }
  for (std::size_t c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(alpha > 0 ? (sums[c] + alpha / 2) / alpha : 0);
  to[3] = static_cast<std::uint8_t>((alpha + 2) / 4);
}

/// Of a row of the smaller picture: the mean of each four pixels; a last column or row without a partner is its own.
void halve_row(const Image& image, Index y, std::uint8_t* to, Index width) {
  const Index channels = image.channels, stride = image.width * channels;
  const std::uint8_t* const upper = image.pixels.data() + 2 * y * stride;
  const std::uint8_t* const lower = 2 * y + 1 < image.height ? upper + stride : upper;
  for (Index x = 0; x < width; ++x) {
    const Index left = 2 * x * channels, right = 2 * x + 1 < image.width ? left + channels : left;
    if (channels == 4) {
      mean_of({upper + left, upper + right, lower + left, lower + right}, to);
      to += 4;
      continue;
    }
    for (Index c = 0; c < channels; ++c) {
      *to++ =
          static_cast<std::uint8_t>((upper[left + c] + upper[right + c] + lower[left + c] + lower[right + c] + 2) / 4);
    }
  }
}

}  // namespace

std::size_t OpenPicture::bytes() const {
  std::size_t sum = 0;
  for (const auto& level : levels) sum += level->pixels.size();
  return sum;
}

const Image& OpenPicture::at_most(Index pixels) const {
  for (const auto& level : levels)
    if (level->width * level->height <= pixels) return *level;
  return *levels.back();
}

Image halved(const Image& image) {
  Image half{(image.width + 1) / 2, (image.height + 1) / 2, image.channels, {}};
  const auto row = static_cast<std::size_t>(half.width * half.channels);
  half.pixels.resize(row * static_cast<std::size_t>(half.height));
  for (Index y = 0; y < half.height; ++y) {
    halve_row(image, y, half.pixels.data() + static_cast<std::size_t>(y) * row, half.width);
  }
  return half;
}

Image thumbnail_of(const OpenPicture& picture, Index side) {
  const ImageSize size = picture.size();
  const double scale =
      std::min(1.0, static_cast<double>(side) / static_cast<double>(std::max(size.width, size.height)));
  const auto length = [&](Index pixels) {
    return std::max<Index>(1, static_cast<Index>(std::lround(static_cast<double>(pixels) * scale)));
  };
  return resize(*picture.levels.back(), {length(size.width), length(size.height)});
}

PictureReader::PictureReader(SourcePtr source, std::string title)
    : source_(std::move(source)), picture_(std::make_shared<OpenPicture>()) {
  picture_->title = std::move(title);
}

bool PictureReader::step(const ImageProgress& progress) {
  OpenPicture& picture = *picture_;
  if (picture.id.empty()) {
    picture.id = sha256_of(*source_);
  } else if (picture.levels.empty()) {
    Picture read = read_image(*source_, kMaxPixels, progress);
    picture.broken = std::move(read.broken);
    picture.levels.push_back(std::make_shared<const Image>(std::move(read.image)));
  } else {
    picture.levels.push_back(std::make_shared<const Image>(halved(*picture.levels.back())));
  }
  if (picture.levels.empty()) return true;
  const Image& last = *picture.levels.back();
  return std::max(last.width, last.height) > kLeastSide;
}

}  // namespace wick::views
