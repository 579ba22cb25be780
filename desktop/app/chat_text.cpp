#include "chat_text.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <utility>

#include "probe.h"
#include "theme.h"
#include "views/chat/tokens.h"
#include "views/process.h"

namespace wick::app {
namespace {

constexpr float kMoves = 0.3F;  // seconds after which a mouse is at rest

/// The token under a letter whose alternatives are known.
std::optional<std::size_t> token_under(const views::Turn& turn, std::optional<TextHit> hit, std::size_t offset) {
  if (!hit) return std::nullopt;
  const std::optional<std::size_t> token = views::token_at(turn, hit->byte + offset);
  if (!token || turn.tokens[*token].alternatives.empty()) return std::nullopt;
  return token;
}

/// Begins a selection in a text, or takes one to it: to the last text that begins above the mouse.
void select(views::ChatView& chat, const views::Turn& turn, const RichText& rich, ImVec2 point, std::size_t offset) {
  const bool twice = ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
  if (ImGui::IsItemActivated() && !twice) {
    const views::SelectedText::Place place{turn.id, place_near(rich, point) + offset};
    chat.selected = {place, place, true};
  }
  if (ImGui::IsItemActive() && twice) {
    if (const auto hit = letter_at(rich, point)) {
      const views::TextRange word = word_at(rich, hit->byte);
      chat.selected = {{turn.id, word.begin + offset}, {turn.id, word.end + offset}};
      chat.release_token();
    }
  }
  if (!chat.selected.dragged || !ImGui::IsMouseDragging(ImGuiMouseButton_Left, px(3))) return;
  const bool first = !chat.path().empty() && chat.path().front()->id == turn.id;
  if (point.y >= 0 || first) chat.selected.to = {turn.id, place_near(rich, point) + offset};
}

/// What the mouse does over a text.
void point_at(views::App& app, const views::Turn& turn, const RichText& rich, ImVec2 corner, std::size_t offset) {
  views::ChatView& chat = app.chat;
  ImGui::SetCursorScreenPos(corner);
  ImGui::SetNextItemAllowOverlap();
  ImGui::InvisibleButton("text", {std::max(rich.width, 1.0F), std::max(rich.height, 1.0F)});
  const ImVec2 point = ImGui::GetIO().MousePos - corner;
  select(chat, turn, rich, point, offset);
  if (!ImGui::IsItemHovered() && !ImGui::IsItemDeactivated()) return;
  const std::optional<TextHit> hit = letter_at(rich, point);
  const std::optional<std::size_t> token = token_under(turn, hit, offset);
  if (hit)
    ImGui::SetMouseCursor(hit->url ? ImGuiMouseCursor_Hand
                          : token  ? ImGuiMouseCursor_Arrow
                                   : ImGuiMouseCursor_TextInput);
  if (ImGui::IsItemDeactivated()) {
    if (chat.selected.any()) return;
    if (hit && hit->url) return views::open_link(*hit->url);
    token ? chat.pin_token(turn.id, *token) : static_cast<void>(chat.release_token());
  } else if (token && !ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    const bool moves = ImGui::GetCurrentContext()->MouseStationaryTimer < kMoves;
    if (moves) chat.hover_token(turn.id, *token);  // not what scrolls below a mouse at rest
  }
}

/// For tests that hover over a token.
void tell_tokens(const views::Turn& turn, const RichText& rich, ImVec2 corner, std::size_t offset) {
  if (!probing()) return;
  for (std::size_t i = 0; i < turn.tokens.size(); ++i) {
    const views::TokenPlace place = views::place_of_token(turn, i);
    if (place.begin < offset || turn.tokens[i].alternatives.empty()) continue;
    if (const auto box = box_of(rich, {place.begin - offset, place.end - offset}))
      probe_part(fmt::format("token {}", i + 1), corner + box->from, corner + box->to);
  }
}

}  // namespace

void draw_message_text(views::App& app, Window& window, const views::Turn& turn, const RichText& rich, ImVec2 corner,
                       std::size_t offset, bool caret) {
  views::ChatView& chat = app.chat;
  ImGui::PushID(static_cast<int>(offset));
  point_at(app, turn, rich, corner, offset);
  TextMarks marks{.lit = {}, .selected = chat.selected_in(turn), .caret = caret};
  if (chat.inspected && chat.inspected->turn == turn.id && chat.inspected_turn()) {
    const views::TokenPlace place = views::place_of_token(turn, chat.inspected->token);
    marks.lit = {place.begin, place.end};
    const std::size_t begin = std::max(place.begin, offset), end = std::max(place.end, offset);
    if (std::exchange(chat.inspected->stepped, false)) reveal(rich, {begin - offset, end - offset});
    if (const auto box = box_of(rich, {begin - offset, end - offset}))
      window.texts().inspected = ImRect(corner + box->from, corner + box->to);
  }
  draw_rich_text(rich, corner, marks, offset);
  tell_tokens(turn, rich, corner, offset);
  ImGui::PopID();
}

std::string selected_letters(views::TextRange range, const RichText& rich, std::size_t offset) {
  if (range.end <= offset) return {};
  return text_between(rich, {range.begin - std::min(range.begin, offset), range.end - offset});
}

}  // namespace wick::app
