#include "key_cap.h"

#include "fonts.h"
#include "item.h"
#include "theme.h"

namespace wick::app {

float key_width(const char* keys) {
  if (!keys) return 0;
  const WithFont font(fonts().mono, 11);
  return size_of(keys).x + px(12);
}

void draw_keys(ImDrawList* canvas, ImVec2 at, float height, const char* keys, ImU32 colour) {
  const WithFont font(fonts().mono, 11);
  const ImVec2 size(key_width(keys), px(18)), from(at.x, at.y + (height - size.y) / 2);
  canvas->AddRect(from, from + size, faded(colour, 0.35F), px(4), px(1));
  draw_text(canvas, from + (size - size_of(keys)) / 2, colour, keys);
}

void key_cap(const char* keys) {
  const WithFont font(fonts().mono, 11);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = key_width(keys);
  draw_keys(ImGui::GetWindowDrawList(), from, px(18), keys, theme().text_2);
  ImGui::Dummy({width, px(18)});
}

}  // namespace wick::app
