// A file of a recording from anywhere: one that is written and read again unchanged, or an Error.
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "views/transcribe/export.h"
#include "views/transcribe/realign.h"
#include "views/transcribe/recording_json.h"
#include "views/transcribe/text_search.h"

namespace {

using namespace wick;
using namespace wick::views;

/// What a person does with a text, whatever it is.
void use(const Recording& recording, std::string_view words) {
  for (const TranscriptFormat& format : kTranscriptFormats) export_text(recording, format.id);
  export_name(recording, "txt");
  figures_of(recording.segments);
  word_at(recording.segments, recording.seconds / 2);
  find_hits(recording.segments, words.substr(0, 3));
  for (std::size_t at = 0; at < recording.segments.size(); ++at) with_segment_text(recording.segments, at, words);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const Recording recording = recording_from_json(text, "fuzz");
    const std::string file = recording_file(recording);
    if (recording_file(recording_from_json(file, "again")) != file) std::abort();
    const std::string line = recording_line_only(std::string_view(file).substr(0, file.find('\n')));
    if (head_from_json(line, "head").search != head_of(recording).search) std::abort();
    if (recording.segments.size() < 64) use(recording, text.substr(size / 2));
  } catch (const Error&) {
  }
  return 0;
}
