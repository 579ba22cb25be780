#pragma once
// Recordings as the window keeps them: JSON whose first line has what a list shows.
#include <string>
#include <string_view>

#include "views/transcribe/recording.h"

namespace wick::views {

/// What a list shows.
struct RecordingHead {
  std::string id, title;
  double updated = 0;  // ms since 1970
  double seconds = 0;
  std::string words;   // the first of the text
  std::string search;  // title and text, in lower case
};
RecordingHead head_of(const Recording& recording);

std::string recording_file(const Recording& recording);
/// Of recording_file(). What is missing or of another type takes its default. Throws Error for what is no recording,
/// naming `source`.
Recording recording_from_json(std::string_view text, std::string_view source);
/// A whole JSON of the first line of recording_file(), without segments and peaks; "" for another line.
std::string recording_line_only(std::string_view line);
/// Of the first line.
RecordingHead head_from_json(std::string_view line, std::string_view source);

}  // namespace wick::views
