#include "words.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "fonts.h"
#include "item.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {

void text(std::string_view words, ImU32 colour, float width) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const char* const end = words.data() + words.size();
  const ImVec2 size = ImGui::CalcTextSize(words.data(), end, false, width > 0 ? width : -1);
  want_letters(words);
  ImGui::GetWindowDrawList()->AddText(ImGui::GetFont(), ImGui::GetFontSize(), {std::floor(from.x), std::floor(from.y)},
                                      colour == 0 ? theme().text : colour, words.data(), end, width);
  probe_text(words, from, from + size);
  ImGui::Dummy(size);
}

void clipped_text(std::string_view words, ImU32 colour, float width) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), at(std::floor(from.x), std::floor(from.y));
  const char* const end = words.data() + words.size();
  const ImVec2 size = ImGui::CalcTextSize(words.data(), end);
  want_letters(words);
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  ImGui::RenderTextEllipsis(ImGui::GetWindowDrawList(), at, at + ImVec2(width, size.y), at.x + width, words.data(), end,
                            &size);
  ImGui::PopStyleColor();
  probe_text(words, at, at + ImVec2(std::min(size.x, width), size.y));
  ImGui::Dummy({std::min(size.x, width), size.y});
}

void caption(std::string_view words) {
  const WithFont font(12);
  text(words, theme().text_3);
}

void hairline(float above, float below) {
  if (above > 0) ImGui::Dummy({0, px(above) - ImGui::GetStyle().ItemSpacing.y});
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::GetWindowDrawList()->AddRectFilled(from, from + ImVec2(width, std::max(1.0F, std::floor(px(1)))),
                                            theme().line);
  ImGui::Dummy({width, px(1) + std::max(0.0F, px(below) - ImGui::GetStyle().ItemSpacing.y)});
}

void headline(std::string_view words, float size) {
  const WithFont font(fonts().semibold, size);
  text(words);
}

void tip(const char* words) {
  if (!ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip | ImGuiHoveredFlags_DelayShort)) return;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(9, 6));
  ImGui::PushStyleVar(ImGuiStyleVar_PopupRounding, px(7));
  if (ImGui::BeginTooltip()) {
    {
      const WithFont font(12);
      const float widest = px(360);
      text(words, 0, ImGui::CalcTextSize(words).x > widest ? widest : 0);
    }
    ImGui::EndTooltip();
  }
  ImGui::PopStyleVar(2);
}

}  // namespace wick::app
