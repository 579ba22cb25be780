#include "views/transcribe/text_search.h"

#include <algorithm>

#include "core/text/jinja_text.h"
#include "core/text/unicode.h"
#include "core/text/unicode_tables.h"

namespace wick::views {
namespace {

bool is_mark(char32_t code) {
  return (code >= 0x300 && code <= 0x36F) || (code >= 0x1AB0 && code <= 0x1AFF) || (code >= 0x1DC0 && code <= 0x1DFF) ||
         (code >= 0x20D0 && code <= 0x20FF) || (code >= 0xFE20 && code <= 0xFE2F);
}

/// The letter without its accents.
char32_t bare(char32_t code) {
  const auto all = text::decompositions();
  for (;;) {
    const auto found = std::lower_bound(all.begin(), all.end(), code,
                                        [](const text::Decomposition& item, char32_t of) { return item.code < of; });
    if (found == all.end() || found->code != code) return code;
    code = found->first;
  }
}

struct Folded {
  std::string text;
  std::vector<std::size_t> places;  // of each byte, and of the end: the byte of the text that it came from
};

/// Lower case without accents, one blank for several.
Folded fold(std::string_view text) {
  Folded folded;
  for (std::size_t at = 0; at < text.size();) {
    const text::Utf8Step step = text::decode_utf8(text, at);
    std::string plain;
    if (text::is_space(step.code)) {
      if (!folded.text.ends_with(' ')) plain += ' ';
    } else if (!is_mark(step.code)) {
      text::append_utf8(plain, bare(step.code));
      plain = jinja::lower(plain);
    }
    folded.places.insert(folded.places.end(), plain.size(), at);
    folded.text += plain;
    at += step.length;
  }
  folded.places.push_back(text.size());
  return folded;
}

}  // namespace

std::vector<TextHit> find_hits(std::span<const Segment> segments, std::string_view query) {
  std::vector<TextHit> hits;
  const Folded folded_query = fold(query);
  const std::string_view wanted = jinja::strip(folded_query.text, true, true);
  if (wanted.empty()) return hits;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Folded folded = fold(segments[i].text);
    for (std::size_t at = folded.text.find(wanted); at != std::string::npos;
         at = folded.text.find(wanted, at + wanted.size())) {
      hits.push_back({static_cast<int>(i), folded.places[at], folded.places[at + wanted.size()]});
    }
  }
  return hits;
}

std::vector<int> words_of_hit(const Segment& segment, const TextHit& hit) {
  std::vector<int> touched;
  std::size_t at = 0;
  for (std::size_t i = 0; i < segment.words.size(); ++i) {
    const std::string& text = segment.words[i].text;
    const std::size_t begin = at + (text.size() - jinja::strip(text, true, false).size());
    at += text.size();
    if (begin < hit.to && at > hit.from) touched.push_back(static_cast<int>(i));
  }
  return touched;
}

int next_hit(int count, int at, int step) { return count == 0 ? -1 : ((at + step) % count + count) % count; }

}  // namespace wick::views
