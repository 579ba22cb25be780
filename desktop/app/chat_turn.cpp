#include <fmt/format.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "chat_parts.h"
#include "chat_text.h"
#include "fonts.h"
#include "icons.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "views/chat/tokens.h"
#include "views/format.h"

namespace wick::app {
namespace {

using views::Turn;
using views::Writing;

constexpr float kTools = 28;  // height of a turn's row of buttons

/// Whether the mouse is somewhere beside or on a turn.
bool is_near(ImVec2 from, float width, float bottom) {
  return ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem | ImGuiHoveredFlags_ChildWindows) &&
         ImGui::IsMouseHoveringRect(from - px(40, 0), {from.x + width + px(40), bottom}, false);
}

/// Small buttons from left to right.
class Tools {
 public:
  explicit Tools(ImVec2 at) : at_(at) {}
  bool add(const char* words, const char* icon, bool enabled = true, float step = 26) {
    ImGui::SetCursorScreenPos(at_);
    at_.x += px(step);
    return icon_button(words, icon, {.small = true, .enabled = enabled});
  }
  void words(const std::string& shown, ImU32 colour) {
    const WithFont font(12);
    ImGui::SetCursorScreenPos(at_ + px(3, 6));
    text(shown, colour);
    at_.x += ImGui::CalcTextSize(shown.c_str()).x + px(6);
  }
  void skip(float width) { at_.x += px(width); }
  ImVec2 at() const { return at_; }

 private:
  ImVec2 at_;
};

/// "2/3" between arrows, where a turn has versions.
void draw_versions(views::App& app, const Turn& turn, Tools& tools) {
  const std::vector<std::string> versions = views::versions_of(app.chat.conversation(), turn.id);
  if (versions.size() < 2) return;
  const auto at = static_cast<std::size_t>(std::ranges::find(versions, turn.id) - versions.begin());
  if (tools.add("Previous version", "left", at > 0, 24)) app.chat.show_version(turn.id, -1);
  tools.words(fmt::format("{}/{}", at + 1, versions.size()), theme().text_2);
  if (tools.add("Next version", "right", at + 1 < versions.size(), 24)) app.chat.show_version(turn.id, 1);
  tools.skip(8);
}

void draw_copy(views::App& app, Window& window, const Turn& turn, Tools& tools) {
  views::ChatView& chat = app.chat;
  const bool just = chat.copied == turn.id && now_ms() < chat.copied_until_ms;
  if (just) window.again_in((chat.copied_until_ms - now_ms()) / 1e3);
  if (!tools.add(just ? "Copied" : "Copy", just ? "check" : "copy")) return;
  ImGui::SetClipboardText(turn.text.c_str());
  chat.copied = turn.id;
  chat.copied_until_ms = now_ms() + 1500;
}

// ---- The editor ----

/// In place of a turn's text; returns where it ends.
float draw_editor(views::App& app, ImVec2 from, float width) {
  views::ChatView& chat = app.chat;
  const Theme& t = theme();
  const WithFont font(15);
  const float line = ImGui::GetTextLineHeight();
  const float letters = ImGui::CalcTextSize(chat.edit.c_str(), nullptr, false, width - px(52)).y;
  const float field = std::clamp(letters + (chat.edit.ends_with('\n') ? line : 0), line, 10 * line) + px(18);
  const ImVec2 to = from + ImVec2(width, field + px(52));
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, to, t.dark ? IM_COL32(0x26, 0x24, 0x21, 0xFF) : IM_COL32(0xEF, 0xEC, 0xE6, 0xFF), px(14));
  ImGui::SetCursorScreenPos(from + px(8, 8));
  if (std::exchange(chat.edit_wants_keys, false)) focus_next();
  ImGui::InputTextMultiline("##Edit", &chat.edit, {width - px(16), field},
                            ImGuiInputTextFlags_WordWrap | ImGuiInputTextFlags_CallbackCharFilter, leave_enter);
  if (ImGui::IsItemActivated() && !ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    if (ImGuiInputTextState* const state = ImGui::GetInputTextState(ImGui::GetItemID()))
      state->ReloadUserBufAndMoveToEnd();
  }
  probe_part("Edit message", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  bool sends = enter_sends() && ImGui::IsItemActive(), cancels = false;
  want_letters(chat.edit);
  ImGui::SetCursorScreenPos({from.x + px(16), to.y - px(29)});
  caption("The earlier version is kept");
  const ButtonOptions primary{.kind = ButtonKind::primary, .size = ButtonSize::small, .enabled = chat.can_send_edit()},
      quiet{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  float x = to.x - px(8) - button_width("Send", primary);
  ImGui::SetCursorScreenPos({x, to.y - px(34)});
  sends |= button("Send##Send the edit", primary);
  x -= px(6) + button_width("Cancel", quiet);
  ImGui::SetCursorScreenPos({x, to.y - px(34)});
  cancels = button("Cancel##Cancel the edit", quiet);
  if (sends && chat.can_send_edit() && app.can_answer()) chat.send_edit();
  if (cancels) chat.cancel_edit();
  return to.y;
}

// ---- A message of the person ----

float draw_question(views::App& app, Window& window, const Turn& turn, ImVec2 corner, float width) {
  if (app.chat.edited_turn == turn.id) return draw_editor(app, {corner.x + width * 0.18F, corner.y}, width * 0.82F);
  const Theme& t = theme();
  const RichText& rich = question_text(window, turn, width);
  const ImVec2 size(std::ceil(rich.width) + px(28), std::ceil(rich.height) + px(18));
  const ImVec2 from(corner.x + width - size.x, corner.y), to = from + size;
  ImGui::GetWindowDrawList()->AddRectFilled(
      from, to, t.dark ? IM_COL32(0x26, 0x24, 0x21, 0xFF) : IM_COL32(0xEF, 0xEC, 0xE6, 0xFF), px(14),
      ImDrawFlags_RoundCornersTop | ImDrawFlags_RoundCornersBottomLeft);
  draw_message_text(app, window, turn, rich, from + px(14, 9));
  const bool near = is_near(corner, width, to.y);
  const std::size_t versions = views::versions_of(app.chat.conversation(), turn.id).size();
  float tools_width = px(26 * 2 + 4);
  if (versions > 1) tools_width += px(24 * 2 + 14) + ImGui::CalcTextSize("9/9").x;
  const bool fits = from.x - tools_width >= corner.x - px(4);
  Tools tools(fits ? ImVec2(from.x - tools_width, (from.y + to.y) / 2 - px(13))
                   : ImVec2(to.x - tools_width, to.y + px(2)));
  draw_versions(app, turn, tools);
  if (near) {
    if (tools.add("Edit", "edit")) app.chat.begin_edit(turn.id);
    draw_copy(app, window, turn, tools);
  }
  return fits ? to.y : to.y + px(kTools);
}

// ---- An answer ----

/// What stands in place of an answer's first word.
float draw_waiting(views::App& app, ImVec2 corner, float width) {
  const views::ModelState& model = app.models.state(Task::chat);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  if (model.kind == views::ModelState::Kind::loading) {
    ImGui::SetCursorScreenPos(corner);
    {
      const WithFont font(13);
      text(fmt::format("Loading {}", model_title(model.model)), theme().text_2);
    }
    ImGui::SetCursorScreenPos(corner + px(0, 26));
    progress_bar(static_cast<float>(model.progress), std::min(width, px(440)));
    ImGui::SetCursorScreenPos(corner + px(0, 36));
    if (button("Cancel", {.kind = ButtonKind::quiet, .size = ButtonSize::small})) app.chat.stop();
    return corner.y + px(66);
  }
  const Writing& writing = *app.chat.writing();
  const ImVec2 caret(corner.x, corner.y + px(4));
  write_caret(canvas, caret, px(8, 16));
  ImGui::SetCursorScreenPos(corner + px(16, 4));
  const WithFont font(13);
  text(writing.prompt_tokens > 0
           ? fmt::format("Reading {} of {} tokens", views::count_words(writing.prompt_tokens - writing.prompt_left),
                         views::count_words(writing.prompt_tokens))
           : std::string("Starting"),
       theme().text_2);
  return corner.y + px(26);
}

/// The thoughts before an answer, folded to a line.
float draw_thinking(views::App& app, Window& window, const Turn& turn, const views::Thinking& thinking, ImVec2 corner,
                    float width, bool caret) {
  views::ChatView& chat = app.chat;
  const bool folded = is_folded(app, turn);
  ImGui::SetCursorScreenPos(corner - px(9, 0));
  if (button(thinking.open ? "Thinking…##Thoughts" : "Thoughts##Thoughts",
             {.kind = ButtonKind::quiet, .size = ButtonSize::small, .icon = folded ? "right" : "down"})) {
    if (folded)
      chat.unfolded.insert(turn.id);
    else if (app.settings.fold_thinking)
      chat.unfolded.erase(turn.id);
  }
  corner.y += px(32);
  if (folded) return corner.y;
  const std::string_view thoughts = std::string_view(turn.text).substr(thinking.begin, thinking.end - thinking.begin);
  const RichText& rich = window.texts().markdown(thoughts, std::floor(width - px(18)), caret);
  ImGui::GetWindowDrawList()->AddRectFilled(corner, corner + ImVec2(px(2), rich.height), theme().line_strong);
  draw_message_text(app, window, turn, rich, corner + px(18, 0), thinking.begin, caret);
  return corner.y + rich.height + px(12);
}

/// The problem or the place where an answer was cut, with the buttons below it.
void draw_answer_tools(views::App& app, Window& window, const Turn& turn, ImVec2 corner, bool shown) {
  views::ChatView& chat = app.chat;
  Tools tools(corner - px(6, 0));
  draw_versions(app, turn, tools);
  if (shown) {
    if (tools.add("Regenerate", "again", chat.writing_elsewhere().empty()) && app.can_answer())
      return chat.regenerate(turn.id);
    if (!turn.text.empty()) {
      if (tools.add("Edit", "edit")) chat.begin_edit(turn.id);
      draw_copy(app, window, turn, tools);
    }
    const auto noted = std::ranges::find_if(turn.tokens, [](const auto& note) { return !note.alternatives.empty(); });
    if (noted != turn.tokens.end() && tools.add("Alternatives", "branch"))
      chat.pin_token(turn.id, static_cast<std::size_t>(noted - turn.tokens.begin()));
  }
  if (chat.can_extend(turn)) {
    ImGui::SetCursorScreenPos(tools.at());
    const ButtonOptions options{.kind = ButtonKind::quiet, .size = ButtonSize::small, .icon = "on"};
    tools.skip(button_width("Continue", options) / px(1) + 4);
    if (button("Continue", options) && app.can_answer()) return chat.extend(turn.id);
  }
  if (!views::ChatView::was_cut(turn)) return;
  if (tools.at().x < corner.x) tools.skip(3);  // below the letters
  tools.words(turn.problem, theme().text_3);
}

float draw_answer(views::App& app, Window& window, const Turn& turn, ImVec2 corner, float width, bool last) {
  const bool busy = app.chat.writing() && app.chat.writing()->turn == turn.id;
  const ImVec2 top = corner;
  if (app.chat.edited_turn == turn.id) return draw_editor(app, corner, width);
  if (busy && turn.text.empty()) {
    corner.y = draw_waiting(app, corner, width);
  } else if (!turn.text.empty()) {
    const views::Thinking thinking = views::thinking_of(turn.text);
    if (thinking.any()) corner.y = draw_thinking(app, window, turn, thinking, corner, width, busy && thinking.open);
    if (!thinking.open) {
      const RichText& rich =
          window.texts().markdown(std::string_view(turn.text).substr(thinking.answer), std::floor(width), busy);
      draw_message_text(app, window, turn, rich, corner, thinking.answer, busy);
      corner.y += std::max(rich.height, busy ? px(25) : 0);
    }
  }
  corner.y = std::ceil(corner.y);
  if (!turn.problem.empty() && !views::ChatView::was_cut(turn)) {
    ImGui::SetCursorScreenPos(corner + px(0, 4));
    note(NoteKind::bad, turn.problem, width);
    corner.y = ImGui::GetItemRectMax().y + px(4);
  }
  if (busy) return corner.y + px(kTools);
  const bool shown = last || is_near(top, width, corner.y + px(kTools));
  draw_answer_tools(app, window, turn, corner + px(0, 2), shown);
  return corner.y + px(kTools + 2);
}

}  // namespace

const RichText& question_text(Window& window, const Turn& turn, float width) {
  return window.texts().plain(turn.text, std::floor(width * 0.82F) - px(28));
}

bool is_folded(const views::App& app, const Turn& turn) {
  return app.settings.fold_thinking && !app.chat.unfolded.contains(turn.id);
}

float draw_turn(views::App& app, Window& window, const Turn& turn, ImVec2 corner, float width, bool last) {
  ImGui::PushID(turn.id.c_str());
  const float bottom = turn.role == "user" ? draw_question(app, window, turn, corner, width)
                                           : draw_answer(app, window, turn, corner, width, last);
  ImGui::PopID();
  return bottom;
}

}  // namespace wick::app
