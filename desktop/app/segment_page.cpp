#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <utility>

#include "pages.h"
#include "panel.h"
#include "parts.h"
#include "picture_tiles.h"
#include "segment_parts.h"
#include "theme.h"

namespace wick::app {
namespace {

using views::Tool;

constexpr float kBar = 44, kTools = 52;

bool pressed(ImGuiKey key, bool repeats = false) { return ImGui::IsKeyPressed(key, repeats); }

void take_tool_keys(views::Stage& stage) {
  constexpr std::array<std::pair<ImGuiKey, Tool>, 6> kKeys = {{{ImGuiKey_V, Tool::select},
                                                               {ImGuiKey_P, Tool::point},
                                                               {ImGuiKey_X, Tool::exclude},
                                                               {ImGuiKey_B, Tool::box},
                                                               {ImGuiKey_R, Tool::brush},
                                                               {ImGuiKey_H, Tool::move}}};
  for (const auto& [key, tool] : kKeys)
    if (pressed(key)) stage.tool = tool;
}

void take_plain_keys(views::SegmentView& view) {
  take_tool_keys(view.stage);
  if (pressed(ImGuiKey_E)) view.session.everything();
  if (pressed(ImGuiKey_N)) view.session.new_thing();
  for (int i = 0; i < 3; ++i)
    if (pressed(static_cast<ImGuiKey>(ImGuiKey_1 + i))) view.session.choose(i);
  if (pressed(ImGuiKey_LeftBracket, true)) view.resize_brush(0.8);
  if (pressed(ImGuiKey_RightBracket, true)) view.resize_brush(1.25);
  if (pressed(ImGuiKey_Period, true)) view.step_thing(1);
  if (pressed(ImGuiKey_Comma, true)) view.step_thing(-1);
  if (pressed(ImGuiKey_Equal, true) || pressed(ImGuiKey_KeypadAdd, true)) view.stage.zoom(1.25);
  if (pressed(ImGuiKey_Minus, true) || pressed(ImGuiKey_KeypadSubtract, true)) view.stage.zoom(0.8);
  if (pressed(ImGuiKey_0)) view.stage.fit();
  if (pressed(ImGuiKey_Delete) || pressed(ImGuiKey_Backspace)) view.remove_current();
  if (pressed(ImGuiKey_Escape)) view.escape();
}

void take_control_keys(views::App& app) {
  views::SegmentView& view = app.segment;
  const bool shift = ImGui::GetIO().KeyShift;
  if (pressed(ImGuiKey_V)) {
    const char* const text = ImGui::GetClipboardText();
    view.session.paste(text ? text : "");
  }
  if (pressed(ImGuiKey_O)) choose_picture(app);
  if (!view.session.picture()) return;
  if (pressed(ImGuiKey_C)) view.session.copy_picture(views::ExportFormat::cutout);
  if (pressed(ImGuiKey_Z, true)) shift ? view.session.redo() : view.session.undo();
  if (pressed(ImGuiKey_Y, true)) view.session.redo();
  if (pressed(ImGuiKey_Equal, true) || pressed(ImGuiKey_KeypadAdd, true)) view.stage.zoom(1.25);
  if (pressed(ImGuiKey_Minus, true) || pressed(ImGuiKey_KeypadSubtract, true)) view.stage.zoom(0.8);
  if (pressed(ImGuiKey_0)) view.stage.actual_size();
}

/// Whether keys are the page's: no field takes them, and no menu, which Escape closes before this frame.
bool keys_are_free() {
  bool* const menu_before = ImGui::GetStateStorage()->GetBoolRef(ImGui::GetID("menu before"));
  const bool menu_now = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  return !ImGui::GetIO().WantTextInput && !std::exchange(*menu_before, menu_now) && !menu_now;
}

/// A button that was clicked would take Space and Enter from the picture: only the keyboard's own way to it lets it.
void release_clicked_part() {
  ImGuiContext& context = *ImGui::GetCurrentContext();
  if (!context.NavCursorVisible && context.ActiveId == 0) context.NavId = 0;
}

void take_keys(views::App& app) {
  const ImGuiIO& io = ImGui::GetIO();
  views::SegmentView& view = app.segment;
  const bool free = keys_are_free();
  view.stage.held = free && ImGui::IsKeyDown(ImGuiKey_Space) && view.session.picture();
  if (!free) return;
  release_clicked_part();
  if (io.KeyCtrl) return take_control_keys(app);
  if (pressed(ImGuiKey_Escape) && !view.session.opening().empty()) return view.session.cancel_open();
  if (!io.KeyAlt && view.session.picture()) take_plain_keys(view);
}

}  // namespace

void choose_picture(views::App& app) {
  app.dialog.ask({.title = "Choose a picture",
                  .name = {},
                  .kind = "Pictures",
                  .patterns = {"*.jpg", "*.jpeg", "*.png", "*.webp", "*.gif", "*.bmp"}},
                 [&app](const std::string& path) { app.segment.session.open_file(path); });
}

void draw_segment_page(views::App& app, Window& window) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  app.segment.enter();
  take_keys(app);
  if (!app.segment.session.picture()) {
    draw_segment_empty(app, window, from, to);
  } else {
    views::Settings& s = app.settings;
    const float top = from.y + px(kBar), left = from.x + px(kTools), right = to.x - px(s.side_width);
    draw_segment_bar(app, from, {to.x, top});
    draw_segment_tools(app, {from.x, top}, {left, to.y});
    draw_segment_stage(app, window, {left, top}, {right, to.y});
    draw_segment_panel(app, window, {right, top}, to);
    if (splitter("side width", {right, top}, to.y, s.side_width, 260, 480, -1)) app.keep_settings();
  }
  picture_tiles().end_frame();
}

}  // namespace wick::app
