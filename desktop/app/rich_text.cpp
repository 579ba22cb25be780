#include "rich_text.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text/unicode.h"
#include "fonts.h"
#include "icons.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {
namespace {

using views::TextRange;

ImU32 colour_of(Ink ink) {
  const Theme& t = theme();
  switch (ink) {
    case Ink::support:
      return t.text_2;
    case Ink::faint:
      return t.text_3;
    case Ink::string:
      return t.code_string;
    case Ink::comment:
      return t.code_comment;
    case Ink::text:
      break;
  }
  return t.text;
}

ImFontBaked* baked_of(const Run& run) { return font_of(run.face)->GetFontBaked(font_pixels(run.face, run.em)); }

float width_of(const LaidBlock& block, const Run& run, std::uint32_t from, std::uint32_t to) {
  ImFontBaked* const font = baked_of(run);
  float width = 0;
  for (std::size_t at = from; at < to;) {
    const text::Utf8Step step = text::decode_utf8(block.text, at);
    if (step.code != '\r') width += font->GetCharAdvance(static_cast<ImWchar>(step.code));
    at += step.length;
  }
  return width;
}

/// The letters of a run that show bytes of a range: [from, to) of the block's text.
TextRange part_of(const Run& run, TextRange range) {
  const std::size_t begin = std::max(run.begin, range.begin), end = std::min(run.end, range.end);
  if (begin >= end) return {};
  if (!run.same()) return {run.from, run.to};
  return {run.from + (begin - run.begin), run.from + (end - run.begin)};
}

/// Without the blanks at its ends.
TextRange inked(const LaidBlock& block, TextRange part) {
  const auto blank = [&](std::size_t at) { return block.text[at] == ' ' || block.text[at] == '\t'; };
  while (part.begin < part.end && blank(part.begin)) ++part.begin;
  while (part.begin < part.end && blank(part.end - 1)) --part.end;
  return part;
}

struct Span {
  float from, to;  // pixels from the block's corner
};

Span span_of(const LaidBlock& block, const Run& run, TextRange part) {
  const auto from = static_cast<std::uint32_t>(part.begin), to = static_cast<std::uint32_t>(part.end);
  const float x = run.x + width_of(block, run, run.from, from);
  return {x, x + width_of(block, run, from, to)};
}

class Painter {
 public:
  Painter(const LaidBlock& block, ImVec2 corner, const TextMarks& marks)
      : block_(block), corner_(corner), marks_(marks), canvas_(ImGui::GetWindowDrawList()) {}

  void draw() {
    for (const Mark& mark : block_.marks) draw_mark(mark);
    const float top = canvas_->GetClipRectMin().y - corner_.y, bottom = canvas_->GetClipRectMax().y - corner_.y;
    for (const Line& line : block_.lines) {
      if (line.y + line.height < top || line.y > bottom) continue;
      for (std::uint32_t i = line.first; i < line.last; ++i) draw_ground(line, block_.runs[i]);
      for (std::uint32_t i = line.first; i < line.last; ++i) draw_run(line, block_.runs[i]);
      tell(line);
    }
  }

 private:
  void draw_mark(const Mark& mark) {
    const Theme& t = theme();
    const ImVec2 from = corner_ + mark.from, to = corner_ + mark.to;
    switch (mark.kind) {
      case Mark::Kind::bullet:
        canvas_->AddCircleFilled((from + to) / 2, px(2.6F), t.text_3);
        break;
      case Mark::Kind::number: {
        ImFont* const font = fonts().regular;
        const float size = font_pixels(Face::regular, 15);
        const float width = font->CalcTextSizeA(size, FLT_MAX, 0, mark.words.c_str()).x;
        canvas_->AddText(font, size, {std::floor(from.x - width), std::floor(from.y + (to.y - from.y - size) / 2)},
                         t.text_3, mark.words.c_str());
        break;
      }
      case Mark::Kind::task:
      case Mark::Kind::done_task:
        canvas_->AddRect(from, to, t.line_field, px(3), px(1));
        if (mark.kind == Mark::Kind::done_task) draw_icon(canvas_, "check", from, to.x - from.x, t.text_2);
        break;
      case Mark::Kind::rule:
        canvas_->AddRectFilled(from, {to.x, from.y + std::max(1.0F, std::floor(px(1)))}, t.line);
        break;
    }
  }

  /// What stands behind a run's letters.
  void draw_ground(const Line& line, const Run& run) {
    const Theme& t = theme();
    const float top = corner_.y + line.y, middle = top + line.height / 2;
    if ((run.style & views::kCode) != 0) {
      const ImVec2 from(corner_.x + run.x - px(5), middle - px(10)),
          to(corner_.x + run.x + run.width + px(5), middle + px(10));
      canvas_->AddRectFilled(from, to, t.sunken, px(4));
      canvas_->AddRect(from, to, t.line, px(4), px(1));
    }
    if (const TextRange part = part_of(run, marks_.selected); part.end > part.begin) {
      const Span span = span_of(block_, run, part);
      canvas_->AddRectFilled({corner_.x + span.from, top}, {corner_.x + span.to, top + line.height},
                             t.dark ? t.flame_line : faded(t.flame, 0.35F));
    }
    if (const TextRange part = inked(block_, part_of(run, marks_.lit)); part.end > part.begin) {
      const Span span = span_of(block_, run, part);
      const ImVec2 from(corner_.x + span.from - px(2), middle - px(13)),
          to(corner_.x + span.to + px(2), middle + px(13));
      canvas_->AddRectFilled(from, to, t.flame_soft, px(4));
      canvas_->AddRect(from, to, t.flame_line, px(4), px(1));
    }
  }

  void draw_run(const Line& line, const Run& run) {
    const TextRange lit = inked(block_, part_of(run, marks_.lit));
    if (lit.end <= lit.begin) {
      letters(line, run, {run.from, run.to}, run.x, colour_of(run.ink));
    } else {
      const Span span = span_of(block_, run, lit);
      letters(line, run, {run.from, lit.begin}, run.x, colour_of(run.ink));
      letters(line, run, lit, span.from, theme().flame_text);
      letters(line, run, {lit.end, run.to}, span.to, colour_of(run.ink));
    }
    const float thin = std::max(1.0F, std::floor(px(1)));
    if (run.link >= 0) {
      const float y = std::floor(corner_.y + line.baseline + px(3));
      canvas_->AddRectFilled({corner_.x + run.x, y}, {corner_.x + run.x + run.width, y + thin}, theme().line_field);
    }
    if ((run.style & views::kStrike) != 0) {
      const float y = std::floor(corner_.y + line.baseline - px(run.em * 0.3F));
      canvas_->AddRectFilled({corner_.x + run.x, y}, {corner_.x + run.x + run.width, y + thin}, colour_of(run.ink));
    }
  }

  void letters(const Line& line, const Run& run, TextRange part, float x, ImU32 colour) {
    if (part.end <= part.begin) return;
    const ImFontBaked* const font = baked_of(run);
    canvas_->AddText(font_of(run.face), font_pixels(run.face, run.em),
                     {std::floor(corner_.x + x), std::floor(corner_.y + line.baseline - font->Ascent + 0.5F)}, colour,
                     block_.text.data() + part.begin, block_.text.data() + part.end);
  }

  void tell(const Line& line) {
    if (!probing() || line.first == line.last) return;
    const Run &first = block_.runs[line.first], &last = block_.runs[line.last - 1];
    probe_text(std::string_view(block_.text).substr(first.from, last.to - first.from),
               corner_ + ImVec2(first.x, line.y), corner_ + ImVec2(last.x + last.width, line.y + line.height));
  }

  const LaidBlock& block_;
  ImVec2 corner_;
  const TextMarks& marks_;
  ImDrawList* canvas_;
};

// ---- Cards of code ----

/// How far the toolkit has a card scrolled, in pixels.
float& scroll_of(std::size_t number) {
  return *ImGui::GetStateStorage()->GetFloatRef(ImGui::GetID(static_cast<int>(number)));
}

/// Where the letters of a block stand beside their places.
float shift_of(const RichText& text, std::size_t number) {
  return text.blocks[number].block->hidden > 0 ? -scroll_of(number) : 0;
}

/// The part of a card that its code shows in.
ImRect window_of(const LaidBlock& block, ImVec2 corner) {
  return {corner + block.card_from + ImVec2(px(1), px(kCodeHead)), corner + block.card_to - px(1, 1)};
}

/// Takes the wheel, and draws the bar at the bottom that can be drawn.
void scroll_card(const LaidBlock& block, ImVec2 corner, std::size_t number) {
  if (block.hidden <= 0) return;
  const ImGuiIO& io = ImGui::GetIO();
  float& scroll = scroll_of(number);
  const float wheel = io.MouseWheelH + (io.KeyShift ? io.MouseWheel : 0);
  const ImRect window = window_of(block, corner);
  if (wheel != 0 && ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(window.Min, window.Max))
    scroll -= wheel * px(48);
  const float track = window.GetWidth() - px(20), all = window.GetWidth() + block.hidden;
  const float length = std::max(px(24), track * window.GetWidth() / all), room = track - length;
  const ImVec2 from(window.Min.x + px(10), window.Max.y - px(11));
  ImGui::SetCursorScreenPos(from);
  ImGui::PushID(static_cast<int>(number));
  ImGui::InvisibleButton("Scroll", {track, px(11)});
  ImGui::PopID();
  const bool held = ImGui::IsItemActive();
  if (held && room > 0) scroll += io.MouseDelta.x * block.hidden / room;
  scroll = std::clamp(scroll, 0.0F, block.hidden);
  probe_part("Scroll code", from, from + ImVec2(track, px(11)));
  const ImVec2 bar(from.x + room * scroll / block.hidden, from.y + px(4));
  ImGui::GetWindowDrawList()->AddRectFilled(bar, bar + ImVec2(length, px(4)),
                                            held || ImGui::IsItemHovered() ? theme().line_field : theme().line_strong,
                                            px(2));
}

void draw_card(const LaidBlock& block, ImVec2 corner) {
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const ImVec2 from = corner + block.card_from, to = corner + block.card_to;
  canvas->AddRectFilled(from, to, t.code, px(10));
  canvas->AddRect(from, to, t.line, px(10), px(1));
  canvas->AddRectFilled({from.x, from.y + px(kCodeHead)},
                        {to.x, from.y + px(kCodeHead) + std::max(1.0F, std::floor(px(1)))}, t.line);
}

void draw_card_head(const LaidBlock& block, ImVec2 corner, int number) {
  const ImVec2 from = corner + block.card_from;
  ImGui::PushID(number);
  ImGui::SetCursorScreenPos(from + px(14, 8));
  {
    const WithFont font(12);
    text(block.language, theme().text_2);
  }
  const ButtonOptions copy{.kind = ButtonKind::quiet, .size = ButtonSize::small, .icon = "copy"};
  ImGui::SetCursorScreenPos({corner.x + block.card_to.x - button_width("Copy", copy) - px(4), from.y + px(3)});
  if (button("Copy", copy)) ImGui::SetClipboardText(block.text.c_str());
  ImGui::PopID();
}

void draw_quotes(const RichText::Placed& placed, const RichText::Placed* before, ImVec2 corner) {
  for (std::size_t i = 0; i < placed.block->quotes.size(); ++i) {
    const bool goes_on = before && before->block->quotes.size() > i;
    const float x = corner.x + placed.block->quotes[i];
    ImGui::GetWindowDrawList()->AddRectFilled({x, corner.y - (goes_on ? placed.gap : 0)},
                                              {x + px(2), corner.y + placed.block->height}, theme().line_strong);
  }
}

/// Behind the last letter.
void draw_caret(const RichText& text, ImVec2 corner) {
  ImVec2 at = corner;
  float height = px(15 * 1.65F);
  if (!text.blocks.empty()) {
    const auto& [block, top, gap] = text.blocks.back();
    const float shift = shift_of(text, text.blocks.size() - 1);
    at.y += top;
    if (block->code) at += block->card_from + px(14, kCodeHead + 12);
    if (!block->lines.empty()) {
      const Line& line = block->lines.back();
      at = corner + ImVec2(0, top + line.y);
      height = line.height;
      if (line.first < line.last) at.x += block->runs[line.last - 1].x + block->runs[line.last - 1].width + shift;
      if (block->code) at.x = std::clamp(at.x, corner.x + block->card_from.x, corner.x + block->card_to.x - px(11));
    }
  }
  write_caret(ImGui::GetWindowDrawList(), {std::floor(at.x + px(1)), std::floor(at.y + height / 2 - px(8))}, px(8, 16));
}

template <class Each>
void each_run(const RichText& text, Each each) {
  for (const auto& placed : text.blocks)
    for (const Line& line : placed.block->lines)
      for (std::uint32_t i = line.first; i < line.last; ++i) each(placed, line, placed.block->runs[i]);
}

/// The place in a run's letters that is nearest to an x, or the letter that it is on.
std::size_t byte_in_run(const LaidBlock& block, const Run& run, float x, bool nearest) {
  if (!run.same()) return nearest && x > run.x + run.width / 2 ? run.end : run.begin;
  ImFontBaked* const font = baked_of(run);
  float left = run.x;
  for (std::size_t at = run.from; at < run.to;) {
    const text::Utf8Step step = text::decode_utf8(block.text, at);
    const float advance = font->GetCharAdvance(static_cast<ImWchar>(step.code));
    if (x < left + (nearest ? advance / 2 : advance)) return run.begin + (at - run.from);
    left += advance;
    at += step.length;
  }
  return nearest ? run.end : std::max(run.begin, run.end - 1);
}

}  // namespace

void draw_rich_text(const RichText& text, ImVec2 corner, const TextMarks& marks, std::size_t offset) {
  TextMarks own = marks;
  for (TextRange* range : {&own.lit, &own.selected}) {
    range->begin -= std::min(range->begin, offset);
    range->end -= std::min(range->end, offset);
  }
  const ImDrawList* canvas = ImGui::GetWindowDrawList();
  const float top = canvas->GetClipRectMin().y, bottom = canvas->GetClipRectMax().y;
  for (std::size_t i = 0; i < text.blocks.size(); ++i) {
    const RichText::Placed& placed = text.blocks[i];
    const ImVec2 at = corner + ImVec2(0, placed.top);
    if (at.y + placed.block->height < top || at.y - placed.gap > bottom) continue;
    draw_quotes(placed, i == 0 ? nullptr : &text.blocks[i - 1], at);
    if (!placed.block->code) {
      Painter(*placed.block, at, own).draw();
      continue;
    }
    draw_card(*placed.block, at);
    draw_card_head(*placed.block, at, static_cast<int>(i));
    const ImRect window = window_of(*placed.block, at);
    ImGui::PushClipRect(window.Min, window.Max, true);
    Painter(*placed.block, at + ImVec2(shift_of(text, i), 0), own).draw();
    ImGui::PopClipRect();
    scroll_card(*placed.block, at, i);
  }
  if (marks.caret) draw_caret(text, corner);
}

std::optional<TextHit> letter_at(const RichText& text, ImVec2 mouse) {
  for (std::size_t number = 0; number < text.blocks.size(); ++number) {
    const auto& [block, top, gap] = text.blocks[number];
    if (mouse.y < top || mouse.y >= top + block->height) continue;
    if (block->code && !window_of(*block, {0, top}).Contains(mouse)) continue;
    const ImVec2 point(mouse.x - shift_of(text, number), mouse.y);
    for (const Line& line : block->lines) {
      if (point.y < top + line.y || point.y >= top + line.y + line.height) continue;
      for (std::uint32_t i = line.first; i < line.last; ++i) {
        const Run& run = block->runs[i];
        if (point.x < run.x || point.x >= run.x + run.width) continue;
        return TextHit{byte_in_run(*block, run, point.x, false),
                       run.link < 0 ? nullptr : &block->urls[static_cast<std::size_t>(run.link)]};
      }
    }
  }
  return std::nullopt;
}

std::size_t place_near(const RichText& text, ImVec2 mouse) {
  const Run* best = nullptr;
  const LaidBlock* of = nullptr;
  float least = std::numeric_limits<float>::max(), x = 0;
  each_run(text, [&](const RichText::Placed& placed, const Line& line, const Run& run) {
    const ImVec2 point(mouse.x - shift_of(text, static_cast<std::size_t>(&placed - text.blocks.data())), mouse.y);
    const float top = placed.top + line.y;
    const float down = point.y < top ? top - point.y : std::max(0.0F, point.y - (top + line.height));
    const float aside = point.x < run.x ? run.x - point.x : std::max(0.0F, point.x - (run.x + run.width));
    const float far = down * 1e4F + aside;
    if (far >= least) return;
    least = far;
    best = &run;
    of = placed.block.get();
    x = point.x;
  });
  return best ? byte_in_run(*of, *best, x, true) : 0;
}

TextRange word_at(const RichText& text, std::size_t byte) {
  TextRange word{byte, byte};
  each_run(text, [&](const RichText::Placed& placed, const Line&, const Run& run) {
    if (byte < run.begin || byte >= run.end) return;
    if (!run.same()) {
      word = {run.begin, run.end};
      return;
    }
    const std::string& letters = placed.block->text;
    const auto part = [&](std::size_t at) {
      const auto c = static_cast<unsigned char>(letters[at]);
      return c >= 0x80 || std::isalnum(c) != 0 || c == '_' || c == '\'';
    };
    std::size_t from = run.from + (byte - run.begin), to = from;
    while (from > run.from && part(from - 1)) --from;
    while (to < run.to && part(to)) ++to;
    word = {run.begin + (from - run.from), run.begin + (std::max(to, from + 1) - run.from)};
  });
  return word;
}

std::optional<TextBox> box_of(const RichText& text, TextRange range) {
  std::optional<TextBox> box;
  float line_top = 0;
  each_run(text, [&](const RichText::Placed& placed, const Line& line, const Run& run) {
    const TextRange part = inked(*placed.block, part_of(run, range));
    if (part.end <= part.begin) return;
    Span span = span_of(*placed.block, run, part);
    const float top = placed.top + line.y;
    if (placed.block->hidden > 0) {
      const float shift = shift_of(text, static_cast<std::size_t>(&placed - text.blocks.data()));
      const ImRect window = window_of(*placed.block, {0, placed.top});
      span = {std::max(span.from + shift, window.Min.x), std::min(span.to + shift, window.Max.x)};
      if (span.from >= span.to) return;
    }
    if (!box) {
      box = TextBox{{span.from, top}, {span.to, top + line.height}};
      line_top = top;
    } else if (top == line_top) {
      box->to.x = std::max(box->to.x, span.to);
    }
  });
  return box;
}

void reveal(const RichText& text, TextRange range) {
  each_run(text, [&](const RichText::Placed& placed, const Line&, const Run& run) {
    const TextRange part = part_of(run, range);
    if (placed.block->hidden <= 0 || part.end <= part.begin) return;
    const Span span = span_of(*placed.block, run, part);
    const float left = placed.block->card_from.x + px(14), right = placed.block->card_to.x - px(14);
    float& scroll = scroll_of(static_cast<std::size_t>(&placed - text.blocks.data()));
    scroll = std::min(std::max(scroll, span.to - right), std::max(0.0F, span.from - left));
  });
}

std::string text_between(const RichText& text, TextRange range) {
  std::string letters;
  for (const auto& [block, top, gap] : text.blocks) {
    bool first = true;
    for (const Line& line : block->lines) {
      for (std::uint32_t i = line.first; i < line.last; ++i) {
        const TextRange part = part_of(block->runs[i], range);
        if (part.end <= part.begin) continue;
        if (first && !letters.empty()) {
          while (letters.ends_with('\n')) letters.pop_back();
          letters += gap > px(3) ? "\n\n" : "\n";
        }
        first = false;
        letters.append(block->text, part.begin, part.end - part.begin);
      }
      if (line.ends && !first) letters += '\n';
    }
  }
  while (letters.ends_with('\n')) letters.pop_back();
  return letters;
}

}  // namespace wick::app
