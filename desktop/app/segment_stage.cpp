#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "panel.h"
#include "parts.h"
#include "picture_tiles.h"
#include "probe.h"
#include "segment_marks.h"
#include "segment_parts.h"
#include "theme.h"

namespace wick::app {
namespace {

using views::Place;
using views::Stage;
using views::StageButton;
using views::Tool;

constexpr double kFrame = 1.0 / 60;

ImU32 ground() { return theme().dark ? IM_COL32(0x0B, 0x0A, 0x0A, 0xFF) : IM_COL32(0xE9, 0xE6, 0xE0, 0xFF); }

/// What the stage's drawing needs to know of where it lies.
struct Sight {
  ImVec2 from, to;
  Place at(ImVec2 screen) const { return {screen.x - from.x, screen.y - from.y}; }
  ImVec2 screen(Place place) const { return from + ImVec2(static_cast<float>(place.x), static_cast<float>(place.y)); }
  Place corner() const { return {from.x, from.y}; }
};

/// What shows through where a picture is transparent: squares that keep their size on the screen.
void draw_checkers(ImDrawList* canvas, ImVec2 from, ImVec2 to) {
  const float side = std::round(px(8));
  canvas->AddRectFilled(from, to, theme().surface);
  for (float y = from.y, row = 0; y < to.y; y += side, ++row) {
    for (float x = from.x + (std::fmod(row, 2.0F) != 0 ? side : 0); x < to.x; x += 2 * side) {
      canvas->AddRectFilled({x, y}, {std::min(to.x, x + side), std::min(to.y, y + side)}, theme().line);
    }
  }
}

/// What lies under the picture, and an edge around it: both show where it is as dark or as light as the stage.
void draw_ground(ImDrawList* canvas, const views::SegmentView& view, const Sight& sight) {
  const views::Placement& placement = view.stage.placement();
  const ImageSize size = view.session.picture()->size;
  const ImVec2 from = sight.screen({placement.x, placement.y});
  const ImVec2 to =
      sight.screen(placement.to_stage({static_cast<double>(size.width), static_cast<double>(size.height)}));
  probe_part("Picture", from, to);
  const ImVec2 edge(px(1), px(1));
  canvas->AddRectFilled(from - edge, to + edge, theme().line_strong);
  if (view.session.pixels()->levels.front()->channels != 4) return;
  const ImVec2 seen_from(std::max(from.x, sight.from.x), std::max(from.y, sight.from.y));
  draw_checkers(canvas, seen_from, {std::min(to.x, sight.to.x), std::min(to.y, sight.to.y)});
}

/// GLFW reports a pinch of the X server as turns of the wheel with Ctrl, like other programs.
void take_wheel(Stage& stage, Place at) {
  constexpr double kNotch = 0.25, kPan = 60;
  const ImGuiIO& io = ImGui::GetIO();
  if (io.MouseWheel != 0) stage.zoom(std::exp(static_cast<double>(io.MouseWheel) * kNotch), at);
  if (io.MouseWheelH != 0) stage.pan({static_cast<double>(io.MouseWheelH) * kPan, 0});
}

void take_arrows(Stage& stage) {
  const ImGuiIO& io = ImGui::GetIO();
  if (!ImGui::IsWindowFocused() || io.WantTextInput || io.KeyCtrl) return;
  constexpr std::array<std::pair<ImGuiKey, std::pair<int, int>>, 4> kArrows = {{{ImGuiKey_LeftArrow, {-1, 0}},
                                                                                {ImGuiKey_RightArrow, {1, 0}},
                                                                                {ImGuiKey_UpArrow, {0, -1}},
                                                                                {ImGuiKey_DownArrow, {0, 1}}}};
  for (const auto& [key, by] : kArrows)
    if (ImGui::IsKeyPressed(key)) stage.step_pointer(by.first, by.second, io.KeyShift, io.KeyAlt);
  if (ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false))
    stage.tap_pointer(io.KeyAlt);
}

void set_cursor(const views::SegmentView& view) {
  if (view.stage.pointer_tool() == Tool::move) return ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
  if (!view.stage.pointed().empty() || view.stage.point_under() >= 0)
    return ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (!view.session.ready()) ImGui::SetMouseCursor(ImGuiMouseCursor_Progress);
}

/// The pointer on the stage, whose item was drawn last.
void take_pointer(views::SegmentView& view, const Sight& sight) {
  Stage& stage = view.stage;
  const ImGuiIO& io = ImGui::GetIO();
  const Place at = sight.at(io.MousePos);
  const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
  if (ImGui::IsItemActivated()) {
    ImGui::SetWindowFocus();
    stage.press(ImGui::IsMouseDown(ImGuiMouseButton_Middle) ? StageButton::middle : StageButton::left, at, io.KeyAlt,
                ImGui::GetTime());
  } else if (ImGui::IsItemDeactivated()) {
    stage.release(at, io.KeyAlt);
  } else if (active || hovered) {
    const bool moved = io.MouseDelta.x != 0 || io.MouseDelta.y != 0;
    const bool alt = ImGui::IsKeyPressed(ImGuiKey_LeftAlt, false) || ImGui::IsKeyReleased(ImGuiKey_LeftAlt);
    if (moved || alt) stage.move(at, io.KeyAlt);
  } else if (!stage.pointer() && (view.session.preview() || !stage.pointed().empty() || stage.point_under() >= 0)) {
    stage.leave();
  }
  if (hovered) take_wheel(stage, at);
  if (hovered || active) set_cursor(view);
}

void draw_things(ImDrawList* canvas, const views::SegmentView& view, const Sight& sight) {
  const views::OutlinePlacement at(view.stage.placement(), sight.corner());
  const views::Scene& scene = view.session.scene();
  for (const views::Thing* thing : scene.shown()) {
    const bool current = thing->id == scene.current, pointed = thing->id == view.stage.pointed();
    draw_mask(canvas, thing->mask()->outline, at, sight.from, sight.to,
              {.colour = thing_colour(thing->colour),
               .fill = pointed ? 0.55F : 0.45F,
               .halo = current || pointed ? 5.0F : 0.0F});
  }
  int colour = 0;
  for (const views::MaskPtr& mask : view.session.found()) {
    draw_mask(canvas, mask->outline, at, sight.from, sight.to,
              {.colour = thing_colour(colour++), .fill = 0.22F, .line = 1.5F});
  }
}

void draw_preview(ImDrawList* canvas, const views::SegmentView& view, const Sight& sight) {
  const views::MaskPreview* const preview = view.session.preview();
  if (!preview) return;
  const ImageSize size = view.session.picture()->size;
  views::OutlinePlacement at(view.stage.placement(), sight.corner());
  at.x_scale *= static_cast<double>(size.width) / static_cast<double>(preview->size.width);
  at.y_scale *= static_cast<double>(size.height) / static_cast<double>(preview->size.height);
  draw_mask(canvas, preview->outline, at, sight.from, sight.to,
            {.colour = thing_colour(view.stage.colour()),
             .fill = 0.3F,
             .line = 1.5F,
             .line_colour = IM_COL32(255, 255, 255, 255)});
}

void draw_prompts(ImDrawList* canvas, const views::SegmentView& view, const Sight& sight) {
  const views::Thing* const thing = view.session.scene().current_thing();
  if (!thing || thing->hidden) return;
  const auto screen = [&](double x, double y) { return sight.screen(view.stage.placement().to_stage({x, y})); };
  if (const std::optional<Box>& box = thing->box) {
    draw_frame(canvas, screen(static_cast<double>(box->x0), static_cast<double>(box->y0)),
               screen(static_cast<double>(box->x1), static_cast<double>(box->y1)));
  }
  for (std::size_t i = 0; i < thing->points.size(); ++i) {
    const views::ScenePoint& point = thing->points[i];
    const ImVec2 at = screen(point.x + 0.5, point.y + 0.5);
    draw_point(canvas, at, point.inside, view.stage.point_under() == static_cast<int>(i));
    probe_part(fmt::format("Point {}", i + 1), at - px(8, 8), at + px(8, 8));
  }
}

/// What is being drawn by the pointer now.
void draw_drawing(ImDrawList* canvas, const views::SegmentView& view, const Sight& sight, bool hovered) {
  const Stage& stage = view.stage;
  if (stage.box()) draw_frame(canvas, sight.screen(stage.box()->first), sight.screen(stage.box()->second));
  const auto width = static_cast<float>(stage.brush.size * stage.placement().scale);
  if (!stage.stroke().empty()) {
    std::vector<ImVec2> places;
    for (const Place& place : stage.stroke()) places.push_back(sight.screen(place));
    draw_stroke(canvas, places, width, stage.erasing() ? IM_COL32(255, 255, 255, 255) : thing_colour(stage.colour()));
  }
  if (hovered && stage.pointer_tool() == Tool::brush) draw_brush(canvas, ImGui::GetIO().MousePos, width);
  if (stage.pointer()) draw_cross(canvas, sight.screen(*stage.pointer()));
}

void draw_zoom_bar(Stage& stage, ImVec2 to) {
  const ImVec2 size(px(kZoomBar), px(30)), from = to - px(12, 12) - size;
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  shadow(canvas, from, from + size, 10);
  canvas->AddRectFilled(from, from + size, theme().raised, px(10));
  ImGui::SetCursorScreenPos(from + px(2, 2));
  if (icon_button("Zoom out  -##Zoom out", "minus", {.small = true})) stage.zoom(0.8);
  ImGui::SetCursorScreenPos(from + px(28, 2));
  const double scale = stage.shown_scale();
  const std::string shown = scale < 10 ? fmt::format("{:.0f} %", 100 * scale) : fmt::format("{:.0f} ×", scale);
  if (button((shown + "##Actual size").c_str(),
             {.kind = ButtonKind::quiet, .size = ButtonSize::small, .tip = "Actual size  Ctrl 0", .width = px(54)})) {
    stage.actual_size();
  }
  ImGui::SetCursorScreenPos(from + px(82, 2));
  if (icon_button("Zoom in  +##Zoom in", "plus", {.small = true})) stage.zoom(1.25);
  ImGui::SetCursorScreenPos(from + px(108, 2));
  if (icon_button("Fit  0##Fit", "fit", {.small = true})) stage.fit();
}

}  // namespace

void draw_segment_stage(views::App& app, Window& window, ImVec2 from, ImVec2 to) {
  const Panel panel("stage", from, to, {.padding = {0, 0}, .scrolls = false, .takes_arrows = true});
  views::SegmentView& view = app.segment;
  const Sight sight{from, to};
  view.stage.set_room({to.x - from.x, to.y - from.y}, px(1));
  if (view.stage.advance(static_cast<double>(ImGui::GetIO().DeltaTime))) window.again_in(kFrame);

  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, to, ground());
  ImGui::SetCursorScreenPos(from);
  ImGui::SetNextItemAllowOverlap();
  ImGui::InvisibleButton("Picture", to - from, ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonMiddle);
  const bool hovered = ImGui::IsItemHovered();
  take_pointer(view, sight);
  take_arrows(view.stage);
  if (!view.session.picture()) return;

  const views::Placement& placement = view.stage.placement();
  draw_ground(canvas, view, sight);
  if (picture_tiles().draw(canvas, *view.session.pixels(), placement, from, from, to, view.stage.shows_pixels())) {
    window.again_in(0);
  }
  draw_things(canvas, view, sight);
  draw_preview(canvas, view, sight);
  draw_drawing(canvas, view, sight, hovered);
  draw_prompts(canvas, view, sight);
  draw_segment_progress(app, from, to);
  draw_zoom_bar(view.stage, to);
}

}  // namespace wick::app
