#pragma once
// The shapes of an icon as points.
#include <imgui.h>

#include <string_view>
#include <vector>

namespace wick::app {

/// Points that a line joins.
struct Stroke {
  std::vector<ImVec2> points;
  bool closed = false;
};

/// The lines of an SVG path's `d`: M L H V C S A Z, absolute or relative. Curves become so many pieces that none is off
/// by a hundredth of a unit. What it does not know ends it.
std::vector<Stroke> strokes_of_path(std::string_view d);

Stroke circle_stroke(ImVec2 middle, float radius);
Stroke rectangle_stroke(ImVec2 corner, ImVec2 size, float radius);

}  // namespace wick::app
