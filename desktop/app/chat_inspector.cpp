#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "chat_parts.h"
#include "core/clock.h"
#include "fonts.h"
#include "menu.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "views/chat/tokens.h"
#include "views/format.h"

namespace wick::app {
namespace {

constexpr float kWidth = 280, kHead = 33, kChoice = 25, kFoot = 54;
constexpr double kRestMs = 220;  // that the mouse rests on a token before its popover shows

void letters(ImVec2 at, std::string_view words, ImU32 colour, float right = 0) {
  const ImVec2 size = ImGui::CalcTextSize(words.data(), words.data() + words.size());
  if (right > 0) at.x = right - size.x;
  at = {std::floor(at.x), std::floor(at.y)};
  want_letters(words);
  ImGui::GetWindowDrawList()->AddText(at, colour, words.data(), words.data() + words.size());
  probe_text(words, at, at + size);
}

struct Row {
  const views::Alternative& choice;
  bool chosen, lit;
  float widest;
};

/// One of the choices; true when it was pressed.
bool draw_choice(const Row& row, ImVec2 from, float width) {
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const std::string words = views::token_words(row.choice.text);
  ImGui::SetCursorScreenPos(from);
  const ImVec2 to = from + ImVec2(width, px(kChoice));
  ImGui::PushID(static_cast<int>(row.choice.id));
  const bool pressed = ImGui::InvisibleButton("choice", to - from);
  ImGui::PopID();
  probe_part("choice " + words, from, to);
  if ((ImGui::IsItemHovered() && !row.chosen) || row.lit) canvas->AddRectFilled(from, to, t.hover, px(6));
  {
    const WithFont font(row.chosen ? fonts().mono_bold : fonts().mono, 13);
    canvas->PushClipRect(from, {from.x + px(92), to.y}, true);
    letters(from + px(8, 4), words, t.text);
    canvas->PopClipRect();
  }
  const float left = from.x + px(94), right = to.x - px(62), middle = (from.y + to.y) / 2;
  const float length = std::max(px(2), (right - left) * row.choice.probability / std::max(row.widest, 1e-9F));
  const ImVec2 bar(left, middle - px(2.5F)), bar_to(left + length, middle + px(2.5F));
  canvas->AddRectFilled(bar, bar_to, row.chosen ? t.flame : t.line_field, px(2));
  if (row.chosen && !t.dark) canvas->AddRect(bar, bar_to, faded(t.flame_deep, 0.5F), px(2), px(1));
  const WithFont font(12);
  letters({0, from.y + px(5)}, views::percent_words(row.choice.probability), t.text_2, to.x - px(8));
  return pressed;
}

/// What the tokens that are not listed have together.
std::string others_words(const views::Turn& turn, const views::TokenChoices& choices) {
  const Index others = (turn.stats ? turn.stats->vocabulary : 0) - static_cast<Index>(choices.list.size());
  const std::string percent = views::percent_words(choices.rest);
  return others > 0 ? fmt::format("{} in {} others", percent, views::count_words(others)) : percent + " in all others";
}

void draw_foot(const views::App& app, const views::Turn& turn, const views::TokenNote& note,
               const views::TokenChoices& choices, ImVec2 from, float right) {
  const Theme& t = theme();
  ImGui::GetWindowDrawList()->AddRectFilled(from, {right, from.y + std::max(1.0F, std::floor(px(1)))}, t.line);
  const WithFont font(12);
  letters(from + px(0, 8), fmt::format("surprise {:.2f} bit", views::surprise_of(note)), t.text_2);
  letters({0, from.y + px(8)}, others_words(turn, choices), t.text_2, right);
  letters(from + px(0, 27), fmt::format("entropy {:.2f} bit", note.entropy), t.text_2);
  if (app.chat.inspected->pinned) letters({0, from.y + px(27)}, "← → move, Esc closes", t.text_3, right);
}

/// Left and right go to other tokens, up and down to the choices, Enter takes one.
void take_keys(views::App& app, const views::TokenChoices& choices) {
  views::Inspected& inspected = *app.chat.inspected;
  if (!inspected.pinned || ImGui::GetIO().WantTextInput) return;
  const auto pressed = [](ImGuiKey key) {
    return ImGui::Shortcut(key,
                           ImGuiInputFlags_Repeat | ImGuiInputFlags_RouteGlobal | ImGuiInputFlags_RouteOverFocused);
  };
  const int count = static_cast<int>(choices.list.size());
  const int now = inspected.choice < 0 ? static_cast<int>(choices.chosen) : inspected.choice;
  if (pressed(ImGuiKey_DownArrow)) inspected.choice = std::min(count - 1, now + 1);
  if (pressed(ImGuiKey_UpArrow)) inspected.choice = std::max(0, now - 1);
  if (pressed(ImGuiKey_LeftArrow)) app.chat.step_inspected(-1);
  if (pressed(ImGuiKey_RightArrow)) app.chat.step_inspected(1);
}

/// Lets a token go that the mouse has left, unless it goes to the popover.
bool mouse_left(views::ChatView& chat, const ImRect& token, const ImRect& popover, bool shown) {
  if (chat.inspected->pinned) return false;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  ImRect near = token, over = popover;
  near.Expand(px(1));
  over.Expand(px(5));
  if (near.Contains(mouse) || (shown && over.Contains(mouse))) return false;
  chat.leave_token();
  return true;
}

}  // namespace

void draw_inspector(views::App& app, Window& window, ImVec2 token_from, ImVec2 token_to, const ImRect& room) {
  views::ChatView& chat = app.chat;
  const views::Turn& turn = *chat.inspected_turn();
  const std::size_t token = chat.inspected->token;
  const views::TokenChoices choices = views::choices_of(turn, token);
  const ImVec2 size(px(kWidth), px(kHead + kFoot + 8) + px(kChoice) * static_cast<float>(choices.list.size()));
  ImVec2 from(token_from.x - px(56), token_to.y + px(2));
  const float below = room.Max.y - px(8) - from.y, above = token_from.y - px(2) - room.Min.y;
  if (size.y > below && above > below) from.y = std::max(px(8), token_from.y - px(2) - size.y);
  from.x =
      std::floor(std::clamp(from.x, room.Min.x + px(8), std::max(room.Min.x + px(8), room.Max.x - size.x - px(8))));
  from.y = std::floor(from.y);
  const double rested = now_ms() - chat.inspected->since_ms;
  const bool shown = chat.inspected->pinned || rested >= kRestMs;
  if (mouse_left(chat, {token_from, token_to}, {from, from + size}, shown)) return;
  if (!shown) return window.again_in((kRestMs - rested) / 1e3);
  take_keys(app, choices);
  ImGui::SetNextWindowPos(from);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::Begin("inspector", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  popover_ground(ImGui::GetWindowDrawList(), from, from + size);
  const float left = from.x + px(14), right = from.x + size.x - px(14);
  {
    const WithFont font(12);
    letters({left, from.y + px(10)}, fmt::format("Alternatives at token {}", token + 1), theme().text_2);
    letters({0, from.y + px(10)}, chat.writing_elsewhere().empty() ? "choose to branch" : "writing elsewhere",
            theme().text_2, right);
  }
  float widest = 0;
  for (const views::Alternative& each : choices.list) widest = std::max(widest, each.probability);
  int pressed = -1;
  for (std::size_t i = 0; i < choices.list.size(); ++i) {
    const Row row{choices.list[i], i == choices.chosen, chat.inspected->choice == static_cast<int>(i), widest};
    const ImVec2 at(from.x + px(6), from.y + px(kHead) + px(kChoice) * static_cast<float>(i));
    if (draw_choice(row, at, size.x - px(12))) pressed = static_cast<int>(i);
  }
  draw_foot(app, turn, turn.tokens[token], choices,
            {left, from.y + px(kHead + 5) + px(kChoice) * static_cast<float>(choices.list.size())}, right);
  ImGui::End();
  const bool enter = chat.inspected->pinned && chat.inspected->choice >= 0 && !ImGui::GetIO().WantTextInput &&
                     ImGui::IsKeyPressed(ImGuiKey_Enter, false);
  if (enter) pressed = chat.inspected->choice;
  if (pressed < 0) return;
  if (static_cast<std::size_t>(pressed) == choices.chosen) {
    chat.release_token();
  } else if (app.can_answer()) {
    chat.branch(std::string(turn.id), token, static_cast<std::size_t>(pressed));
  }
}

}  // namespace wick::app
