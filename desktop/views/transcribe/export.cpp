#include "views/transcribe/export.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text/jinja_text.h"
#include "models/transcript.h"
#include "views/chat/conversation_json.h"
#include "views/transcribe/time_words.h"

namespace wick::views {
namespace {

using Json = nlohmann::ordered_json;

/// The engine's JSON of the text, with what it is of.
std::string json_of(const Recording& recording) {
  Json json = transcript_json(recording.segments, recording.language);
  Json whole;
  for (const auto& [key, value] : json.items())
    if (key != "segments") whole[key] = value;
  whole["title"] = recording.title;
  whole["file"] = recording.file_name();
  whole["seconds"] = std::round(recording.seconds * 1000) / 1000;
  whole["model"] = recording.model;
  whole["segments"] = std::move(json["segments"]);
  return whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// A heading, and a paragraph for each segment, with its time.
std::string markdown_of(const Recording& recording) {
  std::string text = fmt::format("# {}\n", recording.title);
  for (const Segment& segment : recording.segments) {
    text += fmt::format("\n**{}** {}\n", clock_words(segment.start), jinja::strip(segment.text, true, true));
  }
  return text;
}

}  // namespace

std::string export_text(const Recording& recording, const std::string& format) {
  if (format == "json") return json_of(recording);
  if (format == "md") return markdown_of(recording);
  return transcript_text(recording.segments, format);
}

std::string export_name(const Recording& recording, const std::string& format) {
  return file_name_of(recording.title, format);
}

}  // namespace wick::views
