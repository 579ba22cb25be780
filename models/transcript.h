#pragma once
// A transcript as text: for reading, as subtitles, for other programs.
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "models/segment.h"

namespace wick {

/// "01:02.345", with `separator` before the milliseconds and the hours first where there are any, or `fields` is 3.
std::string timestamp(double seconds, char separator = '.', int fields = 2);

/// The whole of a format: txt, srt, vtt, tsv. Throws Error for another one.
std::string transcript_text(std::span<const Segment> segments, const std::string& format);

/// {text, language, segments: [{start, end, text, tokens, avg_logprob, no_speech_prob, ..., words where there are any:
/// [{text, start, end, probability}]}]}.
nlohmann::ordered_json transcript_json(std::span<const Segment> segments, const std::string& language);
/// The segments of a transcript's JSON, as transcript_json() writes it: each needs its start, end and text. Throws
/// Error for JSON of another form.
std::vector<Segment> segments_of_json(const nlohmann::ordered_json& transcript);

}  // namespace wick
