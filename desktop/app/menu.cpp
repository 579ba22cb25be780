#include "menu.h"

#include <imgui.h>

#include <string_view>

#include "fonts.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {

bool menu_item(const char* label, const char* sub, bool enabled) {
  const Theme& t = theme();
  ImGui::BeginDisabled(!enabled);
  const ImVec2 from = ImGui::GetCursorScreenPos(), size(ImGui::GetContentRegionAvail().x, px(30));
  const bool chosen = ImGui::InvisibleButton(label, size, ImGuiButtonFlags_EnableNav);
  probe_part(label, from, from + size);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  if (ImGui::IsItemHovered() || (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible)) {
    canvas->AddRectFilled(from, from + size, t.hover, px(6));
  }
  const float part = enabled ? 1.0F : 0.45F;
  const auto draw = [&](std::string_view words, float x, ImU32 colour) {
    const ImVec2 letters = ImGui::CalcTextSize(words.data(), words.data() + words.size());
    canvas->AddText({x < 0 ? from.x + size.x + x - letters.x : from.x + x, from.y + (size.y - letters.y) / 2},
                    faded(colour, part), words.data(), words.data() + words.size());
  };
  {
    const WithFont font(13);
    draw(label, px(9), t.text);
  }
  {
    const WithFont font(12);
    draw(sub, -px(9), t.text_3);
  }
  ImGui::EndDisabled();
  if (chosen) ImGui::CloseCurrentPopup();
  return chosen;
}

}  // namespace wick::app
