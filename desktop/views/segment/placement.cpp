#include "views/segment/placement.h"

#include <algorithm>
#include <cmath>

namespace wick::views {
namespace {

constexpr double kLeastShown = 48;  // pixels of the picture that stay on the stage
// Of a picture that is fitted in.
constexpr double kMostEnlarged = 4;
constexpr double kSeenLength = 160, kSeenWidth = 4;  // units of its longer side, and of its shorter one

double width_of(ImageSize size) { return static_cast<double>(size.width); }
double height_of(ImageSize size) { return static_cast<double>(size.height); }

}  // namespace

double distance(Place a, Place b) { return std::hypot(a.x - b.x, a.y - b.y); }

double whole_scale(ImageSize picture, Extent stage) {
  return std::min(stage.width / width_of(picture), stage.height / height_of(picture));
}

Placement fitted(ImageSize picture, Extent stage, double unit) {
  const double width = width_of(picture), height = height_of(picture);
  const double most = std::max(kMostEnlarged, kSeenLength / std::max(width, height)) * unit;
  const double least = std::min(kMostEnlarged, kSeenWidth / std::min(width, height)) * unit;
  const double scale = std::max(least, std::min(whole_scale(picture, stage), most));
  return {scale, (stage.width - width * scale) / 2, (stage.height - height * scale) / 2};
}

Placement zoomed(Placement placement, double by, Place at, double least, double most) {
  const double scale = std::min(most, std::max(least, placement.scale * by));
  const double ratio = scale / placement.scale;
  return {scale, at.x - (at.x - placement.x) * ratio, at.y - (at.y - placement.y) * ratio};
}

Placement moved(Placement placement, Place by, ImageSize picture, Extent stage) {
  const auto within = [](double value, double size, double room) {
    return std::min(room - kLeastShown, std::max(kLeastShown - size, value));
  };
  return {placement.scale, within(placement.x + by.x, width_of(picture) * placement.scale, stage.width),
          within(placement.y + by.y, height_of(picture) * placement.scale, stage.height)};
}

std::optional<Pixel> pixel_at(const Placement& placement, Place at, ImageSize picture) {
  const Place place = placement.to_picture(at);
  const double x = std::floor(place.x), y = std::floor(place.y);
  if (!(x >= 0 && y >= 0 && x < width_of(picture) && y < height_of(picture))) return std::nullopt;
  return Pixel{static_cast<Index>(x), static_cast<Index>(y)};
}

std::optional<Box> box_between(const Placement& placement, Place from, Place to, ImageSize picture) {
  const Place a = placement.to_picture(from), b = placement.to_picture(to);
  const auto clamped = [](double value, double most) {
    return static_cast<float>(std::round(std::clamp(value, 0.0, most)));
  };
  const Box box{clamped(std::min(a.x, b.x), width_of(picture)), clamped(std::min(a.y, b.y), height_of(picture)),
                clamped(std::max(a.x, b.x), width_of(picture)), clamped(std::max(a.y, b.y), height_of(picture))};
  if (box.x1 <= box.x0 || box.y1 <= box.y0) return std::nullopt;
  return box;
}

}  // namespace wick::views
