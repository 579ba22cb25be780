#include "segment_marks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "surfaces.h"
#include "theme.h"
#include "views/segment/export.h"

namespace wick::app {
namespace {

constexpr ImU32 kWhite = IM_COL32(255, 255, 255, 255), kShade = IM_COL32(0, 0, 0, 0x99);
constexpr ImU32 kInside = IM_COL32(0x1C, 0x7A, 0x3E, 0xFF), kOutside = IM_COL32(0xB0, 0x28, 0x1F, 0xFF);
constexpr double kLeastStep = 0.6;  // pixels between the corners of a line

void draw_rects(ImDrawList* canvas, const std::vector<views::ScreenRect>& rects, ImU32 colour) {
  constexpr std::size_t kAtOnce = 4096;
  for (std::size_t first = 0; first < rects.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, rects.size() - first);
    canvas->PrimReserve(static_cast<int>(6 * count), static_cast<int>(4 * count));
    for (std::size_t i = first; i < first + count; ++i) {
      canvas->PrimRect({rects[i].x0, rects[i].y0}, {rects[i].x1, rects[i].y1}, colour);
    }
  }
}

using Lines = std::vector<std::vector<ImVec2>>;

Lines lines_of(const std::vector<Polygon>& outline, const views::OutlinePlacement& at, const views::ScreenRect& clip) {
  Lines lines;
  const auto add = [&](const Ring& ring) {
    std::vector<ImVec2> line;
    for (const views::Place& place : views::line_of(ring, at, clip, kLeastStep)) {
      line.emplace_back(static_cast<float>(place.x), static_cast<float>(place.y));
    }
    if (line.size() > 1) lines.push_back(std::move(line));
  };
  for (const Polygon& polygon : outline) {
    add(polygon.outer);
    for (const Ring& hole : polygon.holes) add(hole);
  }
  return lines;
}

void draw_lines(ImDrawList* canvas, const Lines& lines, ImU32 colour, float width) {
  for (const std::vector<ImVec2>& line : lines) {
    canvas->AddPolyline(line.data(), static_cast<int>(line.size()), colour, width, ImDrawFlags_Closed);
  }
}

/// The round end of a line that comes from `before`.
void draw_cap(ImDrawList* canvas, ImVec2 end, ImVec2 before, float width, ImU32 colour) {
  const float angle = std::atan2(end.y - before.y, end.x - before.x), quarter = std::numbers::pi_v<float> / 2;
  canvas->PathArcTo(end, width / 2, angle - quarter, angle + quarter);
  canvas->PathFillConvex(colour);
}

}  // namespace

ImU32 thing_colour(int colour) {
  const Colour c = views::thing_colour(colour);
  return IM_COL32(c[0], c[1], c[2], 255);
}

void draw_mask(ImDrawList* canvas, const std::vector<Polygon>& outline, const views::OutlinePlacement& at,
               ImVec2 clip_from, ImVec2 clip_to, const MaskStyle& style) {
  const views::ScreenRect clip{clip_from.x, clip_from.y, clip_to.x, clip_to.y};
  const Lines lines = lines_of(outline, at, clip);
  canvas->PushClipRect(clip_from, clip_to, true);
  if (style.halo > 0) draw_lines(canvas, lines, kWhite, px(style.halo));
  draw_rects(canvas, views::fill_of(outline, at, clip), faded(style.colour, style.fill));
  draw_lines(canvas, lines, style.line_colour ? style.line_colour : style.colour, px(style.line));
  canvas->PopClipRect();
}

void draw_frame(ImDrawList* canvas, ImVec2 from, ImVec2 to) {
  const ImVec2 a(std::min(from.x, to.x), std::min(from.y, to.y)), b(std::max(from.x, to.x), std::max(from.y, to.y));
  canvas->AddRect(a, b, kShade, px(2), px(1.5F));
  dashed_frame(canvas, a, b, {.rounding = 0, .dash = 5, .gap = 4, .thickness = 1.5F, .colour = kWhite});
}

void draw_point(ImDrawList* canvas, ImVec2 at, bool inside, bool hovered) {
  canvas->AddCircleFilled(at, px(hovered ? 8.8F : 8), kWhite);
  canvas->AddCircleFilled(at, px(hovered ? 5.2F : 6), inside ? kInside : kOutside);
  const float arm = px(3.2F), width = px(1.8F);
  canvas->AddLine(at - ImVec2(arm, 0), at + ImVec2(arm, 0), kWhite, width);
  if (inside) canvas->AddLine(at - ImVec2(0, arm), at + ImVec2(0, arm), kWhite, width);
}

void draw_cross(ImDrawList* canvas, ImVec2 at) {
  const auto arms = [&](ImU32 colour, float width) {
    for (const ImVec2 way : {ImVec2(1, 0), ImVec2(-1, 0), ImVec2(0, 1), ImVec2(0, -1)}) {
      canvas->AddLine(at + way * px(4), at + way * px(11), colour, px(width));
    }
  };
  arms(kWhite, 4);
  arms(IM_COL32(0x1D, 0x1B, 0x18, 0xFF), 1.5F);
}

void draw_stroke(ImDrawList* canvas, const std::vector<ImVec2>& places, float width, ImU32 colour) {
  const ImU32 ink = faded(colour, 0.55F);
  if (places.size() < 2) {
    if (!places.empty()) canvas->AddCircleFilled(places.front(), width / 2, ink);
    return;
  }
  canvas->AddPolyline(places.data(), static_cast<int>(places.size()), ink, width);
  draw_cap(canvas, places[0], places[1], width, ink);
  draw_cap(canvas, places.back(), places[places.size() - 2], width, ink);
}

void draw_brush(ImDrawList* canvas, ImVec2 at, float width) {
  canvas->AddCircle(at, width / 2 + px(1), kShade, 0, px(1.5F));
  canvas->AddCircle(at, width / 2, kWhite, 0, px(1.5F));
}

}  // namespace wick::app
