#include "pages.h"
#include "panel.h"
#include "parts.h"

namespace wick::app {

void draw_models_page(views::App&, Window&) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  const Panel panel("models", from, to, {.padding = {32, 32}});
  headline("Models", 26);
}

}  // namespace wick::app
