#include <fmt/format.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "core/clock.h"
#include "core/text/jinja_text.h"
#include "fonts.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "transcribe_parts.h"
#include "views/transcribe/time_words.h"
#include "word_flow.h"

namespace wick::app {
namespace {

using views::TextHit;
using views::TranscriptLook;

constexpr float kLetters = 17, kLine = 26.4F, kAbove = 7, kGap = 4, kTimes = 52, kBetween = 12, kSide = 12;

/// How a segment breaks into lines, remembered while neither its words nor the column change: an hour has ten thousand
/// words.
class Flows {
 public:
  const WordFlow& of(const Segment& segment, std::size_t at, float width) {
    if (entries_.size() <= at) entries_.resize(at + 1);
    Entry& entry = entries_[at];
    const std::size_t key = std::hash<std::string>()(segment.text) * 31 + segment.words.size();
    const float size = ImGui::GetFontSize();
    if (entry.key != key || entry.width != width || entry.size != size) {
      entry = {key, width, size, flow_words(segment, width)};
    }
    return entry.flow;
  }

 private:
  struct Entry {
    std::size_t key = 0;
    float width = 0, size = 0;
    WordFlow flow;
  };
  std::vector<Entry> entries_;
};

/// One line of the transcript, where it stands on the screen.
struct Line {
  views::App& app;
  const Segment& segment;
  int index;
  ImVec2 from;  // of its first letters
  float width;  // of its words
  const WordFlow& flow;

  const TranscriptLook& look() const { return app.transcribe.text.look; }
  bool heard() const { return look().now && look().now->segment == index; }
  bool said() const { return look().now && index < look().now->segment; }
  ImVec2 corner(const FlowWord& word) const { return from + ImVec2(word.x, static_cast<float>(word.line) * px(kLine)); }
};

bool touches(const TextHit& hit, const FlowWord& word) { return word.from < hit.to && word.to > hit.from; }

/// A dotted line under a word, or a whole one.
void underline(ImDrawList* canvas, ImVec2 from, float width, ImU32 colour, bool dotted) {
  const float y = from.y + px(kLine - 3), thick = px(dotted ? 1.5F : 2);
  if (!dotted) return canvas->AddRectFilled({from.x, y}, {from.x + width, y + thick}, colour);
  for (float x = from.x; x < from.x + width - thick / 2; x += 2 * thick)
    canvas->AddRectFilled({x, y}, {x + thick, y + thick}, colour);
}

void draw_word(const Line& line, const FlowWord& place, std::string_view text, bool hovered) {
  const Theme& t = theme();
  const TranscriptLook& look = line.look();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const ImVec2 from = line.corner(place), to = from + ImVec2(place.width, px(kLine));
  const Word* const word = place.word < 0 ? nullptr : &line.segment.words[static_cast<std::size_t>(place.word)];
  const bool now = line.heard() && place.word >= 0 && look.now->word == place.word;
  const bool unsure = word && line.app.settings.speech.tint && views::is_unsure(*word);
  bool hit = false;
  for (const TextHit& each : look.hits_in(line.index)) hit = hit || touches(each, place);
  const TextHit* const current = look.current_hit();
  const ImVec2 top = from + px(-1, 1.5F), bottom = to + px(1, -1.5F);
  if (now) {
    canvas->AddRectFilled(top - px(1, 0), bottom + px(1, 0), t.flame, px(4));
  } else if (unsure) {
    canvas->AddRectFilled(top, bottom, t.doubt_soft, px(3));
  } else if (hovered) {
    canvas->AddRectFilled(top, bottom, t.hover, px(3));
  }
  if (current && current->segment == line.index && touches(*current, place)) {
    canvas->AddRect(top, bottom, t.line_field, px(3), px(1.5F));
  }
  const ImU32 colour = now ? t.on_flame : unsure ? t.doubt : line.said() ? t.text_2 : t.text;
  if (hit) underline(canvas, from, place.width, colour, false);
  if (unsure && !now && !hit) underline(canvas, from, place.width, t.doubt, true);
  const float down = (px(kLine) - ImGui::GetFontSize()) / 2;
  canvas->AddText({std::floor(from.x), std::floor(from.y + down)}, colour, text.data(), text.data() + text.size());
}

/// The word under the mouse; nullptr for none.
const FlowWord* word_under_mouse(const Line& line) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (const FlowWord& word : line.flow.words) {
    const ImVec2 from = line.corner(word);
    if (ImRect(from - px(2, 0), from + ImVec2(word.width + px(2), px(kLine))).Contains(mouse)) return &word;
  }
  return nullptr;
}

void draw_words(const Line& line) {
  const float height = static_cast<float>(line.flow.lines) * px(kLine);
  ImGui::SetCursorScreenPos(line.from);
  const bool clicked = ImGui::InvisibleButton("words", {line.width, height});
  const bool hovered = ImGui::IsItemHovered();
  const FlowWord* const under = hovered ? word_under_mouse(line) : nullptr;
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  const std::string text = joined_text(line.segment);
  want_letters(text);
  const WithFont font(kLetters);
  for (const FlowWord& word : line.flow.words) {
    draw_word(line, word, std::string_view(text).substr(word.from, word.to - word.from), under == &word);
  }
  probe_text(jinja::strip(line.segment.text, true, true), line.from, line.from + ImVec2(line.width, height));
  views::TranscribeView& view = line.app.transcribe;
  const Word* const word =
      under && under->word >= 0 ? &line.segment.words[static_cast<std::size_t>(under->word)] : nullptr;
  if (word && line.app.settings.speech.tint && views::is_unsure(*word)) {
    tip(fmt::format("{:.0f} % sure", 100 * word->probability).c_str());
  }
  const bool twice = hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
  if (ImGui::IsItemActivated() && !twice) view.text.press(line.index);
  if (!twice && !clicked) return;
  const int meant = view.text.pressed_line();
  if (twice || view.text.look.edit_mode) {
    view.text.begin_edit(meant);
  } else if (meant == line.index) {
    view.text.play_from(meant, word ? word->start : line.segment.start);
  }
}

void draw_time(const Line& line, const std::string& words) {
  const WithFont font(12);
  const ImVec2 from(line.from.x - px(kTimes + kBetween), line.from.y), size = px(kTimes, kLine);
  ImGui::SetCursorScreenPos(from);
  if (ImGui::InvisibleButton("time", size)) line.app.transcribe.text.play_from(line.index, line.segment.start);
  const bool hovered = ImGui::IsItemHovered();
  const Theme& t = theme();
  const ImVec2 letters = ImGui::CalcTextSize(words.c_str()), at = from + ImVec2(0, (size.y - letters.y) / 2);
  const ImU32 colour = line.heard() ? t.flame_text : hovered ? t.text : t.text_3;
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddText({std::floor(at.x), std::floor(at.y)}, colour, words.c_str());
  if (hovered) canvas->AddLine(at + ImVec2(0, letters.y + px(1)), at + letters + ImVec2(0, px(1)), colour, px(1));
  probe_part(fmt::format("Play from {}", words), from, from + size);
}

/// Returns the height that the field needs.
float draw_editor(const Line& line) {
  views::TranscribeView& view = line.app.transcribe;
  TranscriptLook& look = view.text.look;
  const WithFont font(kLetters);
  const ImVec2 from = line.from - px(11, 4);
  const float width = line.width + px(22), inner = width - px(26);
  const float letters = ImGui::CalcTextSize(look.edit.c_str(), nullptr, false, inner).y;
  const float height = std::max(letters, ImGui::GetFontSize()) + ImGui::GetFontSize() * 0.3F + px(12);
  ImGui::SetCursorScreenPos(from);
  if (look.focus_edit) focus_next();
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, px(10, 5));
  ImGui::PushStyleColor(ImGuiCol_NavCursor, 0);  // its own ring says the same
  const bool entered = ImGui::InputTextMultiline(
      "##text of the line", &look.edit, {width, height},
      ImGuiInputTextFlags_WordWrap | ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CtrlEnterForNewLine);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  want_letters(look.edit);
  const ImVec2 to = ImGui::GetItemRectMax();
  probe_text(look.edit, from, to);
  if (ImGui::IsItemActive()) {
    probe_part("Text of the line", from, to);  // keys reach it
    ImGui::GetWindowDrawList()->AddRect(from, to, theme().flame_deep, px(7), px(2));
    ImGuiInputTextState* const field = ImGui::GetInputTextState(ImGui::GetItemID());
    const int end = static_cast<int>(look.edit.size());
    if (std::exchange(look.focus_edit, false) && field) field->SetSelection(end, end);
  }
  const bool escaped = ImGui::IsKeyPressed(ImGuiKey_Escape);
  if (escaped || entered) ImGui::SetNavCursorVisible(false);  // keys are the page's again
  if (escaped) {
    view.text.cancel_edit();
  } else if (entered || ImGui::IsItemDeactivated()) {
    view.text.end_edit();
  }
  return height - px(8);
}

/// Returns its height with what is around it.
float draw_line(const Line& line) {
  ImGui::PushID(line.index);
  const bool editing = line.look().editing == line.index;
  float height = static_cast<float>(line.flow.lines) * px(kLine);
  if (line.heard()) {
    const ImVec2 from = line.from - px(kTimes + kBetween + kSide, kAbove),
                 to = line.from + ImVec2(line.width + px(kSide), height + px(kAbove));
    card(ImGui::GetWindowDrawList(), from, to, 7);
  }
  draw_time(line, views::clock_tenths(line.segment.start));
  if (editing) {
    height = std::max(height, draw_editor(line));
  } else {
    draw_words(line);
  }
  ImGui::PopID();
  return height + px(2 * kAbove + kGap);
}

/// What is heard but not settled.
float draw_preview(const std::string& words, double time, ImVec2 from, float width) {
  {
    const WithFont font(12);
    const std::string at = views::clock_tenths(time);
    const float down = (px(kLine) - ImGui::GetFontSize()) / 2;
    ImGui::GetWindowDrawList()->AddText(from + ImVec2(-px(kTimes + kBetween), down), theme().text_3, at.c_str());
  }
  const WithFont font(kLetters);
  Segment segment;
  segment.text = words;
  const WordFlow flow = flow_words(segment, width);
  want_letters(words);
  const float down = (px(kLine) - ImGui::GetFontSize()) / 2;
  for (const FlowWord& word : flow.words) {
    const ImVec2 at = from + ImVec2(word.x, static_cast<float>(word.line) * px(kLine) + down);
    ImGui::GetWindowDrawList()->AddText({std::floor(at.x), std::floor(at.y)}, theme().text_3, words.data() + word.from,
                                        words.data() + word.to);
  }
  const float height = static_cast<float>(flow.lines) * px(kLine);
  probe_text(words, from, from + ImVec2(width, height));
  return height + px(2 * kAbove + kGap);
}

void reveal(TranscriptLook& look, float top, float bottom) {
  const ImGuiWindow* const window = ImGui::GetCurrentWindow();
  const float above = window->InnerClipRect.Min.y, below = window->InnerClipRect.Max.y;
  if (look.reveal_middle) {
    ImGui::SetScrollFromPosY((top + bottom) / 2 - window->Pos.y, 0.5F);
  } else if (top < above || bottom > below) {
    ImGui::SetScrollFromPosY((top < above ? top - px(8) : bottom + px(8)) - window->Pos.y, top < above ? 0.0F : 1.0F);
  }
  look.reveal = -1;
  look.reveal_middle = false;
}

}  // namespace

void draw_transcript(views::App& app) {
  static Flows flows;
  views::TranscribeView& view = app.transcribe;
  const views::Recording& recording = *view.recording();
  TranscriptLook& look = view.text.look;
  const bool at_end = ImGui::GetScrollY() >= ImGui::GetScrollMaxY() - px(80);
  if (ImGui::IsWindowHovered() && ImGui::GetIO().MouseWheel != 0) look.looked_ms = now_ms();
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const float left = corner.x + px(kTimes + kBetween), width = ImGui::GetContentRegionAvail().x - px(kTimes + kBetween);
  const ImRect seen = ImGui::GetCurrentWindow()->InnerClipRect;
  float y = corner.y + px(kAbove);
  for (std::size_t i = 0; i < view.recording()->segments.size(); ++i) {  // a click may change them
    const Segment& segment = view.recording()->segments[i];
    const WordFlow* flow = nullptr;
    {
      const WithFont font(kLetters);
      flow = &flows.of(segment, i, width);
    }
    const int index = static_cast<int>(i);
    float height = static_cast<float>(flow->lines) * px(kLine) + px(2 * kAbove + kGap);
    const float top = y - px(kAbove), bottom = y + height;
    if (look.reveal == index) reveal(look, top, bottom);
    const bool visible = bottom >= seen.Min.y && top <= seen.Max.y;
    if (visible || look.editing == index) height = draw_line({app, segment, index, {left, y}, width, *flow});
    y += height;
  }
  const views::SpeechJob* const job = view.shows_work() ? view.job() : nullptr;
  if (job && !job->preview.empty()) {
    y += draw_preview(job->preview, recording.segments.empty() ? 0 : recording.segments.back().end, {left, y}, width);
  }
  ImGui::SetCursorScreenPos({corner.x, y});
  ImGui::Dummy(px(0, 16));
  if (job && job->hearing && at_end) ImGui::SetScrollHereY(1);
}

}  // namespace wick::app
