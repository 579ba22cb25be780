#include "panel.h"

#include <algorithm>

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
  ImGui::SetCursorScreenPos({from.x - half, from.y});
  ImGui::InvisibleButton(name, {2 * half, bottom - from.y});
  const bool active = ImGui::IsItemActive();
  if (active || ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (active) width = std::clamp(width + grows * ImGui::GetIO().MouseDelta.x / px(1), least, most);
  ImGui::GetWindowDrawList()->AddRectFilled(from, {from.x + std::max(1.0F, px(1)), bottom},
                                            active ? theme().line_field : theme().line);
  return ImGui::IsItemDeactivated();
}

}  // namespace wick::app
