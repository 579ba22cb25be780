#pragma once
// What highlight() knows of each language.
#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace wick::views {

/// A string's quotes.
struct Quote {
  std::string_view begin, end;
  bool escapes = true;  // a backslash takes the next character with it
  bool lines = false;   // goes on over line ends
};

/// What only one language or two do with quotes and marks.
enum class Trait : std::uint16_t {
  none = 0,
  any_case = 1,         // keywords in upper or lower case
  directives = 2,       // "#word" at a line's beginning is a keyword
  raw_parentheses = 4,  // R"x(...)x"
  raw_hashes = 8,       // r#"..."#
  lifetimes = 16,       // 'a is no string, 'a' is
  nested_comments = 32,
  spaced_comments = 64,  // "#" begins a comment only where a word could
  markup = 128,          // strings and keywords are in tags
  percentages = 256,     // "50%" is a number
};
constexpr Trait operator|(Trait a, Trait b) {
  return static_cast<Trait>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

struct Language {
  std::string_view title;
  std::vector<std::string_view> names;  // in lower case
  Trait traits;
  std::unordered_set<std::string_view> keywords;
  std::string_view line_comment;                // "" for none
  std::string_view comment_begin, comment_end;  // "" for none
  std::vector<Quote> quotes;                    // a longer one before one that it begins with
  std::string_view string_prefixes;             // letters that may stand before a quote
  std::string_view word_marks;                  // characters of a word besides letters, digits and "_"

  bool has(Trait trait) const { return (static_cast<unsigned>(traits) & static_cast<unsigned>(trait)) != 0; }
};

/// By one of its names, in any case; nullptr for another language.
const Language* find_language(std::string_view name);

}  // namespace wick::views
