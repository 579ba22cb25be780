#pragma once
// What an outline covers on a screen.
#include <vector>

#include "core/image/outline.h"
#include "views/segment/placement.h"

namespace wick::views {

/// How an outline lies on the screen: screen = corner * scale + (x, y), another scale across than down.
struct OutlinePlacement {
  double x_scale = 1, y_scale = 1, x = 0, y = 0;

  OutlinePlacement() = default;
  explicit OutlinePlacement(const Placement& placement, Place corner = {})
      : x_scale(placement.scale), y_scale(placement.scale), x(placement.x + corner.x), y(placement.y + corner.y) {}
};

/// Of the screen, in pixels.
struct ScreenRect {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

/// The rows of pixels inside an outline (even-odd, by their middles) as rectangles without a gap, cut to `clip`; rows
/// that are alike become one.
std::vector<ScreenRect> fill_of(const std::vector<Polygon>& outline, const OutlinePlacement& at,
                                const ScreenRect& clip);

/// A ring's corners on the screen without those that lie within `least` pixels of the one before; empty where all of it
/// is outside `clip`.
std::vector<Place> line_of(const Ring& ring, const OutlinePlacement& at, const ScreenRect& clip, double least);

}  // namespace wick::views
