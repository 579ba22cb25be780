#include "models/segment_words.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/text/jinja_text.h"

namespace wick {
namespace {

constexpr double kLongestMedian = 0.7;  // seconds of a word
/// What belongs to the word after it, and to the one before it.
constexpr std::string_view kPrepended[] = {"\"", "'", "“", "¿", "(", "[", "{", "-"};
constexpr std::string_view kAppended[] = {"\"", "'", ".",  "。", ",", "，", "!", "！", "?",
                                          "？", ":", "：", "”",  ")", "]",  "}", "、"};
constexpr std::string_view kSentenceEnds[] = {".", "。", "!", "！", "?", "？"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

double median_duration(const std::vector<AlignedWord>& words) {
  std::vector<double> durations;
  for (const AlignedWord& word : words) {
    if (word.end > word.start) durations.push_back(word.end - word.start);
  }
  if (durations.empty()) return 0;
  std::sort(durations.begin(), durations.end());
  const std::size_t half = durations.size() / 2;
  const double median = durations.size() % 2 ? durations[half] : (durations[half - 1] + durations[half]) / 2;
  return std::min(median, kLongestMedian);
}

/// A word that lasts more than twice the median at a sentence's end has a pause in it.
void cut_pauses(std::vector<AlignedWord>& words, double most) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].end - words[i].start <= most) continue;
    if (is_one_of(words[i].text, kSentenceEnds)) {
      words[i].end = words[i].start + most;
    } else if (is_one_of(words[i - 1].text, kSentenceEnds)) {
      words[i].start = words[i].end - most;
    }
  }
}

void move_into(AlignedWord& from, AlignedWord& to, bool before) {
  to.text = before ? from.text + to.text : to.text + from.text;
  to.tokens.insert(before ? to.tokens.begin() : to.tokens.end(), from.tokens.begin(), from.tokens.end());
  from.text.clear();
  from.tokens.clear();
}

void merge_punctuation(std::vector<AlignedWord>& words) {
  for (std::size_t i = words.size(), next = i - 1; i-- > 1;) {
    AlignedWord& word = words[i - 1];
    if (word.text.starts_with(' ') && is_one_of(jinja::strip(word.text, true, true, " "), kPrepended)) {
      move_into(word, words[next], true);
    } else {
      next = i - 1;
    }
  }
  for (std::size_t i = 1, last = 0; i < words.size(); ++i) {
    if (!words[last].text.ends_with(' ') && is_one_of(words[i].text, kAppended)) {
      move_into(words[i], words[last], false);
    } else {
      last = i;
    }
  }
}

/// The first words after a pause, and a segment's own times where its first or last word is far longer than it.
void fit(Segment& segment, double median, double last_speech) {
  std::vector<Word>& words = segment.words;
  const double most = 2 * median;
  Word &first = words.front(), &last = words.back();
  const bool after_pause = first.end - last_speech > 4 * median;
  if (after_pause && (first.end - first.start > most || (words.size() > 1 && words[1].end - first.start > 2 * most))) {
    if (words.size() > 1 && words[1].end - words[1].start > most) {
      first.end = words[1].start = std::max(words[1].end / 2, words[1].end - most);
    }
    first.start = std::max(0.0, first.end - most);
  }
  constexpr double kSlack = 0.5;  // seconds
  if (segment.start < first.end && segment.start - kSlack > first.start) {
    first.start = std::max(0.0, std::min(first.end - median, segment.start));
  } else {
    segment.start = first.start;
  }
  if (segment.end > last.start && segment.end + kSlack < last.end) {
    last.end = std::max(last.start + median, segment.end);
  } else {
    segment.end = last.end;
  }
}

}  // namespace

void assign_words(std::vector<Segment>& segments, std::vector<AlignedWord> words, TokenId eot, double offset,
                  double last_speech) {
  const double median = median_duration(words);
  if (median > 0) cut_pauses(words, 2 * median);
  merge_punctuation(words);
  std::size_t next = 0;
  for (Segment& segment : segments) {
    const auto text = std::count_if(segment.tokens.begin(), segment.tokens.end(), [&](TokenId id) { return id < eot; });
    for (std::ptrdiff_t taken = 0; next < words.size() && taken < text; ++next) {
      const AlignedWord& word = words[next];
      taken += static_cast<std::ptrdiff_t>(word.tokens.size());
      const auto rounded = [&](double seconds) { return std::round((offset + seconds) * 100) / 100; };
      if (!word.text.empty()) {
        segment.words.push_back({word.text, rounded(word.start), rounded(word.end), word.probability});
      }
    }
    if (segment.words.empty()) continue;
    fit(segment, median, last_speech);
    last_speech = segment.end;
  }
}

}  // namespace wick
