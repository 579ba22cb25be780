#include "pages.h"
#include "panel.h"
#include "parts.h"

namespace wick::app {

void draw_bench_page(views::App&, Window&) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  const Panel panel("bench", from, to, {.padding = {32, 32}});
  headline("Bench", 26);
}

}  // namespace wick::app
