#pragma once
// Recordings for tests.
#include <string>
#include <vector>

#include "views/transcribe/realign.h"
#include "views/transcribe/recording.h"

namespace wick::test {

/// A segment of these words, half a second each, from a second on.
inline Segment segment(double start, const std::string& text) {
  Segment segment;
  segment.start = segment.end = start;
  segment.text = text;
  segment.tokens = {1, 2};
  for (const std::string& word : views::split_words(text)) {
    segment.words.push_back(
        {word, segment.end, segment.end + 0.5, word.find("shrink") == std::string::npos ? 0.9 : 0.3});
    segment.end += 0.5;
  }
  return segment;
}

inline std::vector<Segment> said() {
  return {segment(0, " In the long history of the world,"), segment(10, " I do not shrink from this."),
          segment(20, " The Élan of the   WORLD")};
}

}  // namespace wick::test
