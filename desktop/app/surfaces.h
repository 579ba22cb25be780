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

}  // namespace wick::app
