#pragma once
// A transcript as a file.
#include <array>
#include <string>

#include "views/transcribe/recording.h"

namespace wick::views {

struct TranscriptFormat {
  const char *id, *title;  // "srt", "Subtitles, SubRip"
};
inline constexpr std::array<TranscriptFormat, 6> kTranscriptFormats = {{{"txt", "Plain text"},
                                                                        {"srt", "Subtitles, SubRip"},
                                                                        {"vtt", "Subtitles, WebVTT"},
                                                                        {"tsv", "Table with times"},
                                                                        {"json", "Words, times, probabilities"},
                                                                        {"md", "Markdown"}}};

/// The whole file. Throws Error for a format that there is not.
std::string export_text(const Recording& recording, const std::string& format);
/// A file name that every system takes, from the title.
std::string export_name(const Recording& recording, const std::string& format);

}  // namespace wick::views
