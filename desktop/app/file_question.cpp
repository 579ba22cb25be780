#include <imgui_stdlib.h>

#include <algorithm>
#include <utility>

#include "fonts.h"
#include "menu.h"
#include "pages.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {
namespace {

constexpr float kWidth = 520, kHeight = 150, kTop = 120;

/// Draws the card's inside; returns 1 to take the path, -1 to change the mind.
int draw_card(views::FileDialog& dialog, ImVec2 from, float width) {
  const views::FileQuestion& question = *dialog.typed();
  ImGui::SetCursorScreenPos(from + px(20, 16));
  headline(question.title, 14);
  ImGui::SetCursorScreenPos(from + px(20, 44));
  if (std::exchange(dialog.wants_keys, false)) focus_next();
  text_field(question.folder ? "Path of the folder" : "Path of the file", dialog.path,
             question.folder ? "The folder’s path" : "The file’s path", width - px(40));
  const bool entered = ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false);
  const std::string problem = dialog.problem();
  ImGui::SetCursorScreenPos(from + px(20, 82));
  caption(problem.empty() && !question.patterns.empty() ? question.kind : problem);
  const bool takes = !dialog.path.empty() && (problem.empty() || problem.starts_with("The file that is there"));
  const ButtonOptions act{.kind = ButtonKind::primary, .enabled = takes}, quiet{.kind = ButtonKind::quiet};
  const char* const words = question.save     ? "Save##Take the path"
                            : question.folder ? "Choose##Take the path"
                                              : "Open##Take the path";
  float x = from.x + width - px(20) - button_width(words, act);
  ImGui::SetCursorScreenPos({x, from.y + px(104)});
  const bool pressed = button(words, act);
  x -= px(8) + button_width("Cancel", quiet);
  ImGui::SetCursorScreenPos({x, from.y + px(104)});
  const bool cancels = button("Cancel##Cancel the question", quiet);
  if (cancels || ImGui::IsKeyPressed(ImGuiKey_Escape, false)) return -1;
  return takes && (pressed || entered) ? 1 : 0;
}

}  // namespace

void draw_file_question(views::App& app) {
  if (!app.dialog.typed()) return;
  const ImGuiViewport& screen = *ImGui::GetMainViewport();
  const ImVec2 size(std::min(px(kWidth), screen.WorkSize.x - px(32)), px(kHeight));
  const ImVec2 from = screen.WorkPos + ImVec2((screen.WorkSize.x - size.x) / 2, px(kTop));
  ImGui::SetNextWindowPos(from);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::Begin("file question", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  popover_ground(ImGui::GetWindowDrawList(), from, from + size);
  const int answer = draw_card(app.dialog, from, size.x);
  ImGui::End();
  if (answer != 0) app.dialog.answer(answer > 0);
}

}  // namespace wick::app
