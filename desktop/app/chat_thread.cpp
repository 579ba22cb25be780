#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "chat_parts.h"
#include "chat_text.h"
#include "core/clock.h"
#include "panel.h"
#include "parts.h"
#include "theme.h"
#include "views/chat/tokens.h"

namespace wick::app {
namespace {

using views::Turn;

constexpr float kGap = 16, kAround = 24, kAtEnd = 48;
constexpr double kMeasureMs = 1.5;  // of a frame, for what is not on the screen

/// A first guess, before a turn was drawn.
float guessed_height(const Turn& turn, float width) {
  const float lines = std::ceil(static_cast<float>(turn.text.size()) * px(7) / std::max(width, px(100)));
  return px(40) + lines * px(25);
}

bool is_scrolling() {
  return ImGui::GetActiveID() == ImGui::GetWindowScrollbarID(ImGui::GetCurrentWindow(), ImGuiAxis_Y);
}

/// Whether the end stays in sight: until a person scrolls up, and again once the end is reached.
void follow_end(views::ChatView& chat) {
  const float most = ImGui::GetScrollMaxY(), now = ImGui::GetScrollY();
  const ImGuiIO& io = ImGui::GetIO();  // with Shift the wheel goes sideways
  const float wheel = ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows) && !io.KeyShift ? io.MouseWheel : 0;
  if (wheel > 0 && most > 0) {
    chat.follows = false;
  } else if (is_scrolling() || wheel < 0) {
    chat.follows = most - now < px(kAtEnd);
  }
  const float page = ImGui::GetWindowHeight() * 0.9F;
  if (ImGui::IsKeyPressed(ImGuiKey_PageUp)) {
    chat.follows = false;
    ImGui::SetScrollY(std::max(0.0F, now - page));
  } else if (ImGui::IsKeyPressed(ImGuiKey_PageDown)) {
    chat.follows = now + page > most - px(kAtEnd);
    ImGui::SetScrollY(std::min(most, now + page));
  }
}

/// Draws the turns that are on the screen, and of the others some that were not measured yet; returns the end.
float draw_turns(views::App& app, Window& window, ImVec2 corner, float width) {
  const std::vector<const Turn*> path = app.chat.path();
  const ImRect screen = ImGui::GetCurrentWindow()->InnerClipRect;
  const double begin = now_ms();
  float y = corner.y, shift = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Turn& turn = *path[i];
    float& height = window.texts().height_of(turn.id, width);
    const float before = height > 0 ? height : guessed_height(turn, width);
    const bool shows = y + before > screen.Min.y - px(kAround) && y < screen.Max.y + px(kAround);
    const bool drawn = shows || (height == 0 && now_ms() - begin < kMeasureMs);
    if (drawn) {
      height = draw_turn(app, window, turn, {corner.x, std::floor(y)}, width, i + 1 == path.size()) - std::floor(y);
      if (y + before <= screen.Min.y) shift += height - before;  // what is read stays where it is
    } else if (height == 0) {
      window.again_in(0);
    }
    y += (height > 0 ? height : before) + px(kGap);
    if (drawn && app.chat.path() != path) {  // a button was pressed, and the turns are others now
      window.again_in(0);
      break;
    }
  }
  if (shift != 0 && !app.chat.follows) ImGui::SetScrollY(ImGui::GetScrollY() + shift);
  return y;
}

void draw_to_end(views::App& app, ImVec2 middle_bottom) {
  if (app.chat.follows) return;
  const ImVec2 from = middle_bottom - px(16, 44), to = from + px(32, 32);
  const Panel panel("to end", from - px(4, 4), to + px(4, 4), {.padding = {4, 4}, .scrolls = false});
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddCircleFilled((from + to) / 2, px(16), theme().surface, 32);
  canvas->AddCircle((from + to) / 2, px(16), theme().line_strong, 32, px(1));
  ImGui::SetCursorScreenPos(from);
  if (icon_button("Go to the end", "down")) app.chat.follows = true;
}

/// What is selected of a turn, as it shows in a column.
std::string letters_of(const views::App& app, Window& window, const Turn& turn, float width) {
  const views::TextRange range = app.chat.selected_in(turn);
  if (range.begin >= range.end) return {};
  TextCache& texts = window.texts();
  if (turn.role == "user") return selected_letters(range, question_text(window, turn, width), 0);
  const views::Thinking thinking = views::thinking_of(turn.text);
  const std::string_view text = turn.text;
  std::string letters;
  if (thinking.any() && !is_folded(app, turn)) {
    const std::string_view thoughts = text.substr(thinking.begin, thinking.end - thinking.begin);
    letters = selected_letters(range, texts.markdown(thoughts, std::floor(width - px(18))), thinking.begin);
  }
  const std::string answer =
      selected_letters(range, texts.markdown(text.substr(thinking.answer), std::floor(width)), thinking.answer);
  if (!letters.empty() && !answer.empty()) letters += "\n\n";
  return letters + answer;
}

/// Ctrl and C copies what is selected of the thread, unless a field has the keys.
void copy_by_keys(const views::App& app, Window& window, float width) {
  if (!app.chat.selected.any() || !ImGui::Shortcut(ImGuiMod_Ctrl | ImGuiKey_C, ImGuiInputFlags_RouteGlobal)) return;
  std::string all;
  for (const Turn* const turn : app.chat.path()) {
    const std::string letters = letters_of(app, window, *turn, width);
    if (!letters.empty()) all += (all.empty() ? "" : "\n\n") + letters;
  }
  if (!all.empty()) ImGui::SetClipboardText(all.c_str());
}

/// While a selection is drawn beyond the edge the thread follows it.
void follow_selection(views::ChatView& chat, Window& window, const ImRect& screen) {
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) chat.selected.dragged = false;
  if (!chat.selected.dragged || !ImGui::IsMouseDragging(ImGuiMouseButton_Left, px(3))) return;
  const float y = ImGui::GetIO().MousePos.y;
  const float beyond = y < screen.Min.y ? y - screen.Min.y : std::max(0.0F, y - screen.Max.y);
  if (beyond == 0) return;
  chat.follows = false;
  ImGui::SetScrollY(ImGui::GetScrollY() + std::clamp(beyond / 4, -px(32), px(32)));
  window.again_in(0);
}

}  // namespace

void draw_chat_thread(views::App& app, Window& window) {
  views::ChatView& chat = app.chat;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const ImRect screen = ImGui::GetCurrentWindow()->InnerClipRect;
  // In the middle of the page, with or without a scroll bar.
  const float left = ImGui::GetWindowPos().x, all = ImGui::GetWindowWidth();
  const float width = std::min(px(kReading), all - 2 * (from.x - left));
  const ImVec2 corner(std::floor(left + (all - width) / 2), from.y);
  follow_end(chat);
  const float end = draw_turns(app, window, corner, width);
  ImGui::SetCursorScreenPos({from.x, end + px(8)});
  ImGui::Dummy({1, 1});
  if (chat.follows) ImGui::SetScrollHereY(1);
  follow_selection(chat, window, screen);
  copy_by_keys(app, window, width);
  if (const auto token = window.texts().inspected; token && chat.inspected_turn()) {
    draw_inspector(app, window, token->Min, token->Max, screen);
  } else {
    chat.leave_token();
  }
  draw_to_end(app, {corner.x + width / 2, screen.Max.y});
}

}  // namespace wick::app
