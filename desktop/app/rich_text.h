#pragma once
// A laid out message on the screen: drawn, pointed at, selected.
#include <imgui.h>

#include <optional>
#include <string>

#include "text_cache.h"

namespace wick::app {

/// What stands out of a message: ranges of its bytes.
struct TextMarks {
  views::TextRange lit;  // a token
  views::TextRange selected;
  bool caret = false;  // behind the last letter: it is being written
};

/// What a point is on.
struct TextHit {
  std::size_t byte = 0;              // of the message: that of the letter
  const std::string* url = nullptr;  // of the link that it belongs to
};

/// Draws what is on the screen; `corner` in pixels of it. `offset`: the byte of the message that the text begins at.
/// Buttons and scroll bars of code cards are the toolkit's items, and how far they are scrolled is its storage's: this
/// and what asks for places must be called with the same IDs.
void draw_rich_text(const RichText& text, ImVec2 corner, const TextMarks& marks, std::size_t offset = 0);

/// The letter under a point, which like all of these is relative to the text's corner.
std::optional<TextHit> letter_at(const RichText& text, ImVec2 point);
/// The place between letters that is nearest to a point: where a selection begins or ends.
std::size_t place_near(const RichText& text, ImVec2 point);
/// The word around a byte.
views::TextRange word_at(const RichText& text, std::size_t byte);
/// Scrolls cards of code so that the letters of a range are in sight.
void reveal(const RichText& text, views::TextRange range);
/// The box of the first line of a range's letters; nothing if none of them shows.
struct TextBox {
  ImVec2 from, to;
};
std::optional<TextBox> box_of(const RichText& text, views::TextRange range);
/// The letters of a range as they show, with line ends.
std::string text_between(const RichText& text, views::TextRange range);

}  // namespace wick::app
