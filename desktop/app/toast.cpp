#include "fonts.h"
#include "pages.h"
#include "parts.h"
#include "theme.h"

namespace wick::app {

void draw_toast(views::App& app, Window& window) {
  views::Toast& toast = app.toast;
  if (!toast.shows()) return;
  window.again_in((toast.until_ms - now_ms()) / 1e3);
  const ButtonOptions undo{.size = ButtonSize::small};
  ImVec2 size = px(32, 46);
  {
    const WithFont font(13);
    size.x += ImGui::CalcTextSize(toast.words.c_str()).x;
  }
  if (toast.undo) size.x += px(12) + button_width("Undo", undo);
  const ImGuiViewport& screen = *ImGui::GetMainViewport();
  const ImVec2 from = screen.WorkPos + ImVec2((screen.WorkSize.x - size.x) / 2, screen.WorkSize.y - size.y - px(24));
  ImGui::SetNextWindowPos(from);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::Begin("toast", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->PushClipRectFullScreen();
  shadow(canvas, from, from + size, 10);
  canvas->PopClipRect();
  canvas->AddRectFilled(from, from + size, theme().raised, px(10));
  canvas->AddRect(from, from + size, theme().line, px(10), px(1));
  ImGui::SetCursorScreenPos(from + px(16, 15));
  {
    const WithFont font(13);
    text(toast.words);
  }
  if (toast.undo) {
    ImGui::SetCursorScreenPos({from.x + size.x - px(16) - button_width("Undo", undo), from.y + px(10)});
    if (button("Undo", undo)) {
      const auto back = std::move(toast.undo);
      toast = {};
      back();
    }
  }
  ImGui::End();
}

}  // namespace wick::app
