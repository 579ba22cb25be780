#pragma once
// How a picture lies on the stage.
#include <optional>

#include "core/image/boxes.h"
#include "core/image/image.h"

namespace wick::views {

/// On the stage, in pixels of the screen from its upper left corner, or in the picture.
struct Place {
  double x = 0, y = 0;
};
struct Extent {
  double width = 1, height = 1;
};

double distance(Place a, Place b);

/// Stage = picture * scale + (x, y).
struct Placement {
  double scale = 1, x = 0, y = 0;

  Place to_picture(Place at) const { return {(at.x - x) / scale, (at.y - y) / scale}; }
  Place to_stage(Place at) const { return {at.x * scale + x, at.y * scale + y}; }
};

inline constexpr double kMostScale = 32;  // pixels of the screen for one of the picture's

/// The whole picture, as large as it fits, in the middle. A small one is enlarged four times, or more where it would
/// hardly be seen then; of one that is all but a line, which would not be seen at all, the middle shows. `unit`: pixels
/// of the screen in a unit of the design.
Placement fitted(ImageSize picture, Extent stage, double unit = 1);
/// The scale at which all of it shows, whatever is seen of it then.
double whole_scale(ImageSize picture, Extent stage);
/// Larger or smaller by a factor, about a place of the stage that stays where it is.
Placement zoomed(Placement placement, double by, Place at, double least, double most = kMostScale);
/// Moved, but never out of sight.
Placement moved(Placement placement, Place by, ImageSize picture, Extent stage);

struct Pixel {
  Index x = 0, y = 0;
};
/// The pixel of a place; nothing outside the picture.
std::optional<Pixel> pixel_at(const Placement& placement, Place at, ImageSize picture);
/// The box between two places, in whole pixels, cut to the picture; nothing if it has no area.
std::optional<Box> box_between(const Placement& placement, Place from, Place to, ImageSize picture);

}  // namespace wick::views
