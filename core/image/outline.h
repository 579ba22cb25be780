#pragma once
// Masks as polygons along the edges of their pixels.
#include <string>
#include <vector>

#include "core/image/rle.h"

namespace wick {

/// A corner between pixels: (0, 0) is the picture's top left, (width, height) its bottom right.
struct Point {
  Index x = 0, y = 0;
  bool operator==(const Point&) const = default;
};
/// Corners of a closed line, the first not repeated.
using Ring = std::vector<Point>;

/// One region of a mask: pixels that touch, at a corner at least, are one.
struct Polygon {
  Ring outer;               // clockwise as one sees it
  std::vector<Ring> holes;  // counter-clockwise
};

/// The polygons of a mask, from the top left. Where a line passes a corner twice, it touches itself there. With a
/// `tolerance`, corners are left out (Douglas, Peucker 1973) as long as none was further than that many pixels from the
/// line that remains; holes that nothing is left of vanish, outer rings stay as they are then. Filled by the even-odd
/// rule, exact ones make the mask again.
std::vector<Polygon> outline(const Mask& mask, double tolerance = 0);

/// The same of run lengths, quickly and without a mask of the whole picture: from a `tolerance` of 2 on, of pixels that
/// large, so that no corner is further than it from the mask's own line, by and large. What a screen shows of a mask.
std::vector<Polygon> outline_near(const Rle& rle, double tolerance);

/// The `d` of an SVG path, for fill-rule="evenodd" and a viewBox in the picture's pixels.
std::string svg_path(const std::vector<Polygon>& polygons);

}  // namespace wick
