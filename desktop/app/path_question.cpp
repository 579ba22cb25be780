#include "path_question.h"

#include <imgui.h>

#include <algorithm>

#include "parts.h"
#include "theme.h"

namespace wick::app {

void draw_path_question(views::FileDialog& dialog) {
  const views::FileQuestion* const question = dialog.typed_question();
  if (!question) return;
  const ImGuiViewport& screen = *ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(screen.WorkPos + ImVec2(screen.WorkSize.x / 2, px(60)), ImGuiCond_Always, {0.5F, 0});
  ImGui::SetNextWindowSize({std::min(px(520), screen.WorkSize.x - px(24)), 0});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme().raised);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, px(10));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, px(1));
  ImGui::Begin("path", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_AlwaysAutoResize);
  ImGui::PopStyleVar(2);
  ImGui::PopStyleColor();
  headline(question->title, 13);
  caption("This desktop has neither zenity nor kdialog to choose a file with: type or paste its path.");
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  text_field("Path", dialog.typed,
             question->save ? "Path to save as; a file that is there is replaced" : "Path of the file");
  const bool entered = ImGui::IsItemDeactivated() && ImGui::IsKeyPressed(ImGuiKey_Enter, false);
  const bool take = button(question->save ? "Save" : "Open", {.kind = ButtonKind::primary}) || entered;
  ImGui::SameLine();
  const bool leave =
      button("Cancel##Cancel path", {.kind = ButtonKind::quiet}) || ImGui::IsKeyPressed(ImGuiKey_Escape, false);
  ImGui::End();
  if (take || leave) dialog.end_typing(take);
}

}  // namespace wick::app
