#include "fields.h"

#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

#include "fonts.h"
#include "icons.h"
#include "item.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {

bool slider(const char* label, const std::string& value_text, float& value, float least, float most, float step) {
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, before = value;
  {
    const WithFont font(13);
    draw_text(canvas, from, t.text_2, shown(label));
    draw_text(canvas, from + ImVec2(width - size_of(value_text).x, 0), t.text, value_text);
    probe_text(value_text, from, from + ImVec2(width, px(18)));
  }
  ImGui::SetCursorScreenPos(from + ImVec2(0, px(18)));
  const Pressed state = item(label, {width, px(24)});
  const float radius = px(7.5F), left = state.box.Min.x + radius, length = width - 2 * radius;
  if (state.held && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    value = least + std::clamp((ImGui::GetIO().MousePos.x - left) / length, 0.0F, 1.0F) * (most - least);
  }
  if (ImGui::IsItemFocused()) {
    if (ImGui::IsKeyPressed(ImGuiKey_LeftArrow)) value -= step;
    if (ImGui::IsKeyPressed(ImGuiKey_RightArrow)) value += step;
  }
  value = std::clamp(least + std::round((value - least) / step) * step, least, most);
  const float x = left + (value - least) / (most - least) * length, y = state.box.GetCenter().y;
  canvas->AddRectFilled({state.box.Min.x, y - px(1.5F)}, {state.box.Max.x, y + px(1.5F)}, t.line_strong, px(2));
  canvas->AddRectFilled({state.box.Min.x, y - px(1.5F)}, {x, y + px(1.5F)}, t.text_2, px(2));
  canvas->AddCircleFilled({x, y}, radius, t.surface);
  canvas->AddCircle({x, y}, radius, state.hovered || state.held ? t.text_2 : t.line_field, 0, px(1));
  focus_ring(state.box, 7);
  return value != before;
}

bool text_field(const char* name, std::string& value, const char* hint, float width, const char* icon) {
  const WithFont font(13);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::SetNextItemWidth(width == 0 ? -1 : width);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, icon ? px(34, 8) : px(12, 8));
  ImGui::PushStyleColor(ImGuiCol_NavCursor, IM_COL32(0, 0, 0, 0));  // it has a ring of its own
  const bool changed = ImGui::InputText((std::string("##") + name).c_str(), &value);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  const ImRect box(ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  if (value.empty()) {
    ImGui::PushClipRect(box.Min, box.Max - px(4, 0), true);
    field_hint(from + (icon ? px(34, 8) : px(12, 8)), hint);
    ImGui::PopClipRect();
  }
  probe_part(name, box.Min, box.Max);
  want_letters(value);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  if (icon)
    draw_icon(canvas, icon, from + ImVec2(px(11), (box.GetHeight() - px(kSmallIcon)) / 2), px(kSmallIcon),
              theme().text_2);
  if (ImGui::IsItemActive()) canvas->AddRect(box.Min, box.Max, theme().flame_deep, px(7), px(2));
  return changed;
}

void field_hint(ImVec2 corner, const char* hint) {
  draw_text(ImGui::GetWindowDrawList(), corner + px(2, 0), theme().text_3, hint);
}

bool text_area(const char* name, std::string& value, ImVec2 size, const char* hint) {
  const WithFont font(13);
  ImGui::PushStyleColor(ImGuiCol_NavCursor, IM_COL32(0, 0, 0, 0));
  const bool changed =
      ImGui::InputTextMultiline((std::string("##") + name).c_str(), &value, size, ImGuiInputTextFlags_WordWrap);
  ImGui::PopStyleColor();
  const ImRect box(ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  if (value.empty()) field_hint(box.Min + ImGui::GetStyle().FramePadding, hint);
  probe_part(name, box.Min, box.Max);
  want_letters(value);
  if (ImGui::IsItemActive()) ImGui::GetWindowDrawList()->AddRect(box.Min, box.Max, theme().flame_deep, px(7), px(2));
  return changed;
}

/// The toolkit forgets the request where the part that has the keyboard comes after it in the same frame.
void focus_next() {
  ImGui::SetKeyboardFocusHere();
  ImGui::GetCurrentContext()->NavId = 0;
}

}  // namespace wick::app
