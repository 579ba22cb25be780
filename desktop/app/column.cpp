#include "column.h"

#include <algorithm>

#include "fonts.h"
#include "parts.h"
#include "theme.h"

namespace wick::app {

Column::Column(float width) {
  const float all = ImGui::GetContentRegionAvail().x;
  width_ = std::min(px(width), all);
  left_ = ImGui::GetCursorScreenPos().x + (all - width_) / 2;
  ImGui::SetCursorScreenPos({left_, ImGui::GetCursorScreenPos().y});
  ImGui::BeginGroup();  // so that each new line begins there
}

Column::~Column() {
  ImGui::Dummy({0, 0});  // what the cursor was moved to belongs to it
  ImGui::EndGroup();
}

Card::Card(float width, ImVec2 padding)
    : from_(ImGui::GetCursorScreenPos()), padding_(px(padding.x, padding.y)), width_(width) {
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->ChannelsSplit(2);
  canvas->ChannelsSetCurrent(1);
  ImGui::SetCursorScreenPos(from_ + padding_);
  ImGui::BeginGroup();
}

Card::~Card() {
  ImGui::EndGroup();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const ImVec2 to(from_.x + width_, ImGui::GetItemRectMax().y + padding_.y);
  canvas->ChannelsSetCurrent(0);
  card(canvas, from_, to);
  canvas->ChannelsMerge();
  ImGui::SetCursorScreenPos(from_);
  ImGui::Dummy(to - from_);
}

float Card::inner() const { return width_ - 2 * padding_.x; }

void facts_line(const std::vector<std::string>& facts, ImU32 colour, float width) {
  const WithFont font(12);
  const float left = ImGui::GetCursorScreenPos().x;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (i > 0) {
      ImGui::SameLine(0, px(12));
      const float x = ImGui::GetCursorScreenPos().x;
      if (x + ImGui::CalcTextSize(facts[i].c_str()).x > left + width) ImGui::NewLine();
    }
    text(facts[i], colour);
  }
}

void gap(float height) {
  ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + ImVec2(0, px(height) - ImGui::GetStyle().ItemSpacing.y));
}

void group_title(std::string_view title, std::string_view about) {
  {
    const WithFont font(fonts().medium, 13);
    text(title, theme().text_2);
  }
  ImGui::SameLine(0, px(8));
  const WithFont font(13);
  text(about, theme().text_3);
}

}  // namespace wick::app
