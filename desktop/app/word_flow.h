#pragma once
// Words in lines of a width.
#include <imgui.h>

#include <string>
#include <vector>

#include "models/segment.h"

namespace wick::app {

/// A word, or as much of a very long one as a line takes.
struct FlowWord {
  int word;              // of the segment; -1 where it has no words
  std::size_t from, to;  // bytes of the segment's text, without the blanks around it
  float x, width;        // pixels from the left
  int line;
};

struct WordFlow {
  std::vector<FlowWord> words;
  int lines = 1;
};

/// Lays out a segment in the current face.
WordFlow flow_words(const Segment& segment, float width);
/// The words of a segment joined, which FlowWord's places are in.
std::string joined_text(const Segment& segment);

}  // namespace wick::app
