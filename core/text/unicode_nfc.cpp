// Canonical decomposition, ordering and composition (Unicode 15, section 3.11; Hangul by section 3.12).
#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "core/text/unicode.h"
#include "core/text/unicode_tables.h"

namespace wick::text {
namespace {

constexpr char32_t kFirstThatCanChange = 0x300;  // below, text is NFC as it is
constexpr char32_t kInvalidByte = 0x110000;      // an invalid byte travels as this plus its value

constexpr char32_t kSyllables = 0xAC00, kLeads = 0x1100, kVowels = 0x1161, kTails = 0x11A7;
constexpr char32_t kLeadCount = 19, kVowelCount = 21, kTailCount = 28;
constexpr char32_t kSyllableCount = kLeadCount * kVowelCount * kTailCount;

template <class Range>
const Range* find_range(std::span<const Range> ranges, char32_t code) {
  const auto found = std::lower_bound(ranges.begin(), ranges.end(), code,
                                      [](const Range& range, char32_t value) { return range.last < value; });
  return found != ranges.end() && found->first <= code ? &*found : nullptr;
}

std::uint8_t combining_class(char32_t code) {
  if (code < kFirstThatCanChange) return 0;
  const CombiningRange* range = find_range(combining_ranges(), code);
  return range ? range->combining_class : 0;
}

bool surely_nfc(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = decode_utf8(text, at);
    if (step.code >= kFirstThatCanChange && find_range(not_surely_nfc(), step.code)) return false;
    at += step.length;
  }
  return true;
}

/// Appends the full canonical decomposition of a character. The tables are finite chains, so the recursion ends.
void decompose(std::vector<char32_t>& codes, char32_t code) {
  if (code < 0xC0) return codes.push_back(code);
  if (const char32_t syllable = code - kSyllables; code >= kSyllables && syllable < kSyllableCount) {
    codes.push_back(kLeads + syllable / (kVowelCount * kTailCount));
    codes.push_back(kVowels + syllable / kTailCount % kVowelCount);
    if (syllable % kTailCount != 0) codes.push_back(kTails + syllable % kTailCount);
    return;
  }
  const std::span<const Decomposition> all = decompositions();
  const auto found = std::lower_bound(all.begin(), all.end(), code,
                                      [](const Decomposition& item, char32_t value) { return item.code < value; });
  if (found == all.end() || found->code != code) return codes.push_back(code);
  decompose(codes, found->first);
  if (found->second) decompose(codes, found->second);
}

std::vector<char32_t> decomposed(std::string_view text) {
  std::vector<char32_t> codes;
  codes.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = decode_utf8(text, at);
    if (step.kind == Utf8Step::Kind::valid) {
      decompose(codes, step.code);
    } else {
      for (std::size_t i = 0; i < step.length; ++i) {
        codes.push_back(kInvalidByte + static_cast<unsigned char>(text[at + i]));
      }
    }
    at += step.length;
  }
  return codes;
}

struct Marked {
  char32_t code;
  std::uint8_t combining_class;
  std::size_t position;
};

/// With every run of combining characters in the order of their classes.
std::vector<Marked> in_canonical_order(const std::vector<char32_t>& codes) {
  std::vector<Marked> marked;
  marked.reserve(codes.size());
  for (char32_t code : codes) marked.push_back({code, combining_class(code), marked.size()});
  for (auto begin = marked.begin(); begin != marked.end();) {
    if (begin->combining_class == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, marked.end(), [](const Marked& m) { return m.combining_class == 0; });
    std::sort(begin, end, [](const Marked& a, const Marked& b) {  // stable by position
      return std::tie(a.combining_class, a.position) < std::tie(b.combining_class, b.position);
    });
    begin = end;
  }
  return marked;
}

/// The mappings that compose, by their two parts.
const std::vector<Decomposition>& compositions() {
  static const auto sorted = [] {
    std::vector<Decomposition> result;
    for (const Decomposition& item : decompositions()) {
      if (item.composes) result.push_back(item);
    }
    std::sort(result.begin(), result.end(), [](const Decomposition& a, const Decomposition& b) {
      return a.first != b.first ? a.first < b.first : a.second < b.second;
    });
    return result;
  }();
  return sorted;
}

/// The character that two compose to, 0 if there is none.
char32_t compose(char32_t first, char32_t second) {
  if (first - kLeads < kLeadCount && second - kVowels < kVowelCount) {
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTailCount;
  }
  if (first - kSyllables < kSyllableCount && (first - kSyllables) % kTailCount == 0 && second > kTails &&
      second < kTails + kTailCount) {
    return first + (second - kTails);
  }
  const std::vector<Decomposition>& all = compositions();
  const auto found = std::lower_bound(all.begin(), all.end(), std::pair(first, second),
                                      [](const Decomposition& item, const std::pair<char32_t, char32_t>& value) {
                                        return std::pair(item.first, item.second) < value;
                                      });
  return found != all.end() && found->first == first && found->second == second ? found->code : 0;
}

/// Joins each starter with what follows it and is not blocked by a character between of the same or a higher class.
std::vector<char32_t> composed(const std::vector<Marked>& marked) {
  std::vector<char32_t> result;
  result.reserve(marked.size());
  std::ptrdiff_t starter = -1;
  int last_class = -1;  // of the characters kept after the starter; -1: none
  for (const Marked& m : marked) {
    if (starter >= 0 && last_class < m.combining_class) {
      if (const char32_t joined = compose(result[static_cast<std::size_t>(starter)], m.code)) {
        result[static_cast<std::size_t>(starter)] = joined;
        continue;
      }
    }
    if (m.combining_class == 0) starter = static_cast<std::ptrdiff_t>(result.size());
    last_class = m.combining_class == 0 ? -1 : m.combining_class;
    result.push_back(m.code);
  }
  return result;
}

}  // namespace

std::string to_nfc(std::string_view text) {
  if (surely_nfc(text)) return std::string(text);
  std::string result;
  result.reserve(text.size());
  for (char32_t code : composed(in_canonical_order(decomposed(text)))) {
    if (code >= kInvalidByte) {
      result += static_cast<char>(code - kInvalidByte);
    } else {
      append_utf8(result, code);
    }
  }
  return result;
}

}  // namespace wick::text
