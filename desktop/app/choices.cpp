#include "choices.h"

#include "fonts.h"
#include "icons.h"
#include "item.h"
#include "probe.h"
#include "surfaces.h"
#include "theme.h"

namespace wick::app {

bool tab(const char* label, bool current) {
  const WithFont font(current ? fonts().medium : fonts().regular, 13);
  const ImVec2 letters = size_of(shown(label)), size(letters.x + px(20), px(30));
  const Pressed state = item(label, size);
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(state.box.Min, state.box.Max, current ? t.press : state.hovered ? t.hover : 0, px(7));
  draw_text(canvas, state.box.Min + (size - letters) / 2, current || state.hovered ? t.text : t.text_2, shown(label));
  focus_ring(state.box, 7);
  return state.pressed;
}

int segmented(const char* name, std::span<const char* const> labels, int current, float width) {
  const Theme& t = theme();
  if (width == 0) width = ImGui::GetContentRegionAvail().x;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float part = width / static_cast<float>(labels.size());
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, from + ImVec2(width, px(30)), t.sunken, px(7));
  canvas->AddRect(from, from + ImVec2(width, px(30)), t.line, px(7), px(1));
  ImGui::PushID(name);
  for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
    const bool chosen = i == current;
    ImGui::SetCursorScreenPos(from + ImVec2(part * static_cast<float>(i), 0));
    const Pressed state = item(labels[static_cast<std::size_t>(i)], {part, px(30)});
    if (chosen) {
      canvas->AddRectFilled(state.box.Min + px(1, 1), state.box.Max - px(1, 1), t.surface, px(6));
      canvas->AddRect(state.box.Min, state.box.Max, t.line_strong, px(7), px(1));
    }
    const WithFont font(chosen ? fonts().medium : fonts().regular, 13);
    const std::string_view words = shown(labels[static_cast<std::size_t>(i)]);
    draw_text(canvas, state.box.Min + (state.box.GetSize() - size_of(words)) / 2,
              chosen || state.hovered ? t.text : t.text_2, words);
    focus_ring(state.box, 7);
    if (state.pressed) current = i;
  }
  ImGui::PopID();
  return current;
}

bool chip(const char* label, bool current, const char* icon) {
  const WithFont font(fonts().medium, 12);
  const ImVec2 letters = size_of(shown(label));
  const float lead = icon ? px(kSmallIcon + 5) : 0;
  const ImVec2 size(letters.x + lead + px(22), px(26));
  const Pressed state = item(label, size);
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(state.box.Min, state.box.Max, current ? t.press : state.hovered ? t.hover : 0, size.y / 2);
  if (!current) canvas->AddRect(state.box.Min, state.box.Max, t.line_strong, size.y / 2, px(1));
  const ImU32 colour = current || state.hovered ? t.text : t.text_2;
  if (icon)
    draw_icon(canvas, icon, state.box.Min + ImVec2(px(10), (size.y - px(kSmallIcon)) / 2), px(kSmallIcon), colour);
  draw_text(canvas, state.box.Min + ImVec2(px(11) + lead, (size.y - letters.y) / 2), colour, shown(label));
  focus_ring(state.box, 13);
  return state.pressed;
}

bool toggle(const char* label, bool& value, float width) {
  if (width == 0) width = ImGui::GetContentRegionAvail().x;
  const Pressed state = item(label, {width, px(28)});
  if (state.pressed) value = !value;
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const ImVec2 track = px(30, 18), from(state.box.Max.x - track.x, state.box.Min.y + (px(28) - track.y) / 2);
  canvas->AddRectFilled(from, from + track, value ? t.ink : t.line_strong, track.y / 2);
  canvas->AddCircleFilled(from + ImVec2(value ? track.x - track.y / 2 : track.y / 2, track.y / 2), px(7), t.surface);
  const WithFont font(13);
  draw_text(canvas, state.box.Min + ImVec2(0, (px(28) - size_of(shown(label)).y) / 2), t.text, shown(label));
  focus_ring(state.box, 7);
  return state.pressed;
}

bool select(const char* name, std::span<const std::string> labels, int& current, float width) {
  const WithFont font(13);
  const Theme& t = theme();
  if (width == 0) width = ImGui::GetContentRegionAvail().x;
  const Pressed state = item(name, {width, px(32)});
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(state.box.Min, state.box.Max, t.surface, px(7));
  canvas->AddRect(state.box.Min, state.box.Max, state.hovered ? t.line_field : t.line_strong, px(7), px(1));
  const std::string_view value =
      current >= 0 ? std::string_view(labels[static_cast<std::size_t>(current)]) : std::string_view();
  canvas->PushClipRect(state.box.Min, state.box.Max - px(32, 0), true);
  draw_text(canvas, state.box.Min + ImVec2(px(11), (px(32) - size_of("x").y) / 2), t.text, value);
  canvas->PopClipRect();
  probe_text(value, state.box.Min, state.box.Max);
  draw_icon(canvas, "down", state.box.Max - px(25, 24), px(kSmallIcon), t.text_2);
  focus_ring(state.box, 7);
  ImGui::PushID(name);
  if (state.pressed) ImGui::OpenPopup("choices");
  ImGui::SetNextWindowPos({state.box.Min.x, state.box.Max.y + px(4)});
  ImGui::SetNextWindowSizeConstraints({width, 0}, {width, px(340)});
  bool changed = false;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(5, 5));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(0, 1));
  if (ImGui::BeginPopup("choices")) {
    popover_ground(ImGui::GetWindowDrawList(), ImGui::GetWindowPos(), ImGui::GetWindowPos() + ImGui::GetWindowSize());
    for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
      const std::string& label = labels[static_cast<std::size_t>(i)];
      const Pressed row = item(label.c_str(), {ImGui::GetContentRegionAvail().x, px(30)});
      if (i == current) ImGui::SetItemDefaultFocus();
      const bool lit = row.hovered || (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible);
      ImDrawList* popup = ImGui::GetWindowDrawList();
      if (lit || i == current) popup->AddRectFilled(row.box.Min, row.box.Max, lit ? t.press : t.hover, px(6));
      draw_text(popup, row.box.Min + ImVec2(px(8), (px(30) - size_of(label).y) / 2), t.text, shown(label.c_str()));
      if (!row.pressed) continue;
      changed = i != current;
      current = i;
      ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
  ImGui::PopID();
  return changed;
}

}  // namespace wick::app
