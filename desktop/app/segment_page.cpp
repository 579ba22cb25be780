#include "pages.h"
#include "panel.h"
#include "parts.h"

namespace wick::app {

void draw_segment_page(views::App&, Window&) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  const Panel panel("segment", from, to, {.padding = {32, 32}});
  headline("Segment", 26);
}

}  // namespace wick::app
