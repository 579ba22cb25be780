#include "views/transcribe/realign.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "core/text/jinja_text.h"
#include "core/text/unicode.h"

namespace wick::views {
namespace {

/// What makes two words the same: not their case, nor the marks around them.
std::string key_of(std::string_view word) {
  const std::string lower = jinja::lower(word);
  std::string key;
  for (std::size_t at = 0; at < lower.size();) {
    const text::Utf8Step step = text::decode_utf8(lower, at);
    const text::CharClass kind = text::class_of(step.code);
    if (kind == text::CharClass::letter || kind == text::CharClass::number) key.append(lower, at, step.length);
    at += step.length;
  }
  return key.empty() ? std::string(jinja::strip(word, true, true)) : key;
}

std::size_t letters_of(const std::string& word) { return jinja::character_count(jinja::strip(word, true, true)); }

/// Words that share a stretch of time.
void spread(std::vector<Word>& words, std::span<const std::string> texts, double start, double end) {
  std::size_t letters = 0;
  for (const std::string& text : texts) letters += letters_of(text);
  double at = start;
  for (const std::string& text : texts) {
    const double from = at;
    at +=
        (end - start) * static_cast<double>(letters_of(text)) / static_cast<double>(std::max<std::size_t>(1, letters));
    words.push_back({text, from, at, 1});
  }
}

/// The time of the words from `first` to `last`; of none, the gap between its neighbours.
std::pair<double, double> span_of(const Segment& segment, std::size_t first, std::size_t last) {
  const std::vector<Word>& words = segment.words;
  if (first < last) return {words[first].start, words[last - 1].end};
  return {first > 0 ? words[first - 1].end : segment.start, first < words.size() ? words[first].start : segment.end};
}

/// The longest common subsequence, as pairs of places. Segments have tens of words, so the plain table will do.
std::vector<std::pair<std::size_t, std::size_t>> common(const std::vector<std::string>& a,
                                                        const std::vector<std::string>& b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> length((a.size() + 1) * width);  // of the rests from (i, j) on
  const auto of = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return length[i * width + j]; };
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;)
      of(i, j) = a[i] == b[j] ? of(i + 1, j + 1) + 1 : std::max(of(i + 1, j), of(i, j + 1));
  }
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      pairs.emplace_back(i++, j++);
    } else if (of(i + 1, j) >= of(i, j + 1)) {
      ++i;
    } else {
      ++j;
    }
  }
  return pairs;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  std::string word;
  for (std::size_t at = 0; at < text.size();) {
    const text::Utf8Step step = text::decode_utf8(text, at);
    const bool space = text::is_space(step.code);
    if (space && in_word) words.push_back(std::exchange(word, {}));
    in_word = !space;
    word += text.substr(at, step.length);
    at += step.length;
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

Segment with_text(const Segment& segment, const std::string& text) {
  constexpr std::size_t kMostWords = 4000;  // of a line; the table grows with their square
  Segment edited = segment;
  edited.text = text;
  edited.tokens.clear();  // which were those of the model's text
  if (segment.words.empty()) return edited;
  const std::vector<std::string> wanted = split_words(text);
  std::vector<std::string> old_keys, new_keys;
  if (wanted.size() <= kMostWords && segment.words.size() <= kMostWords) {
    for (const Word& word : segment.words) old_keys.push_back(key_of(word.text));
    for (const std::string& word : wanted) new_keys.push_back(key_of(word));
  }
  edited.words.clear();
  std::size_t old = 0, fresh = 0;
  const auto replace = [&](std::size_t old_end, std::size_t fresh_end) {
    const auto [start, end] = span_of(segment, old, old_end);
    spread(edited.words, std::span(wanted).subspan(fresh, fresh_end - fresh), start, end);
  };
  for (const auto& [old_at, fresh_at] : common(old_keys, new_keys)) {
    replace(old_at, fresh_at);
    edited.words.push_back(segment.words[old_at]);
    edited.words.back().text = wanted[fresh_at];
    old = old_at + 1;
    fresh = fresh_at + 1;
  }
  replace(segment.words.size(), wanted.size());
  return edited;
}

std::vector<Segment> with_segment_text(std::vector<Segment> segments, std::size_t at, std::string_view text) {
  if (at >= segments.size()) return segments;
  Segment& segment = segments[at];
  const std::string_view bare = jinja::strip(text, true, true);
  if (bare.empty()) {
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    segment = with_text(segment, (segment.text.starts_with(' ') ? " " : "") + std::string(bare));
  }
  return segments;
}

}  // namespace wick::views
