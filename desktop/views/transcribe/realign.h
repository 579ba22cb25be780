#pragma once
// A segment whose text a person has changed.
#include <string>
#include <string_view>
#include <vector>

#include "models/segment.h"

namespace wick::views {

/// A segment with another text. Words that stay keep their times; new ones share the time of those they replace, in
/// proportion to their letters, and are certain: a person wrote them.
Segment with_text(const Segment& segment, const std::string& text);

/// Segments of which one has another text, at whose ends blanks do not matter; an empty one removes it.
std::vector<Segment> with_segment_text(std::vector<Segment> segments, std::size_t at, std::string_view text);

/// Words with the blanks before them, as the engine has them; joined they are the text, but for blanks at its end.
std::vector<std::string> split_words(std::string_view text);

}  // namespace wick::views
