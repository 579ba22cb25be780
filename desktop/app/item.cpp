#include "item.h"

#include <cmath>

#include "fonts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {
namespace {

/// What the probe calls it: what stands behind "##", or all.
std::string_view name_of(const char* label) {
  const std::string_view all(label);
  const std::size_t mark = all.find("##");
  return mark == std::string_view::npos ? all : all.substr(mark + 2);
}

}  // namespace

std::string_view shown(const char* label) {
  return {label, static_cast<std::size_t>(ImGui::FindRenderedTextEnd(label) - label)};
}

ImVec2 size_of(std::string_view words) { return ImGui::CalcTextSize(words.data(), words.data() + words.size()); }

Pressed item(const char* label, ImVec2 size) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const bool pressed = ImGui::InvisibleButton(label, size, ImGuiButtonFlags_EnableNav);
  probe_part(name_of(label), from, from + size);
  return {pressed, ImGui::IsItemHovered(), ImGui::IsItemActive(), {from, from + size}};
}

void draw_text(ImDrawList* canvas, ImVec2 at, ImU32 colour, std::string_view words) {
  want_letters(words);
  canvas->AddText({std::floor(at.x), std::floor(at.y)}, colour, words.data(), words.data() + words.size());
}

void focus_ring(const ImRect& box, float rounding) {
  if (!ImGui::IsItemFocused() || !ImGui::GetIO().NavVisible) return;
  const ImVec2 out = px(3, 3);
  ImGui::GetWindowDrawList()->AddRect(box.Min - out, box.Max + out, theme().flame_deep, px(rounding + 3), px(2));
}

}  // namespace wick::app
