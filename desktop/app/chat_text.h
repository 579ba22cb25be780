#pragma once
// A message's text on the chat page: it can be selected, its links opened, its tokens inspected.
#include <string>

#include "chat_parts.h"
#include "rich_text.h"

namespace wick::app {

/// Draws a text at a corner; its first byte is byte `offset` of the turn's. `caret`: it is being written.
void draw_message_text(views::App& app, Window& window, const views::Turn& turn, const RichText& rich, ImVec2 corner,
                       std::size_t offset = 0, bool caret = false);

/// The letters of a range of the turn, as they show; `rich` and `offset` as they were drawn.
std::string selected_letters(views::TextRange range, const RichText& rich, std::size_t offset);

}  // namespace wick::app
