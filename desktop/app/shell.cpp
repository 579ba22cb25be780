#include <imgui_internal.h>

#include <algorithm>
#include <array>

#include "fonts.h"
#include "icons.h"
#include "pages.h"
#include "parts.h"
#include "theme.h"

namespace wick::app {
namespace {

using views::Page;

constexpr float kBar = 48;
constexpr std::array<std::pair<const char*, Page>, 5> kTabs = {{{"Chat", Page::chat},
                                                                {"Transcribe", Page::transcribe},
                                                                {"Segment", Page::segment},
                                                                {"Models", Page::models},
                                                                {"Bench", Page::bench}}};

void go_to(views::App& app, Page page) {
  if (app.settings.page == page) return;
  app.settings.page = page;
  if (page == Page::chat) app.chat.wants_keys = true;
  app.keep_settings();
}

/// The next size of all that is drawn, larger or smaller.
void change_scale(views::App& app, Window& window, bool larger) {
  constexpr std::array<float, 8> kScales = {0.75F, 1, 1.25F, 1.5F, 1.75F, 2, 2.5F, 3};
  const float now = app.settings.scale > 0 ? app.settings.scale : window.scale();
  const auto after = std::ranges::find_if(kScales, [&](float scale) { return scale > now + 0.01F; });
  const auto before = std::find_if(kScales.rbegin(), kScales.rend(), [&](float scale) { return scale < now - 0.01F; });
  if (larger && after != kScales.end()) app.settings.scale = *after;
  if (!larger && before != kScales.rend()) app.settings.scale = *before;
}

void take_scale_keys(views::App& app, Window& window) {
  const auto pressed = [](ImGuiKey key) { return ImGui::Shortcut(ImGuiMod_Ctrl | key, ImGuiInputFlags_RouteGlobal); };
  const float before = app.settings.scale;
  if (pressed(ImGuiKey_Equal) || pressed(ImGuiKey_KeypadAdd)) change_scale(app, window, true);
  if (ImGui::Shortcut(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Equal, ImGuiInputFlags_RouteGlobal))
    change_scale(app, window, true);
  if (pressed(ImGuiKey_Minus) || pressed(ImGuiKey_KeypadSubtract)) change_scale(app, window, false);
  if (pressed(ImGuiKey_0)) app.settings.scale = 0;
  if (app.settings.scale == before) return;
  window.set_scale(app.settings.scale);
  app.keep_settings();
}

/// Ctrl and a number opens a page, Ctrl and a comma the settings; Ctrl and Q ends the program.
void take_keys(views::App& app, Window& window) {
  for (std::size_t i = 0; i < kTabs.size(); ++i) {
    if (ImGui::Shortcut(ImGuiMod_Ctrl | static_cast<ImGuiKey>(ImGuiKey_1 + static_cast<int>(i)),
                        ImGuiInputFlags_RouteGlobal)) {
      go_to(app, kTabs[i].second);
    }
  }
  if (ImGui::Shortcut(ImGuiMod_Ctrl | ImGuiKey_Comma, ImGuiInputFlags_RouteGlobal)) go_to(app, Page::settings);
  if (ImGui::Shortcut(ImGuiMod_Ctrl | ImGuiKey_Q, ImGuiInputFlags_RouteGlobal)) window.close();
  take_scale_keys(app, window);
}

void draw_brand() {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  draw_mark(ImGui::GetWindowDrawList(), from + px(0, 4), px(22));
  const WithFont font(fonts().semibold, 15);
  ImGui::SetCursorScreenPos(from + px(28, 6));
  text("Wick");
}

/// The next theme: the one that the window does not show, then the system's again.
views::ThemeChoice next_theme(views::ThemeChoice choice) {
  switch (choice) {
    case views::ThemeChoice::system:
      return theme().dark ? views::ThemeChoice::light : views::ThemeChoice::dark;
    case views::ThemeChoice::light:
      return views::ThemeChoice::dark;
    case views::ThemeChoice::dark:
      break;
  }
  return views::ThemeChoice::light;
}

/// At the right end of the bar; in words only where there is room for them after `left`.
void draw_status(views::App& app, Window& window, ImVec2 bar, float width, float left) {
  const std::string words = app.status();
  float x = bar.x + width - px(16 + 32 + 4 + 32);
  ImGui::SetCursorScreenPos({x, bar.y + px(8)});
  if (icon_button("Settings", "sliders", {.lit = app.settings.page == Page::settings})) go_to(app, Page::settings);
  ImGui::SetCursorScreenPos({x + px(36), bar.y + px(8)});
  if (icon_button("Light or dark", "theme")) {
    app.settings.theme = next_theme(app.settings.theme);
    window.set_theme(app.settings.theme);
    app.keep_settings();
  }
  const WithFont font(12);
  x -= px(12);
  const float wide = ImGui::CalcTextSize(words.c_str()).x;
  if (x - wide - px(16) > left) {
    x -= wide;
    ImGui::SetCursorScreenPos({x, bar.y + px(17)});
    text(words, theme().text_2);
  }
  ImGui::SetCursorScreenPos({x - px(16), bar.y + px(15)});
  status_dot(app.working());
}

void draw_bar(views::App& app, Window& window, float width) {
  const ImVec2 bar = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos(bar + px(16, 9));
  draw_brand();
  ImVec2 at = bar + px(104, 9);
  for (const auto& [label, page] : kTabs) {
    ImGui::SetCursorScreenPos(at);
    if (tab(label, app.settings.page == page)) go_to(app, page);
    at.x = ImGui::GetItemRectMax().x + px(2);
  }
  draw_status(app, window, bar, width, at.x);
  ImGui::GetWindowDrawList()->AddRectFilled(bar + ImVec2(0, px(kBar) - px(1)), bar + ImVec2(width, px(kBar)),
                                            theme().line);
}

/// Why a file that was dropped or opened was not taken, above whatever page shows; returns where the page begins.
ImVec2 draw_file_problem(views::App& app, ImVec2 from, float width) {
  const std::string problem = app.file_problem();
  if (problem.empty()) return from;
  ImGui::SetCursorScreenPos(from + px(16, 12));
  note(NoteKind::bad, problem, width - px(32 + 34));
  const float bottom = ImGui::GetItemRectMax().y;
  ImGui::SetCursorScreenPos(from + ImVec2(width - px(16 + 26), px(17)));
  if (icon_button("Dismiss", "x", {.small = true})) app.dismiss_file_problem();
  return {from.x, bottom + px(4)};
}

void draw_page(views::App& app, Window& window) {
  switch (app.settings.page) {
    case Page::chat:
      return draw_chat_page(app, window);
    case Page::transcribe:
      return draw_transcribe_page(app, window);
    case Page::segment:
      return draw_segment_page(app, window);
    case Page::models:
      return draw_models_page(app, window);
    case Page::bench:
      return draw_bench_page(app, window);
    case Page::settings:
      return draw_settings_page(app, window);
  }
}

/// Where what the keyboard had reached is gone, as with the page that it was on, Tab begins anew: the toolkit would
/// wait for that to be passed.
void forget_lost_focus() {
  const ImGuiContext& context = *ImGui::GetCurrentContext();
  if (context.ActiveId == 0 && (context.NavId == 0 || !context.NavIdIsAlive)) ImGui::SetNavCursorVisible(false);
}

}  // namespace

void draw_shell(views::App& app, Window& window) {
  const ImGuiViewport& screen = *ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(screen.WorkPos);
  ImGui::SetNextWindowSize(screen.WorkSize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::Begin("Wick", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
  take_keys(app, window);
  if (const std::vector<std::string> dropped = window.take_dropped(); !dropped.empty()) app.open_files(dropped);
  draw_bar(app, window, screen.WorkSize.x);
  ImGui::SetCursorScreenPos(draw_file_problem(app, screen.WorkPos + ImVec2(0, px(kBar)), screen.WorkSize.x));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(8, 8));
  draw_page(app, window);
  ImGui::PopStyleVar();
  ImGui::End();
  draw_file_question(app);
  draw_toast(app, window);
  forget_lost_focus();
}

}  // namespace wick::app
