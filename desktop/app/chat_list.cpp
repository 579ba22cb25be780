#include <fmt/format.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "chat_parts.h"
#include "core/clock.h"
#include "fonts.h"
#include "icons.h"
#include "menu.h"
#include "panel.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {
namespace {

using views::ConversationHead;

/// The field for a conversation's name, in place of its title; true once it is given.
bool draw_name_field(views::ChatView& chat, ImVec2 from, ImVec2 size) {
  const WithFont font(13);
  ImGui::SetCursorScreenPos(from);
  ImGui::SetNextItemWidth(size.x);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(px(8), (size.y - ImGui::GetFontSize()) / 2));
  if (std::exchange(chat.name_wants_keys, false)) focus_next();
  const bool entered =
      ImGui::InputText("##Title", &chat.name, ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  ImGui::PopStyleVar();
  probe_part("Title", from, from + size);
  return entered || ImGui::IsItemDeactivated();
}

/// What a person asked for, done once the list is drawn: it changes the list.
using Later = std::function<void()>;

/// What a right click, or the button at its end, offers.
void draw_head_menu(views::App& app, const std::string& id, bool opens, ImVec2 corner, Later& later) {
  const Menu menu("conversation", opens, corner, 190);
  if (!menu) return;
  if (menu_item("Rename", "edit")) later = [&app, id] { app.chat.begin_rename(id); };
  if (menu_item("Delete", "trash")) later = [&app, id] { app.remove_conversation(id); };
}

/// One conversation in the list.
void draw_head(views::App& app, const ConversationHead& head, Later& later) {
  const Theme& t = theme();
  const bool current = head.id == app.chat.chosen();
  const bool written = !current && app.chat.writing() && app.chat.writing()->conversation == head.id;
  const ImVec2 from = ImGui::GetCursorScreenPos(), size(ImGui::GetContentRegionAvail().x, px(30)), to = from + size;
  ImGui::PushID(head.id.c_str());
  if (app.chat.renamed == head.id) {
    if (draw_name_field(app.chat, from, size)) later = [&app] { app.chat.end_rename(true); };
  } else {
    const bool over =
        ImGui::IsMouseHoveringRect(from, to) && ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
    const ImVec2 room(over ? size.x - px(30) : size.x, size.y);  // beside the button for more
    const bool pressed = ImGui::InvisibleButton("open", room, ImGuiButtonFlags_EnableNav);
    const bool twice = over && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    bool opens_menu = over && ImGui::IsMouseClicked(ImGuiMouseButton_Right);
    ImDrawList* canvas = ImGui::GetWindowDrawList();
    canvas->AddRectFilled(from, to, current ? t.press : over ? t.hover : 0, px(7));
    if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible) canvas->AddRect(from, to, t.flame_deep, px(7), px(2));
    probe_part(head.title, from, to);
    {
      const WithFont font(current ? fonts().medium : fonts().regular, 13);
      ImGui::SetCursorScreenPos(from + px(8, 7));
      const float beside = (over ? 42.0F : 16.0F) + (written ? 14.0F : 0.0F);
      clipped_text(head.title, current ? t.text : t.text_2, size.x - px(beside));
    }
    if (written) {
      const ImVec2 at(to.x - px(over ? 38.0F : 14.0F), from.y + px(9));
      write_caret(canvas, at, px(6, 12));
      probe_part("Being written", at, at + px(6, 12));
    }
    if (over) {
      ImGui::SetCursorScreenPos({to.x - px(28), from.y + px(2)});
      if (icon_button("More##More for this conversation", "more", {.small = true})) opens_menu = true;
    }
    if (pressed) later = [&app, id = head.id] { app.chat.open(id); };
    if (twice) later = [&app, id = head.id] { app.chat.begin_rename(id); };
    draw_head_menu(app, head.id, opens_menu, {from.x + px(20), to.y}, later);
  }
  ImGui::SetCursorScreenPos({from.x, to.y});
  ImGui::PopID();
}

/// Files that hold no conversation, told until they are waved away.
void draw_damaged(views::ChatView& chat) {
  if (chat.damaged().empty()) return;
  std::string words;
  for (const std::string& each : chat.damaged()) words += (words.empty() ? "" : "\n") + each;
  note(NoteKind::bad, words + "\nThe files stay as they are.");
  if (button("Understood", {.kind = ButtonKind::quiet, .size = ButtonSize::small})) chat.forget_damaged();
}

void draw_heads(views::App& app) {
  views::ChatView& chat = app.chat;
  const auto groups = views::group_by_day(views::search_heads(chat.heads(), chat.search), wall_ms());
  Later later;
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  if (groups.empty() && chat.listed()) {
    const WithFont font(13);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::SetCursorScreenPos(at + px(8, 12));
    text(chat.search.empty() ? std::string("What you talk about will stand here.")
                             : fmt::format("Nothing has “{}”.", chat.search),
         theme().text_3, ImGui::GetContentRegionAvail().x - px(8));
  }
  for (const views::DayGroup& group : groups) {
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(8, 12));
    {
      const WithFont font(fonts().medium, 12);
      text(group.title, theme().text_3);
    }
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 5));
    for (const ConversationHead* head : group.heads) draw_head(app, *head, later);
  }
  ImGui::PopStyleVar();
  if (later) later();
}

}  // namespace

void draw_chat_list(views::App& app) {
  views::ChatView& chat = app.chat;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, bottom = from.y + ImGui::GetContentRegionAvail().y;
  ButtonOptions options{.icon = "plus", .keys = "Ctrl N", .spread = true};
  if (button_width("New conversation", options) > width) options.keys = nullptr;
  options.width = width;
  if (button("New conversation", options)) chat.start_new();
  ImGui::SetCursorScreenPos(from + px(0, 44));
  text_field("Search", chat.search, "Search", 0, "search");
  const float footer = bottom - px(26);
  {
    const Panel panel("heads", from + px(-4, 82), {from.x + width + px(4), footer - px(8)}, {.padding = {4, 0}});
    draw_damaged(chat);
    draw_heads(app);
  }
  ImGui::SetCursorScreenPos({from.x + px(8), footer + px(5)});
  draw_icon(ImGui::GetWindowDrawList(), "lock", {from.x + px(8), footer + px(5)}, px(15), theme().text_3);
  ImGui::SetCursorScreenPos({from.x + px(30), footer + px(5)});
  caption("Kept on this computer");
  ImGui::SetCursorScreenPos({from.x + width - px(52), footer});
  if (icon_button("Open a saved one##Open a saved conversation", "file", {.small = true})) app.import_conversation();
  ImGui::SetCursorScreenPos({from.x + width - px(26), footer});
  if (icon_button("Hide this panel (Ctrl B)##Hide conversations", "panel", {.small = true})) {
    app.settings.list_shown = false;
    app.keep_settings();
  }
}

}  // namespace wick::app
