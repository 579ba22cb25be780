#pragma once
// A transcript as text: for reading, as subtitles, for other programs.
#include <span>
#include <string>

#include "command.h"
#include "models/transcriber.h"

namespace wick::cli {

/// "01:02.345", with `separator` before the milliseconds and the hours first where there are any, or `fields` is 3.
std::string timestamp(double seconds, char separator = '.', int fields = 2);

/// The whole of a format: txt, srt, vtt, tsv.
std::string transcript_text(std::span<const Segment> segments, const std::string& format);
/// {text, language, segments: [{start, end, text, tokens, avg_logprob, no_speech_prob, ...}]}.
Json transcript_json(std::span<const Segment> segments, const std::string& language);

}  // namespace wick::cli
