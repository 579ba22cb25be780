#include "views/transcribe/recording_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/error.h"
#include "core/text/jinja_text.h"
#include "models/transcript.h"

namespace wick::views {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::size_t kFirstWords = 160;  // bytes
constexpr std::string_view kRest = R"(,"peaks":)";
constexpr std::array<const char*, 3> kOrigins = {"file", "sample", "microphone"};
constexpr std::string_view kDigits = "0123456789abcdef";

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string text_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A finite number that is not negative, or 0.
double number_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return 0;
  const auto number = found->get<double>();
  return std::isfinite(number) ? std::clamp(number, 0.0, 1e15) : 0;
}

bool flag_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

Origin origin_in(const Json& json) {
  const auto found = std::find(kOrigins.begin(), kOrigins.end(), text_in(json, "origin"));
  return found == kOrigins.end() ? Origin::file : static_cast<Origin>(found - kOrigins.begin());
}

std::string hex_of(const std::vector<std::uint8_t>& bytes) {
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::vector<std::uint8_t> bytes_of(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    const std::size_t high = kDigits.find(hex[at]), low = kDigits.find(hex[at + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return {};
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

bool fits(double start, double end) { return std::isfinite(start) && std::isfinite(end) && start >= 0; }

/// Those of a file that somebody may have changed: none if they cannot be what a recording has, in the order of time.
std::vector<Segment> segments_in(const Json& json) {
  std::vector<Segment> segments = segments_of_json(json);
  std::erase_if(segments, [](const Segment& segment) { return !fits(segment.start, segment.end); });
  for (Segment& segment : segments) {
    if (!std::all_of(segment.words.begin(), segment.words.end(), [](const Word& w) { return fits(w.start, w.end); })) {
      segment.words.clear();
    }
  }
  const auto earlier = [](const Segment& a, const Segment& b) {
    return std::tie(a.start, a.end, a.text) < std::tie(b.start, b.end, b.text);
  };
  // Those that are in order stay as they are, also where some are alike.
  if (!std::is_sorted(segments.begin(), segments.end(), earlier)) std::sort(segments.begin(), segments.end(), earlier);
  return segments;
}

Json parsed(std::string_view text, std::string_view source) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw Error("{}: cannot be read as a recording: it is not valid JSON", source);
  if (!json.is_object() || !json.contains("title")) {
    throw Error("{}: cannot be read as a recording: it has no 'title'", source);
  }
  if (number_in(json, "version") > kVersion) {
    throw Error("{}: is of version {}, this program reads {}: a newer one wrote it", source, dump(json["version"]),
                kVersion);
  }
  return json;
}

/// Without half a character at the end.
std::string first_words(const std::string& text) {
  std::string words = text.substr(0, kFirstWords);
  std::replace(words.begin(), words.end(), '\n', ' ');
  if (words.size() < text.size()) {
    while (!words.empty() && jinja::continues_character(text[words.size()])) words.pop_back();
  }
  return words;
}

RecordingHead head(const std::string& id, const std::string& title, double updated, double seconds,
                   const std::string& text) {
  return {id, title, updated, seconds, first_words(text), jinja::lower(title + "\n" + text)};
}

}  // namespace

RecordingHead head_of(const Recording& recording) {
  return head(recording.id, recording.title, recording.updated, recording.seconds, text_of(recording.segments));
}

std::string recording_file(const Recording& recording) {
  Json json{{"version", kVersion},
            {"id", recording.id},
            {"title", recording.title},
            {"created", recording.created},
            {"updated", recording.updated},
            {"origin", kOrigins[static_cast<std::size_t>(recording.origin)]},
            {"path", recording.path},
            {"bytes", recording.bytes},
            {"seconds", recording.seconds},
            {"sound", recording.sound},
            {"done", recording.done},
            {"complete", recording.complete},
            {"model", recording.model},
            {"problem", recording.problem},
            {"language", recording.language},
            {"text", text_of(recording.segments)}};
  std::string text = dump(json);
  text.pop_back();
  text += kRest;
  text += "\n\"" + hex_of(recording.peaks) + "\"";
  text += ",\n\"segments\":" + dump(transcript_json(recording.segments, "")["segments"]);
  return text + "}\n";
}

std::string recording_line_only(std::string_view line) {
  if (!line.ends_with(kRest)) return "";
  line.remove_suffix(kRest.size());
  return std::string(line) + "}";
}

RecordingHead head_from_json(std::string_view line, std::string_view source) {
  const Json json = parsed(line, source);
  return head(text_in(json, "id"), text_in(json, "title"), number_in(json, "updated"), number_in(json, "seconds"),
              text_in(json, "text"));
}

Recording recording_from_json(std::string_view text, std::string_view source) {
  const Json json = parsed(text, source);
  Recording recording;
  recording.id = text_in(json, "id");
  recording.title = text_in(json, "title");
  recording.created = number_in(json, "created");
  recording.updated = number_in(json, "updated");
  recording.origin = origin_in(json);
  recording.path = text_in(json, "path");
  recording.bytes = static_cast<std::uint64_t>(number_in(json, "bytes"));
  recording.seconds = number_in(json, "seconds");
  recording.sound = text_in(json, "sound");
  recording.done = number_in(json, "done");
  recording.complete = flag_in(json, "complete");
  recording.model = text_in(json, "model");
  recording.problem = text_in(json, "problem");
  recording.language = text_in(json, "language");
  recording.peaks = bytes_of(text_in(json, "peaks"));
  if (!json.contains("segments")) return recording;
  try {
    recording.segments = segments_in(json);
  } catch (const Error& error) {
    throw Error("{}: cannot be read as a recording: {}", source, error.what());
  }
  return recording;
}

}  // namespace wick::views
