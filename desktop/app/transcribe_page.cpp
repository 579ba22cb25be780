#include "pages.h"
#include "panel.h"
#include "parts.h"

namespace wick::app {

void draw_transcribe_page(views::App&, Window&) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  const Panel panel("transcribe", from, to, {.padding = {32, 32}});
  headline("Transcribe", 26);
}

}  // namespace wick::app
