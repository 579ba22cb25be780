#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "chat_parts.h"
#include "fonts.h"
#include "menu.h"
#include "pages.h"
#include "panel.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {
namespace {

constexpr float kHeader = 48;
constexpr float kLeast = 400;  // width of the thread

/// The panels that show: those that are wanted and have room beside the thread. The list goes first.
struct Shown {
  bool list, side;
};

Shown shown_panels(const views::Settings& s) {
  const float room = ImGui::GetMainViewport()->WorkSize.x / px(1) - kLeast;
  const bool list = s.list_shown && s.list_width <= room;
  return {list, s.side_shown && s.side_width + (list ? s.list_width : 0) <= room};
}

/// Shows a panel, in place of the other where both have no room, or hides it.
void flip_list(views::App& app) {
  views::Settings& s = app.settings;
  s.list_shown = !shown_panels(s).list;
  if (s.list_shown && !shown_panels(s).list) s.side_shown = false;
  app.keep_settings();
}

void flip_side(views::App& app) {
  views::Settings& s = app.settings;
  s.side_shown = !shown_panels(s).side;
  if (s.side_shown && !shown_panels(s).side) s.list_shown = false;
  app.keep_settings();
}

/// Closes what is open, the innermost first; stops the answer last.
void escape(views::ChatView& chat) {
  if (!chat.renamed.empty()) return chat.end_rename(false);
  if (!chat.edited_turn.empty()) return chat.cancel_edit();
  if (chat.release_token()) return;
  if (chat.selected.any()) {
    chat.selected = {};
    return;
  }
  chat.stop();
}

/// What is typed while nothing has the keys begins in the message's field, which takes them.
void type_into_field(views::ChatView& chat) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput || io.KeyCtrl || io.KeyAlt || io.KeySuper) return;
  for (const ImWchar letter : io.InputQueueCharacters) {
    if (letter < 0x20 || (letter == ' ' && chat.draft.empty())) continue;  // a space presses what the keyboard is on
    std::array<char, 5> bytes{};
    ImTextCharToUtf8(bytes.data(), letter);
    chat.draft += bytes.data();
    chat.wants_keys = true;
  }
}

void take_keys(views::App& app) {
  views::ChatView& chat = app.chat;
  const auto pressed = [](ImGuiKeyChord keys, ImGuiInputFlags over = 0) {
    return ImGui::Shortcut(keys, ImGuiInputFlags_RouteGlobal | over);
  };
  if (pressed(ImGuiMod_Ctrl | ImGuiKey_N, ImGuiInputFlags_RouteOverActive)) chat.start_new();
  if (pressed(ImGuiMod_Ctrl | ImGuiKey_B, ImGuiInputFlags_RouteOverActive)) flip_list(app);
  if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel) || app.dialog.typed()) return;
  if (pressed(ImGuiKey_Escape, ImGuiInputFlags_RouteOverActive)) escape(chat);
  type_into_field(chat);
}

/// Save, rename, delete.
void draw_menu(views::App& app, bool opens, ImVec2 corner) {
  const Menu menu("more", opens, corner, 220);
  if (!menu) return;
  const std::string id = app.chat.conversation().id;
  if (menu_item("Save as Markdown", "download", ".md")) app.export_conversation(true);
  if (menu_item("Save as JSON", "download", ".json")) app.export_conversation(false);
  if (menu_item("Open a saved one…", "file")) app.import_conversation();
  menu_line();
  if (menu_item("Rename", "edit")) app.chat.begin_rename(id);
  if (menu_item("Delete", "trash")) app.remove_conversation(id);
}

/// The title, or a field for it where the list, which has one, does not show.
void draw_title(views::App& app, ImVec2 at, float width) {
  views::ChatView& chat = app.chat;
  const WithFont font(fonts().semibold, 14);
  if (chat.renamed == chat.conversation().id && !shown_panels(app.settings).list) {
    ImGui::SetCursorScreenPos(at - px(12, 8));
    ImGui::SetNextItemWidth(std::min(width, px(420)));
    if (std::exchange(chat.name_wants_keys, false)) focus_next();
    const bool entered = ImGui::InputText("##Title", &chat.name, ImGuiInputTextFlags_EnterReturnsTrue);
    if (entered || ImGui::IsItemDeactivated()) chat.end_rename(true);
    return;
  }
  const std::string title = chat.conversation().title;
  ImGui::SetCursorScreenPos(at);
  clipped_text(title, theme().text, width);
  const bool twice = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
  if (twice && !chat.empty()) chat.begin_rename(chat.conversation().id);
}

void draw_talk(views::App& app, Window& window, ImVec2 from, ImVec2 to) {
  const Panel panel("talk", from, to, {.padding = {0, 0}, .scrolls = false});
  const float across = to.x - from.x;
  draw_chat_header(app, from, across);
  const float width = std::min(px(kComposer), across - px(48)), x = std::floor(from.x + (across - width) / 2);
  const float top = to.y - composer_height(app, width);
  {
    const Panel middle("thread", from + px(0, kHeader), {to.x, top - px(4)}, {.padding = {24, 8}});
    app.chat.empty() ? draw_chat_empty(app, window) : draw_chat_thread(app, window);
  }
  draw_composer(app, {x, to.y}, width);
}

}  // namespace

void draw_chat_header(views::App& app, ImVec2 from, float width) {
  float left = from.x + px(20), right = from.x + width - px(52);
  ImGui::PushID("header");
  if (!shown_panels(app.settings).list) {
    ImGui::SetCursorScreenPos(from + px(12, 8));
    if (icon_button("Conversations (Ctrl B)##Show conversations", "panel")) flip_list(app);
    left = from.x + px(52);
  }
  ImGui::SetCursorScreenPos({right, from.y + px(8)});
  if (icon_button("Settings of the chat##Chat settings", "sliders")) flip_side(app);
  if (!app.chat.empty()) {
    right -= px(36);
    ImGui::SetCursorScreenPos({right, from.y + px(8)});
    const bool opens = icon_button("Save, rename, delete##Conversation menu", "download");
    draw_menu(app, opens, {right - px(188), from.y + px(44)});
  }
  draw_title(app, {left, from.y + px(15)}, right - left - px(8));
  ImGui::PopID();
}

void draw_chat_page(views::App& app, Window& window) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  views::Settings& s = app.settings;
  take_keys(app);
  const bool idle = app.models.state(Task::chat).kind == views::ModelState::Kind::none;
  if (idle && !app.chat.draft.empty()) app.can_answer();  // the model loads while the message is written
  const auto [list, side] = shown_panels(s);
  const float left = list ? from.x + px(s.list_width) : from.x, right = side ? to.x - px(s.side_width) : to.x;
  if (list) {
    const Panel panel("list", from, {left, to.y}, {.padding = {12, 12}, .scrolls = false});
    draw_chat_list(app);
  }
  draw_talk(app, window, {left, from.y}, {right, to.y});
  if (side) {
    const Panel panel("side", {right, from.y}, to);
    draw_chat_settings(app);
  }
  bool moved = false;
  if (list) moved |= splitter("list width", {left, from.y}, to.y, s.list_width, 180, 420, 1);
  if (side) moved |= splitter("side width", {right, from.y}, to.y, s.side_width, 260, 480, -1);
  if (moved) app.keep_settings();
}

}  // namespace wick::app
