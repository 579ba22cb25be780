#pragma once
// An answer's Markdown as blocks that a window can draw, each piece with the bytes of the answer that it came from.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wick::views {

/// Bits of Span::style.
enum Style : std::uint8_t { kPlain = 0, kStrong = 1, kEmphasis = 2, kCode = 4, kStrike = 8, kLink = 16 };

/// Text of one style. A line break, hard or soft, is "\n".
struct Span {
  std::string text;
  std::uint8_t style = kPlain;
  std::string url;                 // of a link
  std::size_t begin = 0, end = 0;  // bytes of the source; as many as the text has where they are the same, else not
  bool operator==(const Span&) const = default;
};
using Spans = std::vector<Span>;

/// Bytes of a text, none where begin == end.
struct TextRange {
  std::size_t begin = 0, end = 0;
  bool operator==(const TextRange&) const = default;
};

/// The part of a span's text that shows bytes [begin, end) of the source: all of it where a part cannot be told.
TextRange shown_part(const Span& span, std::size_t begin, std::size_t end);

enum class TaskMark : std::uint8_t { none, open, done };

/// What stands before the first block of a list item.
struct ItemMarker {
  std::optional<unsigned> number;  // of an ordered list
  TaskMark task = TaskMark::none;
  bool operator==(const ItemMarker&) const = default;
};

enum class Align : std::uint8_t { none, left, center, right };

struct Table {
  std::vector<Align> columns;
  std::vector<std::vector<Spans>> rows;  // [rows][columns], the head first
  bool operator==(const Table&) const = default;
};

/// A block of a document, flat: lists and quotes are depths.
struct Block {
  enum class Kind : std::uint8_t { paragraph, heading, code, table, rule };
  Kind kind = Kind::paragraph;
  int level = 0;                     // of a heading, 1 to 6
  int quotes = 0;                    // quotes around it
  int depth = 0;                     // lists around it, 0 outside of any
  bool tight = false;                // of a list whose items stand close together
  std::optional<ItemMarker> marker;  // of the first block of a list item
  std::string language;              // of code, as it was written
  Spans spans;                       // of a paragraph, a heading or code; code has no line break at its end
  Table table;
  bool operator==(const Block&) const = default;
};

/// CommonMark with GitHub's tables, strikethrough, task lists and bare links. HTML is text; a picture is a link to it;
/// only links to the web and to mail addresses are links. `unfinished`: more is coming, so a last line of marks alone
/// does not show, for it may turn out to be another thing; a block of code need not be closed. Any bytes are a
/// document.
std::vector<Block> parse_markdown(std::string_view source, bool unfinished = false);

/// All text of the spans.
std::string text_of(const Spans& spans);

}  // namespace wick::views
