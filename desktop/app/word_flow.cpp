#include "word_flow.h"

#include <algorithm>

#include "core/text/jinja_text.h"
#include "views/transcribe/realign.h"

namespace wick::app {
namespace {

float width_of(std::string_view words) { return ImGui::CalcTextSize(words.data(), words.data() + words.size()).x; }

class Layout {
 public:
  explicit Layout(float width) : width_(width), blank_(width_of(" ")) {}

  void add(int word, std::string_view text, std::size_t from, bool after_blank) {
    if (after_blank && x_ > 0) x_ += blank_;
    float needed = width_of(text);
    if (x_ > 0 && x_ + needed > width_) next_line();
    while (needed > width_ && text.size() > 1) {
      const std::size_t fits = fitting(text);
      if (fits == text.size()) break;
      place(word, from, fits, width_of(text.substr(0, fits)));
      next_line();
      text.remove_prefix(fits);
      from += fits;
      needed = width_of(text);
    }
    place(word, from, text.size(), needed);
  }

  WordFlow take() {
    flow_.lines = line_ + 1;
    return std::move(flow_);
  }

 private:
  void next_line() {
    x_ = 0;
    ++line_;
  }
  void place(int word, std::size_t from, std::size_t bytes, float width) {
    flow_.words.push_back({word, from, from + bytes, x_, width, line_});
    x_ += width;
  }
  /// Bytes of whole characters that a line takes, one character at least.
  std::size_t fitting(std::string_view text) const {
    std::size_t bytes = jinja::next_character(text, 0);
    while (bytes < text.size()) {
      const std::size_t next = jinja::next_character(text, bytes);
      if (width_of(text.substr(0, next)) > width_) break;
      bytes = next;
    }
    return bytes;
  }

  WordFlow flow_;
  float width_, blank_;
  float x_ = 0;
  int line_ = 0;
};

}  // namespace

std::string joined_text(const Segment& segment) {
  if (segment.words.empty()) return segment.text;
  std::string text;
  for (const Word& word : segment.words) text += word.text;
  return text;
}

WordFlow flow_words(const Segment& segment, float width) {
  Layout layout(width);
  std::vector<std::string> texts;
  if (segment.words.empty()) {
    texts = views::split_words(segment.text);
  } else {
    for (const Word& word : segment.words) texts.push_back(word.text);
  }
  std::size_t at = 0;
  bool blank = false;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string_view all = texts[i], bare = jinja::strip(all, true, true);
    const auto lead = static_cast<std::size_t>(bare.data() - all.data());
    blank = blank || lead > 0;
    if (!bare.empty()) layout.add(segment.words.empty() ? -1 : static_cast<int>(i), bare, at + lead, blank);
    blank = lead + bare.size() < all.size();
    at += all.size();
  }
  return layout.take();
}

}  // namespace wick::app
