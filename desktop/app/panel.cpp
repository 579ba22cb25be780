#include "panel.h"

#include <algorithm>

#include "probe.h"
#include "theme.h"

namespace wick::app {

Panel::Panel(const char* name, ImVec2 from, ImVec2 to, const PanelOptions& options) {
  ImGui::SetCursorScreenPos(from);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(options.padding.x, options.padding.y));
  ImGuiWindowFlags flags = ImGuiWindowFlags_None;
  if (!options.scrolls) flags |= ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse;
  if (options.takes_arrows) flags |= ImGuiWindowFlags_NoNavInputs;
  // Tab goes from panel to panel, and Escape does not choose the panel as a whole.
  constexpr ImGuiChildFlags kKind = ImGuiChildFlags_AlwaysUseWindowPadding | ImGuiChildFlags_NavFlattened;
  ImGui::BeginChild(name, to - from, kKind, flags);
  ImGui::PopStyleVar();
}

Panel::~Panel() {
  ImGui::Dummy({0, 0});  // what the cursor was moved to belongs to the region
  ImGui::EndChild();
}

bool splitter(const char* name, ImVec2 from, float bottom, float& width, float least, float most, float grows) {
  const float half = px(4);
  const ImVec2 corner(from.x - half, from.y), size(2 * half, bottom - from.y);
  ImGui::SetCursorScreenPos(corner);
  // A region of its own, above those that it parts: they would take the mouse.
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild(name, size, ImGuiChildFlags_None,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  ImGui::InvisibleButton(name, size);
  probe_part(name, corner, corner + size);
  const bool active = ImGui::IsItemActive(), ended = ImGui::IsItemDeactivated();
  const bool lit = active || ImGui::IsItemHovered();
  if (lit) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (active || ended)  // the last move may come with the release
    width = std::clamp(width + grows * ImGui::GetIO().MouseDelta.x / px(1), least, most);
  ImGui::GetWindowDrawList()->AddRectFilled(from, {from.x + std::max(1.0F, px(1)), bottom},
                                            lit ? theme().line_field : theme().line);
  ImGui::EndChild();
  return ended;
}

}  // namespace wick::app
