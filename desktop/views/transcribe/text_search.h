#pragma once
// Finding words in a transcript.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/segment.h"

namespace wick::views {

/// Something found: bytes [from, to) of a segment's text.
struct TextHit {
  int segment;
  std::size_t from, to;
  bool operator==(const TextHit&) const = default;
};

/// Every place that has the query, without regard to case and accents; blanks stand for any blanks.
std::vector<TextHit> find_hits(std::span<const Segment> segments, std::string_view query);
/// The words of a segment that a hit touches, of words whose texts joined are the segment's.
std::vector<int> words_of_hit(const Segment& segment, const TextHit& hit);
/// The hit `step` places further, around the end; -1 of none.
int next_hit(int count, int at, int step);

}  // namespace wick::views
