#include "models/transcript.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "core/text/jinja_text.h"

namespace wick {

using Json = nlohmann::ordered_json;

namespace {

/// One line, as every format wants a text: an empty one would end a cue.
std::string line_of(std::string_view text) {
  std::string line;
  for (const char c : jinja::strip(text, true, true, " \t\r\n")) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space || line.back() != ' ') line += space ? ' ' : c;
  }
  return line;
}

/// As WebVTT has it, where < begins a tag and & a character's name.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return out;
}

}  // namespace

std::string timestamp(double seconds, char separator, int fields) {
  const auto ms = static_cast<long long>(std::llround(seconds * 1000));
  const long long hours = ms / 3'600'000, minutes = ms / 60'000 % 60;
  const std::string rest = fmt::format("{:02}:{:02}{}{:03}", minutes, ms / 1000 % 60, separator, ms % 1000);
  return hours > 0 || fields > 2 ? fmt::format("{:02}:{}", hours, rest) : rest;
}

std::string transcript_text(std::span<const Segment> segments, const std::string& format) {
  if (format != "txt" && format != "srt" && format != "vtt" && format != "tsv") {
    throw Error("[transcript] no format '{}', only txt, srt, vtt and tsv", format);
  }
  std::string out = format == "vtt" ? "WEBVTT\n\n" : format == "tsv" ? "start\tend\ttext\n" : "";
  int number = 0;
  for (const Segment& s : segments) {
    const std::string text = line_of(s.text);
    ++number;
    if (format == "srt") {
      out += fmt::format("{}\n{} --> {}\n{}\n\n", number, timestamp(s.start, ',', 3), timestamp(s.end, ',', 3), text);
    } else if (format == "vtt") {
      out += fmt::format("{} --> {}\n{}\n\n", timestamp(s.start), timestamp(s.end), escaped(text));
    } else if (format == "tsv") {
      out += fmt::format("{}\t{}\t{}\n", std::llround(s.start * 1000), std::llround(s.end * 1000), text);
    } else {
      out += fmt::format("{}\n", text);
    }
  }
  return out;
}

Json transcript_json(std::span<const Segment> segments, const std::string& language) {
  std::string text;
  Json list = Json::array();
  for (const Segment& s : segments) {
    text += s.text;
    list.push_back({{"start", s.start},
                    {"end", s.end},
                    {"text", s.text},
                    {"tokens", s.tokens},
                    {"avg_logprob", s.avg_logprob},
                    {"no_speech_prob", s.no_speech_prob},
                    {"compression_ratio", s.compression_ratio},
                    {"temperature", s.temperature}});
    if (s.words.empty()) continue;
    Json& words = list.back()["words"] = Json::array();
    for (const Word& w : s.words) {
      words.push_back({{"text", w.text}, {"start", w.start}, {"end", w.end}, {"probability", w.probability}});
    }
  }
  return {{"text", text}, {"language", language}, {"segments", list}};
}

std::vector<Segment> segments_of_json(const Json& transcript) {
  std::vector<Segment> segments;
  try {
    for (const Json& item : transcript.at("segments")) {
      Segment s;
      item.at("start").get_to(s.start);
      item.at("end").get_to(s.end);
      item.at("text").get_to(s.text);
      s.tokens = item.value("tokens", s.tokens);
      s.avg_logprob = item.value("avg_logprob", 0.0);
      s.no_speech_prob = item.value("no_speech_prob", 0.0);
      s.compression_ratio = item.value("compression_ratio", 0.0);
      s.temperature = item.value("temperature", 0.0);
      for (const Json& word : item.value("words", Json::array())) {
        s.words.push_back({word.at("text"), word.at("start"), word.at("end"), word.value("probability", 1.0)});
      }
      segments.push_back(std::move(s));
    }
  } catch (const Json::exception& error) {
    throw Error("[transcript] not a transcript: {}", error.what());
  }
  return segments;
}

}  // namespace wick
