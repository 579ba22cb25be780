#include "code_colours.h"

#include <algorithm>

#include "views/chat/highlight.h"

namespace wick::app {
namespace {

Ink ink_of(views::CodeKind kind) {
  switch (kind) {
    case views::CodeKind::string:
    case views::CodeKind::number:
      return Ink::string;
    case views::CodeKind::comment:
      return Ink::comment;
    default:
      return Ink::text;
  }
}

/// Bytes [from, to) of a span's text.
views::Span part_of(const views::Span& span, std::size_t from, std::size_t to) {
  views::Span part = span;
  part.text = span.text.substr(from, to - from);
  if (span.text.size() == span.end - span.begin) {
    part.begin = span.begin + from;
    part.end = span.begin + to;
  }
  return part;
}

}  // namespace

CodeSpans colour_code(const views::Block& block) {
  const std::string code = views::text_of(block.spans);
  const std::vector<views::CodeSpan> pieces = views::highlight(code, block.language);
  CodeSpans coloured;
  std::size_t start = 0;  // of the span in the code
  auto piece = pieces.begin();
  for (const views::Span& span : block.spans) {
    for (std::size_t at = start; at < start + span.text.size();) {
      while (piece->end <= at) ++piece;
      const std::size_t end = std::min(piece->end, start + span.text.size());
      views::Span part = part_of(span, at - start, end - start);
      part.style = piece->kind == views::CodeKind::keyword ? views::kStrong : views::kPlain;
      coloured.spans.push_back(std::move(part));
      coloured.inks.push_back(ink_of(piece->kind));
      at = end;
    }
    start += span.text.size();
  }
  return coloured;
}

}  // namespace wick::app
