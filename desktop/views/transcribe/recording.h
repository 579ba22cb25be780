#pragma once
// A recording and what has been made of it.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/segment.h"

namespace wick::views {

enum class Origin { file, sample, microphone };

struct Recording {
  std::string id, title;
  double created = 0, updated = 0;  // ms since 1970
  Origin origin = Origin::file;
  std::string path;                 // of its sound; empty for the sample
  std::uint64_t bytes = 0;          // of that file, to know it again
  double seconds = 0;               // 0 until known
  std::string sound;                // "stereo 44.1 kHz"
  std::vector<std::uint8_t> peaks;  // see peaks.h
  double done = 0;                  // seconds that are transcribed
  bool complete = false;            // whether that is all
  std::vector<Segment> segments;
  std::string language;  // a code; empty until it is known
  std::string model;     // what people call it
  std::string problem;   // why it ended early, in words

  /// The name of its file, without the folder.
  std::string file_name() const;
};

/// The place of a word; -1 in a segment without times of words.
struct WordAt {
  int segment, word;
  bool operator==(const WordAt&) const = default;
};

/// The segment that is heard at a time: the last that has begun. -1 before the first.
int segment_at(std::span<const Segment> segments, double time);
/// The word that is heard at a time, or the last one before a pause.
std::optional<WordAt> word_at(std::span<const Segment> segments, double time);

/// Whether a model is in doubt about a word.
inline bool is_unsure(const Word& word) { return word.probability < 0.5; }

struct TranscriptFigures {
  int words = 0, unsure = 0;
  double confidence = 0;  // mean probability of the words; 0 where none is known
};
TranscriptFigures figures_of(std::span<const Segment> segments);

/// A line for each segment.
std::string text_of(std::span<const Segment> segments);
/// Later by `seconds`: what was heard of a part, at its place in the whole.
Segment shifted(Segment segment, double seconds);

/// A file's name without its extension and with blanks, as a title.
std::string title_of_file(std::string_view name);
/// "mono 16 kHz"
std::string sound_words(int channels, int rate);

}  // namespace wick::views
