#include <fmt/format.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "core/clock.h"
#include "fonts.h"
#include "icons.h"
#include "pages.h"
#include "panel.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {
namespace {

using views::Turn;
using views::Writing;

constexpr float kReading = 660, kComposer = 700;  // widths of the column

/// One conversation in the list.
void draw_head(views::App& app, const views::ConversationHead& head) {
  const bool current = head.id == app.chat.conversation().id;
  const ImVec2 from = ImGui::GetCursorScreenPos(), size(ImGui::GetContentRegionAvail().x, px(30));
  ImGui::PushID(head.id.c_str());
  if (ImGui::InvisibleButton("open", size)) app.chat.open(head.id);
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, from + size, current ? t.press : ImGui::IsItemHovered() ? t.hover : 0, px(7));
  const WithFont font(current ? fonts().medium : fonts().regular, 13);
  ImGui::PushClipRect(from, from + size - px(8, 0), true);
  ImGui::SetCursorScreenPos(from + px(8, 7));
  text(head.title, current ? t.text : t.text_2);
  ImGui::PopClipRect();
  ImGui::SetCursorScreenPos(from + ImVec2(0, size.y + px(2)));
  ImGui::PopID();
}

void draw_list(views::App& app) {
  views::ChatView& chat = app.chat;
  if (button("New conversation", {.icon = "plus", .keys = "N", .width = ImGui::GetContentRegionAvail().x}))
    chat.start_new();
  text_field("Search", chat.search, "Search", 0, "search");
  ImGui::Dummy(px(0, 4));
  const std::vector<views::ConversationHead> heads = chat.heads();  // opening one changes the list
  for (const views::DayGroup& group : views::group_by_day(views::search_heads(heads, chat.search), wall_ms())) {
    caption(group.title);
    for (const views::ConversationHead* head : group.heads) draw_head(app, *head);
    ImGui::Dummy(px(0, 6));
  }
}

void draw_user_turn(const Turn& turn, float left, float width) {
  const WithFont font(15);
  const float inner = width * 0.75F;
  const ImVec2 letters = ImGui::CalcTextSize(turn.text.c_str(), nullptr, false, inner);
  const ImVec2 size = letters + px(28, 20);
  const ImVec2 from(left + width - size.x, ImGui::GetCursorScreenPos().y);
  ImGui::GetWindowDrawList()->AddRectFilled(from, from + size, theme().sunken, px(14));
  ImGui::SetCursorScreenPos(from + px(14, 10));
  text(turn.text, 0, inner);
  ImGui::SetCursorScreenPos({left, from.y + size.y + px(12)});
}

void draw_answer(views::App& app, const Turn& turn, float left, float width) {
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y});
  const bool writing = app.chat.writing() && app.chat.writing()->turn == turn.id;
  {
    const WithFont font(15);
    if (!turn.text.empty()) text(turn.text, 0, width);
  }
  if (!turn.problem.empty()) {
    ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y});
    note(NoteKind::plain, turn.problem);
  }
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y});
  ImGui::PushID(turn.id.c_str());
  if (!writing && icon_button("Regenerate", "again", {.small = true})) app.chat.regenerate(turn.id);
  ImGui::PopID();
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y + px(12)});
}

void draw_empty(views::App& app, float left, float width) {
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y + px(80)});
  headline("Chat, on this computer", 26);
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y});
  {
    const WithFont font(15);
    text("A language model answers here. Nothing that you write leaves this computer.", theme().text_2, width);
  }
  const CatalogEntry* const entry = &catalog().front();
  const views::ModelPlace place = app.shelf.place(*entry);
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y + px(12)});
  if (!app.shelf.first_here(Task::chat) && place != views::ModelPlace::arriving) {
    if (button(fmt::format("Get {}##Get the model", entry->title).c_str(),
               {.kind = ButtonKind::primary, .size = ButtonSize::large, .icon = "download"})) {
      app.fetch_and_use(*entry);
    }
    return;
  }
  if (const views::Arrival* const arrival = app.shelf.arrival(*entry)) {
    progress_bar(
        static_cast<float>(arrival->bytes_done) / static_cast<float>(std::max<std::uint64_t>(1, arrival->bytes_total)),
        width);
    return;
  }
  if (button("Tell a short story")) {
    app.chat.draft = "Tell me a short story that begins: Once upon a time, in a small village by the sea,";
    app.send();
  }
}

void draw_thread(views::App& app, Window& window) {
  const float width = std::min(px(kReading), ImGui::GetContentRegionAvail().x);
  const float left = ImGui::GetCursorScreenPos().x + (ImGui::GetContentRegionAvail().x - width) / 2;
  const std::vector<const Turn*> path = views::path_of(app.chat.conversation());
  if (path.empty()) draw_empty(app, left, width);
  for (const Turn* turn : path)
    turn->role == "user" ? draw_user_turn(*turn, left, width) : draw_answer(app, *turn, left, width);
  if (app.chat.writing()) {
    ImGui::SetScrollHereY(1);
    (void)window;
  }
}

void draw_composer(views::App& app, ImVec2 from, ImVec2 to) {
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, to, theme().surface, px(14));
  canvas->AddRect(from, to, theme().line_field, px(14), px(1));
  ImGui::SetCursorScreenPos(from + px(6, 6));
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
  const WithFont font(15);
  ImGui::InputTextMultiline("##message", &app.chat.draft, ImVec2(to.x - from.x - px(12), px(40)),
                            ImGuiInputTextFlags_WordWrap);
  probe_part("Message", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  ImGui::PopStyleVar();
  ImGui::SetCursorScreenPos({to.x - px(108), to.y - px(42)});
  if (app.chat.writing()) {
    if (button("Stop", {.kind = ButtonKind::primary, .icon = "stop", .keys = "Esc"})) app.chat.stop();
  } else if (button("Send", {.kind = ButtonKind::primary, .icon = "up", .enabled = !app.chat.draft.empty()})) {
    app.send();
  }
}

void draw_settings(views::App& app) {
  views::Settings& s = app.settings;
  headline("System prompt", 13);
  std::string system = app.chat.conversation().system;
  if (text_area("System prompt", system, {ImGui::GetContentRegionAvail().x, px(70)})) app.chat.set_system(system);
  hairline(12, 16);
  headline("Sampling", 13);
  SamplingOptions& o = s.sampling;
  slider("Temperature", fmt::format("{:.2f}", o.temperature), o.temperature, 0, 2, 0.05F);
  slider("Top-p", fmt::format("{:.2f}", o.top_p), o.top_p, 0.05F, 1, 0.01F);
  slider("Min-p", fmt::format("{:.2f}", o.min_p), o.min_p, 0, 0.5F, 0.01F);
  hairline(12, 16);
  toggle("Token probabilities", s.probabilities);
}

}  // namespace

void draw_chat_page(views::App& app, Window& window) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  views::Settings& s = app.settings;
  const float left = s.list_shown ? from.x + px(s.list_width) : from.x,
              right = s.side_shown ? to.x - px(s.side_width) : to.x;
  if (s.list_shown) {
    const Panel panel("list", from, {left, to.y}, {.padding = {12, 12}});
    draw_list(app);
  }
  {
    const Panel panel("thread", {left, from.y}, {right, to.y - px(124)});
    draw_thread(app, window);
  }
  {
    const Panel panel("composer", {left, to.y - px(124)}, {right, to.y}, {.padding = {0, 0}, .scrolls = false});
    const float width = std::min(px(kComposer), right - left - px(32)), x = left + (right - left - width) / 2;
    draw_composer(app, {x, to.y - px(116)}, {x + width, to.y - px(36)});
  }
  if (s.side_shown) {
    const Panel panel("side", {right, from.y}, to);
    draw_settings(app);
  }
  if (s.list_shown) splitter("list width", {left, from.y}, to.y, s.list_width, 180, 420, 1);
  if (s.side_shown) splitter("side width", {right, from.y}, to.y, s.side_width, 220, 480, -1);
}

}  // namespace wick::app
