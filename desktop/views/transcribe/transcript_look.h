#pragma once
// What of a transcript is looked at.
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "views/transcribe/peaks.h"
#include "views/transcribe/recording.h"
#include "views/transcribe/text_search.h"

namespace wick::views {

struct TranscriptLook {
  std::string query;
  std::vector<TextHit> hits;
  int hit = -1;             // which of them; -1 where there is none
  int segment = 0;          // that the arrow keys are at
  int pressed = -1;         // that the mouse went down on last
  int editing = -1;         // the segment that is being edited
  std::string edit;         // its new text
  bool focus_edit = false;  // its field is to take the keyboard
  bool edit_mode = false;   // a click edits rather than plays
  bool focus_search = false;
  bool renaming = false;       // the title is a field
  std::string title;           // in it
  int reveal = -1;             // the segment that is to be brought into view, once
  bool reveal_middle = false;  // into its middle
  double looked_ms = -1e9;     // by the clock: when somebody scrolled
  double zoom = 1;             // of the waveform
  WaveStretch stretch;         // that it shows
  bool dragging = false;       // the playhead
  std::optional<WordAt> now;   // that is heard

  /// The hits in a segment.
  std::span<const TextHit> hits_in(int at) const {
    const auto [first, last] = std::equal_range(hits.begin(), hits.end(), TextHit{at, 0, 0},
                                                [](const auto& a, const auto& b) { return a.segment < b.segment; });
    return {first, last};
  }
  const TextHit* current_hit() const { return hit < 0 ? nullptr : &hits[static_cast<std::size_t>(hit)]; }
};

}  // namespace wick::views
