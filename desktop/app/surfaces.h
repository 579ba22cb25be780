#pragma once
// The grounds that things lie on.
#include <imgui.h>

namespace wick::app {

/// A card's ground from one corner to the other, in pixels; its rounding in units of the design.
void card(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding = 10);
/// What falls below something that floats.
void shadow(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding);
/// The ground of what floats: shadow, surface and edge.
void popover_ground(ImDrawList* canvas, ImVec2 from, ImVec2 to);

struct DashStyle {
  float rounding = 10, dash = 4, gap = 3, thickness = 1;  // in units of the design
  ImU32 colour = 0;                                       // 0: that of places to drop files
  ImDrawFlags corners = ImDrawFlags_RoundCornersAll;
};
/// A dashed line around a place.
void dashed_frame(ImDrawList* canvas, ImVec2 from, ImVec2 to, const DashStyle& style = {});

}  // namespace wick::app
