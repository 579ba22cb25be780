#pragma once
// Words that stand on a page, and what parts them.
#include <imgui.h>

#include <string_view>

namespace wick::app {

/// Text of one line or wrapped at `width` pixels, which the probe sees.
void text(std::string_view words, ImU32 colour = 0, float width = 0);
/// A line of it that ends in an ellipsis where it has no room.
void clipped_text(std::string_view words, ImU32 colour, float width);
/// Facts in small grey letters.
void caption(std::string_view words);
/// A line across what is left of the width.
void hairline(float above = 0, float below = 0);
/// A title in letters of that size.
void headline(std::string_view words, float size);

/// Words under the mouse, where the last part has rested under it.
void tip(const char* words);

}  // namespace wick::app
