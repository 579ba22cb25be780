#include "surfaces.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "theme.h"

namespace wick::app {

void card(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding) {
  canvas->AddRectFilled(from, to, theme().surface, px(rounding));
  canvas->AddRect(from, to, theme().line, px(rounding), px(1));
}

void shadow(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding) {
  constexpr int kRings = 14;
  const float strength = theme().dark ? 0.022F : 0.0045F;
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

void dashed_frame(ImDrawList* canvas, ImVec2 from, ImVec2 to, const DashStyle& style) {
  const ImU32 colour = style.colour ? style.colour : theme().line_field;
  canvas->PathRect(from, to, px(style.rounding), style.corners);
  const std::vector<ImVec2> path(canvas->_Path.begin(), canvas->_Path.end());
  canvas->PathClear();
  bool dash = true;
  float left = px(style.dash);  // of the dash or the gap
  for (std::size_t i = 0; i < path.size(); ++i) {
    ImVec2 at = path[i];
    const ImVec2 end = path[(i + 1) % path.size()];
    for (float length = std::hypot(end.x - at.x, end.y - at.y); length > 0;) {
      const float step = std::min(left, length);
      const ImVec2 next = at + (end - at) * (step / length);
      if (dash) canvas->AddLine(at, next, colour, px(style.thickness));
      at = next;
      length -= step;
      left -= step;
      if (left > 0) continue;
      dash = !dash;
      left = px(dash ? style.dash : style.gap);
    }
  }
}

}  // namespace wick::app
