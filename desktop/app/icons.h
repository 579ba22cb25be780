#pragma once
// The icons of the pages, as lines: a grid of 20 units, 1.5 wide.
#include <imgui.h>

#include <vector>

#include "svg_path.h"

namespace wick::app {

/// Draws an icon of web/style/icons.svg, "copy" for its symbol i-copy, `side` pixels wide. One that is not there is a
/// square, so that it is missed.
void draw_icon(ImDrawList* canvas, const char* name, ImVec2 corner, float side, ImU32 colour);

/// The candle, 24 units wide: its flame, and all of it.
const std::vector<Stroke>& mark_flame();
void draw_mark(ImDrawList* canvas, ImVec2 corner, float side);

}  // namespace wick::app
