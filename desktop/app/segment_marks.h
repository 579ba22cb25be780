#pragma once
// What is drawn on a picture: masks, and how they were pointed at.
#include <imgui.h>

#include <vector>

#include "views/segment/mask_fill.h"
#include "views/segment/placement.h"
#include "views/segment/scene.h"

namespace wick::app {

struct MaskStyle {
  ImU32 colour = 0;
  float fill = 0.45F;  // opacity
  float line = 2;      // units wide
  ImU32 line_colour = 0;
  float halo = 0;  // units wide, white, around the line
};

/// The colour of a thing.
ImU32 thing_colour(int colour);

/// A mask by its outline, cut to [clip_from, clip_to).
void draw_mask(ImDrawList* canvas, const std::vector<Polygon>& outline, const views::OutlinePlacement& at,
               ImVec2 clip_from, ImVec2 clip_to, const MaskStyle& style);

/// A box between two of its corners.
void draw_frame(ImDrawList* canvas, ImVec2 from, ImVec2 to);
void draw_point(ImDrawList* canvas, ImVec2 at, bool inside, bool hovered);
/// Where the keyboard points.
void draw_cross(ImDrawList* canvas, ImVec2 at);
/// A stroke of the brush, so many pixels wide.
void draw_stroke(ImDrawList* canvas, const std::vector<ImVec2>& places, float width, ImU32 colour);
/// The brush itself.
void draw_brush(ImDrawList* canvas, ImVec2 at, float width);

}  // namespace wick::app
