#include "menu.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "fonts.h"
#include "icons.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {

Menu::Menu(const char* name, bool opens, ImVec2 corner, float width, bool above) {
  if (opens) ImGui::OpenPopup(name);
  ImGui::SetNextWindowPos(corner, ImGuiCond_Always, {0, above ? 1.0F : 0.0F});
  const float room = above ? corner.y : ImGui::GetIO().DisplaySize.y - corner.y;  // beyond which it scrolls
  ImGui::SetNextWindowSizeConstraints({px(width), 0}, {px(width), std::max(room - px(8), px(96))});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(5, 5));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(0, 1));
  open_ = ImGui::BeginPopup(name);
  if (!open_) return;
  const ImVec2 from = ImGui::GetWindowPos();
  popover_ground(ImGui::GetWindowDrawList(), from, from + ImGui::GetWindowSize());
}

Menu::~Menu() {
  if (open_) ImGui::EndPopup();
  ImGui::PopStyleVar(2);
}

bool menu_item(const char* label, const char* icon, std::string_view facts, bool enabled) {
  const Theme& t = theme();
  const ImVec2 from = ImGui::GetCursorScreenPos(), size(ImGui::GetContentRegionAvail().x, px(30));
  ImGui::BeginDisabled(!enabled);
  const bool pressed = ImGui::InvisibleButton(label, size, ImGuiButtonFlags_EnableNav);
  const bool lit = enabled && (ImGui::IsItemHovered() || ImGui::IsItemFocused());
  ImGui::EndDisabled();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  if (lit) canvas->AddRectFilled(from, from + size, t.press, px(6));
  const float part = enabled ? 1.0F : 0.45F;
  const char* const end = ImGui::FindRenderedTextEnd(label);
  float x = from.x + px(9);
  if (icon) {
    draw_icon(canvas, icon, {x, from.y + px(7.5F)}, px(15), faded(t.text_2, part));
    x += px(24);
  }
  float right = from.x + size.x - px(9);
  if (!facts.empty()) {
    const WithFont font(12);
    const ImVec2 letters = ImGui::CalcTextSize(facts.data(), facts.data() + facts.size());
    right -= letters.x;
    canvas->AddText({std::floor(right), std::floor(from.y + (size.y - letters.y) / 2)}, faded(t.text_3, part),
                    facts.data(), facts.data() + facts.size());
    right -= px(10);
  }
  const WithFont font(13);
  const ImVec2 letters = ImGui::CalcTextSize(label, end);
  want_letters({label, end});
  canvas->PushClipRect(from, {right, from.y + size.y}, true);
  canvas->AddText({std::floor(x), std::floor(from.y + (size.y - letters.y) / 2)}, faded(t.text, part), label, end);
  canvas->PopClipRect();
  probe_part({label, end}, from, from + size);
  if (pressed) ImGui::CloseCurrentPopup();
  return pressed;
}

void menu_line() {
  ImGui::Dummy({0, px(3)});
  const ImVec2 from = ImGui::GetCursorScreenPos() - px(5, 0);
  const float width = ImGui::GetWindowSize().x;
  ImGui::GetWindowDrawList()->AddRectFilled(from, from + ImVec2(width, std::max(1.0F, std::floor(px(1)))),
                                            theme().line);
  ImGui::Dummy({0, px(4)});
}

}  // namespace wick::app
