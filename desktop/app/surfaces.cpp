#include "surfaces.h"

#include "theme.h"

namespace wick::app {

void card(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding) {
  canvas->AddRectFilled(from, to, theme().surface, px(rounding));
  canvas->AddRect(from, to, theme().line, px(rounding), px(1));
}

void shadow(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding) {
  constexpr int kRings = 14;
  const float strength = theme().dark ? 0.035F : 0.0045F;
  for (int i = kRings; i > 0; --i) {
    const float out = px(static_cast<float>(i) * 1.6F);
    canvas->AddRectFilled(from - ImVec2(out, out - px(5)), to + ImVec2(out, out + px(5)),
                          faded(theme().dark ? IM_COL32(0, 0, 0, 0xFF) : IM_COL32(0x1D, 0x1B, 0x18, 0xFF), strength),
                          px(rounding) + out);
  }
}

void popover_ground(ImDrawList* canvas, ImVec2 from, ImVec2 to) {
  canvas->PushClipRectFullScreen();
  shadow(canvas, from, to, 10);
  canvas->AddRectFilled(from, to, theme().raised, px(10));
  canvas->AddRect(from, to, theme().line, px(10), px(1));
  canvas->PopClipRect();
}

}  // namespace wick::app
