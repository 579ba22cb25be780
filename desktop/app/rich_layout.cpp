#include "rich_layout.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "code_colours.h"
#include "core/text/unicode.h"
#include "fonts.h"
#include "parts.h"
#include "theme.h"
#include "views/chat/highlight.h"

namespace wick::app {
namespace {

using views::Align;
using views::Block;
using views::Span;
using views::Spans;

constexpr float kIndent = 22.5F, kQuote = 18;     // a list's, a quote's
constexpr float kCodeEm = 13, kCodeLine = 1.6F;   // of a block of code
constexpr float kCellGap = 20, kCellPadding = 7;  // between columns, above and below rows
constexpr float kChip = 5;                        // beside inline code
constexpr float kInlineCode = 0.9F;               // of the letters around it

/// A letter, or what counts as one, on its way into a line.
struct Cell {
  std::uint32_t at, length;  // of LaidBlock::text
  std::uint32_t span;
  float advance;
  bool blank, newline, may_end;  // a line may end behind it
};

/// Scripts without blanks between words may be parted anywhere.
bool is_ideograph(char32_t code) {
  return (code >= 0x2E80 && code <= 0xD7AF && !(code >= 0x3001 && code <= 0x3002)) ||
         (code >= 0x20000 && code < 0x40000);
}

/// One style of a block's letters before spans change it.
struct Base {
  float em, line;
  Face face = Face::regular;
  Ink ink = Ink::text;
};

Face face_of(const Span& span, const Base& base) {
  if (base.face == Face::mono) return (span.style & views::kStrong) != 0 ? Face::mono_bold : Face::mono;
  if ((span.style & views::kCode) != 0) return (span.style & views::kStrong) != 0 ? Face::mono_bold : Face::mono;
  if ((span.style & views::kStrong) != 0) return Face::semibold;
  return (span.style & views::kEmphasis) != 0 ? Face::italic : base.face;
}

bool is_chip(const Span& span, const Base& base) { return (span.style & views::kCode) != 0 && base.face != Face::mono; }

float em_of(const Span& span, const Base& base) { return is_chip(span, base) ? base.em * kInlineCode : base.em; }

/// Puts spans into lines of a block.
class Flow {
 public:
  explicit Flow(LaidBlock& laid) : laid_(laid) {}

  /// Lays spans at (x, y) in a column; returns the height they take. `inks`: of each span, else the base's.
  float add(const Spans& spans, const Base& base, float x, float y, float width, Align align = Align::none,
            const std::vector<Ink>* inks = nullptr);
  /// The width of the longest line, unless it is broken.
  float width_of(const Spans& spans, const Base& base);

 private:
  void take_cells(const Spans& spans, const Base& base);
  std::size_t line_end(std::size_t first, float width) const;
  void put_line(std::size_t first, std::size_t last, float x, float y, float width, Align align);

  LaidBlock& laid_;
  const Spans* spans_ = nullptr;
  const std::vector<Ink>* inks_ = nullptr;
  Base base_{};
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> starts_;  // of each span in LaidBlock::text
  std::vector<int> links_;
};

void Flow::take_cells(const Spans& spans, const Base& base) {
  spans_ = &spans;
  base_ = base;
  cells_.clear();
  starts_.clear();
  links_.clear();
  for (std::uint32_t index = 0; index < spans.size(); ++index) {
    const Span& span = spans[index];
    const Face face = face_of(span, base);
    ImFontBaked* const font = font_of(face)->GetFontBaked(font_pixels(face, em_of(span, base)));
    const auto start = static_cast<std::uint32_t>(laid_.text.size());
    starts_.push_back(start);
    if (!span.url.empty() && (laid_.urls.empty() || laid_.urls.back() != span.url)) laid_.urls.push_back(span.url);
    links_.push_back(span.url.empty() ? -1 : static_cast<int>(laid_.urls.size()) - 1);
    laid_.text += span.text;
    want_letters(span.text);
    const std::size_t first_cell = cells_.size();
    for (std::size_t at = 0; at < span.text.size();) {
      const auto byte = static_cast<unsigned char>(span.text[at]);
      const text::Utf8Step step = text::decode_utf8(span.text, at);
      const bool newline = byte == '\n', blank = byte == ' ' || byte == '\t' || newline || byte == '\r';
      const float advance = newline || byte == '\r' ? 0 : font->GetCharAdvance(static_cast<ImWchar>(step.code));
      cells_.push_back({start + static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(step.length), index, advance,
                        blank, newline, blank || byte == '-' || is_ideograph(step.code)});
      at += static_cast<std::size_t>(step.length);
    }
    if (is_chip(span, base) && cells_.size() > first_cell) {
      cells_[first_cell].advance += px(kChip);
      cells_.back().advance += px(kChip);
    }
  }
}

/// The cell after the line that begins at one.
std::size_t Flow::line_end(std::size_t first, float width) const {
  float x = 0;
  std::size_t end = first;  // of what may stand alone on the line
  for (std::size_t i = first; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    if (cell.newline) return i + 1;
    x += cell.advance;
    if (x > width && !cell.blank) return end > first ? end : std::max(i, first + 1);
    if (cell.may_end) end = i + 1;
  }
  return cells_.size();
}

void Flow::put_line(std::size_t first, std::size_t last, float x, float y, float width, Align align) {
  float length = 0, inked = 0;
  for (std::size_t i = first; i < last; ++i) {
    length += cells_[i].advance;
    if (!cells_[i].blank) inked = length;
  }
  if (align == Align::center) x += std::max(0.0F, (width - inked) / 2);
  if (align == Align::right) x += std::max(0.0F, width - inked);
  laid_.width = std::max(laid_.width, x + inked);
  const float height = base_.line * px(base_.em);
  const ImFontBaked* const font = font_of(base_.face)->GetFontBaked(font_pixels(base_.face, base_.em));
  Line line{.y = y,
            .height = height,
            .baseline = y + (height - (font->Ascent - font->Descent)) / 2 + font->Ascent,
            .first = static_cast<std::uint32_t>(laid_.runs.size()),
            .last = 0,
            .ends = last > first && cells_[last - 1].newline};
  for (std::size_t i = first; i < last;) {
    const std::uint32_t index = cells_[i].span;
    const Span& span = (*spans_)[index];
    const bool chip = is_chip(span, base_);
    std::size_t end = i;
    float advance = 0, seen = 0;
    while (end < last && cells_[end].span == index && !cells_[end].newline) {
      advance += cells_[end].advance;
      if (!cells_[end].blank || end + 1 < last) seen = advance;
      ++end;
    }
    if (end > i) {
      const std::uint32_t from = cells_[i].at, to = cells_[end - 1].at + cells_[end - 1].length;
      const bool same = span.text.size() == span.end - span.begin;
      const bool leads = chip && from == starts_[index];
      const bool trails = chip && to == starts_[index] + span.text.size();
      Run run{.from = from,
              .to = to,
              .begin = same ? span.begin + (from - starts_[index]) : span.begin,
              .end = same ? span.begin + (to - starts_[index]) : span.end,
              .x = x + (leads ? px(kChip) : 0),
              .width = seen - (leads ? px(kChip) : 0) - (trails ? px(kChip) : 0),
              .face = face_of(span, base_),
              .ink = inks_ ? (*inks_)[index] : base_.ink,
              .style = chip ? span.style : static_cast<std::uint8_t>(span.style & ~views::kCode),
              .em = em_of(span, base_),
              .link = links_[index]};
      laid_.runs.push_back(run);
    }
    x += advance;
    i = end < last && cells_[end].newline ? end + 1 : end;
  }
  line.last = static_cast<std::uint32_t>(laid_.runs.size());
  laid_.lines.push_back(line);
}

float Flow::add(const Spans& spans, const Base& base, float x, float y, float width, Align align,
                const std::vector<Ink>* inks) {
  take_cells(spans, base);
  inks_ = inks;
  const float height = base.line * px(base.em), top = y;
  for (std::size_t first = 0; first < cells_.size();) {
    const std::size_t last = line_end(first, width);
    put_line(first, last, x, y, width, align);
    y += height;
    first = last;
  }
  if (!cells_.empty() && cells_.back().newline) y += height;  // what ends with a line's end has an empty one below
  return std::max(y - top, height);
}

float Flow::width_of(const Spans& spans, const Base& base) {
  const std::size_t text = laid_.text.size(), urls = laid_.urls.size();
  take_cells(spans, base);
  laid_.text.resize(text);
  laid_.urls.resize(urls);
  float widest = 0, x = 0;
  for (const Cell& cell : cells_) {
    x = cell.newline ? 0 : x + cell.advance;
    if (!cell.blank) widest = std::max(widest, x);
  }
  return widest;
}

// ---- Blocks ----

void lay_code(LaidBlock& laid, const Block& block, float x, float width) {
  laid.code = true;
  laid.language = views::language_title(block.language);
  const CodeSpans code = colour_code(block);
  const float top = px(kCodeHead) + px(12);
  const float left = x + px(14), height = Flow(laid).add(code.spans, {kCodeEm, kCodeLine, Face::mono}, left, top,
                                                         std::numeric_limits<float>::max(), Align::none, &code.inks);
  laid.hidden = std::max(0.0F, std::ceil(laid.width - (width - px(14))));
  laid.height = top + height + px(laid.hidden > 0 ? 19 : 13);
  laid.width = width;
  laid.card_from = {x, 0};
  laid.card_to = {width, laid.height};
}

/// Widths of columns: as wide as their texts, or less where that does not fit.
std::vector<float> column_widths(Flow& flow, const views::Table& table, const Base& base, float width) {
  std::vector<float> widths(table.columns.size(), px(8));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
      widths[i] = std::max(widths[i], std::ceil(flow.width_of(row[i], base)) + 1);
  const float gaps = px(kCellGap) * static_cast<float>(widths.size());
  float all = 0, wide = 0;
  for (const float each : widths) all += each;
  const float most = std::max(width - gaps, px(40) * static_cast<float>(widths.size())),
              fair = most / static_cast<float>(widths.size());
  if (all <= most) return widths;
  for (const float each : widths) wide += std::max(0.0F, each - fair);
  for (float& each : widths)
    if (each > fair) each = std::max(px(40), each - (each - fair) / wide * (all - most));
  return widths;
}

void lay_table(LaidBlock& laid, const Block& block, float x, float width) {
  Flow flow(laid);
  const Base body{14, 1.45F}, head{13, 1.45F, Face::semibold, Ink::support};
  const std::vector<float> widths = column_widths(flow, block.table, body, width - x);
  float all = 0;
  for (const float each : widths) all += each + px(kCellGap);
  float y = 0;
  for (std::size_t row = 0; row < block.table.rows.size(); ++row) {
    if (row > 0) laid.marks.push_back({Mark::Kind::rule, {x, y}, {x + all, y + 1}, {}});
    float cell_x = x, height = 0;
    for (std::size_t i = 0; i < std::min(widths.size(), block.table.rows[row].size()); ++i) {
      height = std::max(height, flow.add(block.table.rows[row][i], row == 0 ? head : body, cell_x, y + px(kCellPadding),
                                         widths[i], block.table.columns[i]));
      if (!laid.lines.empty()) laid.lines.back().ends = true;
      cell_x += widths[i] + px(kCellGap);
    }
    y += height + 2 * px(kCellPadding);
  }
  laid.height = y;
}

void add_marker(LaidBlock& laid, const views::ItemMarker& marker, float x, float line) {
  const float middle = line / 2;
  if (marker.task != views::TaskMark::none) {
    const bool done = marker.task == views::TaskMark::done;
    laid.marks.push_back({done ? Mark::Kind::done_task : Mark::Kind::task,
                          {x - px(20), middle - px(6.5F)},
                          {x - px(7), middle + px(6.5F)},
                          {}});
  } else if (marker.number) {
    laid.marks.push_back({Mark::Kind::number, {x - px(6), 0}, {x, line}, fmt::format("{}.", *marker.number)});
  } else {
    laid.marks.push_back({Mark::Kind::bullet, {x - px(15), middle}, {x - px(10), middle}, {}});
  }
}

}  // namespace

ImFont* font_of(Face face) {
  switch (face) {
    case Face::semibold:
      return fonts().semibold;
    case Face::italic:
      return fonts().italic;
    case Face::mono:
      return fonts().mono;
    case Face::mono_bold:
      return fonts().mono_bold;
    case Face::regular:
      break;
  }
  return fonts().regular;
}

float font_pixels(Face face, float em) { return std::round(px(toolkit_size(font_of(face), em))); }

LaidBlock lay_out(const Block& block, float width, const LayoutStyle& style) {
  LaidBlock laid;
  for (int i = 0; i < block.quotes; ++i) laid.quotes.push_back(px(kQuote) * static_cast<float>(i));
  const float x = px(kQuote) * static_cast<float>(block.quotes) + px(kIndent) * static_cast<float>(block.depth);
  const float inner = std::max(width - x, px(40));
  Base base{style.em, style.line};
  if (block.quotes > 0) base.ink = Ink::support;
  switch (block.kind) {
    case Block::Kind::heading:
      base = {block.level <= 2 ? 17.0F : 15.0F, 1.35F, Face::semibold};
      [[fallthrough]];
    case Block::Kind::paragraph:
      laid.height = Flow(laid).add(block.spans, base, x, 0, inner);
      break;
    case Block::Kind::code:
      lay_code(laid, block, x, std::max(width, x + px(60)));
      break;
    case Block::Kind::table:
      lay_table(laid, block, x, width);
      break;
    case Block::Kind::rule:
      laid.height = px(9);
      laid.marks.push_back({Mark::Kind::rule, {x, px(4)}, {width, px(4) + 1}, {}});
      break;
  }
  if (block.marker) add_marker(laid, *block.marker, x, base.line * px(base.em));
  laid.begin = laid.runs.empty() ? 0 : laid.runs.front().begin;
  for (const Run& run : laid.runs) {
    laid.begin = std::min(laid.begin, run.begin);
    laid.end = std::max(laid.end, run.end);
  }
  return laid;
}

}  // namespace wick::app
