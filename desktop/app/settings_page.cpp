#include "pages.h"
#include "panel.h"
#include "parts.h"

namespace wick::app {

void draw_settings_page(views::App&, Window&) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  const Panel panel("settings", from, to, {.padding = {32, 32}});
  headline("Settings", 26);
}

}  // namespace wick::app
