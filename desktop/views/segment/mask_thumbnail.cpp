#include "views/segment/mask_thumbnail.h"

#include <algorithm>
#include <cmath>

#include "core/image/mask_runs.h"
#include "core/image/resize.h"
#include "views/segment/export.h"

namespace wick::views {
namespace {

constexpr double kAround = 0.15;  // of a mask's box, shown at each side of it
constexpr float kFill = 0.6F;     // opacity

/// A part of a copy of the picture, in the copy's pixels.
struct Cut {
  const Image* copy;
  Index x0, y0, x1, y1;
};

/// From the smallest copy that has a pixel for each of the frame.
Cut cut_of(const OpenPicture& picture, const Box& part, ImageSize frame) {
  const auto wanted = static_cast<double>(frame.width);
  double scale = 1;  // pixels of the picture in one of the copy
  std::size_t level = 0;
  while (level + 1 < picture.levels.size() && static_cast<double>(part.x1 - part.x0) / (2 * scale) >= wanted) {
    scale *= 2;
    ++level;
  }
  const Image& copy = *picture.levels[level];
  const auto first = [&](float at, Index most) {
    return std::clamp<Index>(static_cast<Index>(std::floor(static_cast<double>(at) / scale)), 0, most - 1);
  };
  const auto end = [&](float at, Index least, Index most) {
    return std::clamp<Index>(static_cast<Index>(std::ceil(static_cast<double>(at) / scale)), least, most);
  };
  const Index x0 = first(part.x0, copy.width), y0 = first(part.y0, copy.height);
  return {&copy, x0, y0, end(part.x1, x0 + 1, copy.width), end(part.y1, y0 + 1, copy.height)};
}

Image picture_of(const Cut& cut, ImageSize size) {
  ImageView view(*cut.copy);
  view.pixels = view.row(cut.y0) + cut.x0 * view.channels;
  view.width = cut.x1 - cut.x0;
  view.height = cut.y1 - cut.y0;
  return resize(view, size);
}

/// How much of the edge around what is covered lies in each pixel, as if what is covered were there too.
std::vector<float> widened(const std::vector<float>& covered, ImageSize size, double by) {
  std::vector<float> wide(covered.size());
  const auto reach = static_cast<Index>(std::ceil(by));
  for (Index dy = -reach; dy <= reach; ++dy) {
    for (Index dx = -reach; dx <= reach; ++dx) {
      const double away = std::hypot(static_cast<double>(dx), static_cast<double>(dy));
      const auto share = static_cast<float>(std::clamp(by + 0.5 - away, 0.0, 1.0));
      if (share == 0) continue;
      for (Index y = std::max<Index>(0, -dy); y < std::min(size.height, size.height - dy); ++y) {
        for (Index x = std::max<Index>(0, -dx); x < std::min(size.width, size.width - dx); ++x) {
          float& there = wide[static_cast<std::size_t>((y + dy) * size.width + x + dx)];
          there = std::max(there, share * covered[static_cast<std::size_t>(y * size.width + x)]);
        }
      }
    }
  }
  return wide;
}

void blend(std::uint8_t* pixel, Colour colour, float part) {
  for (std::size_t c = 0; c < 3; ++c) {
    const float now = pixel[c];
    pixel[c] = static_cast<std::uint8_t>(std::lround(now + (colour[c] - now) * std::clamp(part, 0.0F, 1.0F)));
  }
}

}  // namespace

Box framed(const Box& mask, ImageSize picture, ImageSize frame) {
  const auto width = static_cast<double>(picture.width), height = static_cast<double>(picture.height);
  const auto frame_width = static_cast<double>(frame.width), frame_height = static_cast<double>(frame.height);
  const double least = std::min(width, height) / 8;
  const auto side = [&](float from, float to) {
    return std::max(least, (static_cast<double>(to - from) + 1) * (1 + 2 * kAround));
  };
  const double fits = std::min(frame_width / side(mask.x0, mask.x1), frame_height / side(mask.y0, mask.y1));
  const double scale = std::max({fits, frame_width / width, frame_height / height});  // the picture fills the frame
  const auto from = [](float first, float last, double length, double most) {
    const double middle = (static_cast<double>(first) + static_cast<double>(last) + 1) / 2;
    return std::clamp(middle - length / 2, 0.0, std::max(0.0, most - length));
  };
  const double w = std::min(width, frame_width / scale), h = std::min(height, frame_height / scale);
  const double x = from(mask.x0, mask.x1, w, width), y = from(mask.y0, mask.y1, h, height);
  return {static_cast<float>(x), static_cast<float>(y), static_cast<float>(x + w), static_cast<float>(y + h)};
}

Image mask_thumbnail(const OpenPicture& picture, const MaskCandidate& mask, Colour colour, ImageSize size,
                     double edge) {
  constexpr Colour kWhite = {255, 255, 255};
  const Cut cut = cut_of(picture, framed(mask.box, picture.size(), size), size);
  const auto scale = static_cast<float>(picture.size().width) / static_cast<float>(cut.copy->width);
  const Box part{static_cast<float>(cut.x0) * scale, static_cast<float>(cut.y0) * scale,
                 static_cast<float>(cut.x1) * scale, static_cast<float>(cut.y1) * scale};
  Image image = picture_of(cut, size);
  const std::vector<float> covered = coverage(mask.rle, part, size), wide = widened(covered, size, edge);
  for (std::size_t i = 0; i < covered.size(); ++i) {
    std::uint8_t* const pixel = image.pixels.data() + 3 * i;
    blend(pixel, kWhite, wide[i] - covered[i]);
    blend(pixel, colour, kFill * covered[i]);
  }
  return image;
}

std::shared_ptr<const Image> MaskThumbnails::get(const PicturePtr& picture, const MaskPtr& mask, int colour,
                                                 ImageSize size, double edge) {
  const Made asked{mask, colour, size, edge, nullptr};
  std::shared_ptr<const Image> other;
  for (const Made& each : made_) {
    if (each.mask != mask || each.colour != colour) continue;
    if (each.image) other = each.image;
    if (each.is(asked)) return other;
  }
  made_.push_back(asked);
  if (made_.size() > kMost) made_.pop_front();
  engine_.start(
      [this, picture, asked](const Worker::Turn& turn) {
        turn.post([this, asked,
                   image = std::make_shared<const Image>(views::mask_thumbnail(
                       *picture, *asked.mask, thing_colour(asked.colour), asked.size, asked.edge))] {
          for (Made& each : made_)
            if (each.is(asked)) each.image = image;
        });
        return false;
      },
      [](const std::string&) {});  // it shows no picture
  return other;
}

}  // namespace wick::views
