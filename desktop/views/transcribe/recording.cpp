#include "views/transcribe/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/text/jinja_text.h"

namespace wick::views {

std::string Recording::file_name() const {
  return origin == Origin::sample ? "jfk.wav" : std::filesystem::path(path).filename().string();
}

int segment_at(std::span<const Segment> segments, double time) {
  const auto after = std::upper_bound(segments.begin(), segments.end(), time,
                                      [](double at, const Segment& segment) { return at < segment.start; });
  return static_cast<int>(after - segments.begin()) - 1;
}

std::optional<WordAt> word_at(std::span<const Segment> segments, double time) {
  const int segment = segment_at(segments, time);
  if (segment < 0) return std::nullopt;
  const std::vector<Word>& words = segments[static_cast<std::size_t>(segment)].words;
  int word = static_cast<int>(words.size()) - 1;
  while (word >= 0 && words[static_cast<std::size_t>(word)].start > time) --word;
  return WordAt{segment, word};
}

TranscriptFigures figures_of(std::span<const Segment> segments) {
  TranscriptFigures figures;
  double sum = 0;
  std::size_t known = 0;
  for (const Segment& segment : segments) {
    known += segment.words.size();
    figures.words += static_cast<int>(segment.words.empty() ? jinja::split_whitespace(segment.text, -1, false).size()
                                                            : segment.words.size());
    for (const Word& word : segment.words) {
      if (is_unsure(word)) ++figures.unsure;
      sum += word.probability;
    }
  }
  figures.confidence = known > 0 ? sum / static_cast<double>(known) : 0;
  return figures;
}

std::string text_of(std::span<const Segment> segments) {
  std::string text;
  for (const Segment& segment : segments) {
    if (!text.empty()) text += '\n';
    text += jinja::strip(segment.text, true, true);
  }
  return text;
}

Segment shifted(Segment segment, double seconds) {
  if (seconds == 0) return segment;
  segment.start += seconds;
  segment.end += seconds;
  for (Word& word : segment.words) {
    word.start += seconds;
    word.end += seconds;
  }
  return segment;
}

std::string title_of_file(std::string_view name) {
  constexpr std::size_t kLongestExtension = 5;
  const std::size_t dot = name.rfind('.');
  const bool extension =
      dot != std::string_view::npos && dot + 1 < name.size() && name.size() - dot - 1 <= kLongestExtension;
  std::string title;
  for (const char c : extension ? name.substr(0, dot) : name) {
    const bool blank = c == '_' || c == ' ' || c == '\t';
    if (!blank || (!title.empty() && title.back() != ' ')) title += blank ? ' ' : c;
  }
  while (title.ends_with(' ')) title.pop_back();
  return title.empty() ? std::string(name) : title;
}

std::string sound_words(int channels, int rate) {
  const std::string width = channels == 1 ? "mono" : channels == 2 ? "stereo" : fmt::format("{} channels", channels);
  std::string kilohertz = fmt::format("{:.1f}", rate / 1000.0);
  if (kilohertz.ends_with(".0")) kilohertz.resize(kilohertz.size() - 2);
  return fmt::format("{} {} kHz", width, kilohertz);
}

}  // namespace wick::views
