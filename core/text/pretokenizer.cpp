#include "core/text/pretokenizer.h"

#include <algorithm>

#include "core/text/unicode.h"

namespace wick::text {
namespace {

struct Character {
  char32_t code = 0;
  CharClass kind = CharClass::other;
  std::size_t end = 0;
};

/// At the end of the text: a character of no class that ends where it begins.
Character character_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {0, CharClass::other, at};
  const Utf8Step step = decode_utf8(text, at);
  return {step.code, class_of(step.code), at + step.length};
}

bool at_end(std::string_view text, std::size_t at) { return at >= text.size(); }

/// The end of the run of characters of one class.
std::size_t run_end(std::string_view text, std::size_t at, CharClass kind) {
  while (!at_end(text, at)) {
    const Character character = character_at(text, at);
    if (character.kind != kind) break;
    at = character.end;
  }
  return at;
}

bool is_newline(char32_t code) { return code == '\r' || code == '\n'; }

char32_t fold_case(char32_t code) {
  if (code == 0x17F) return 's';  // long s: regular expressions that ignore case take it for an s
  return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
}

/// The end of 's, 't, 're, 've, 'm, 'll or 'd at an apostrophe, or `at` if none is there.
std::size_t contraction_end(std::string_view text, std::size_t at, bool ignore_case) {
  if (text[at] != '\'') return at;
  const Character first = character_at(text, at + 1);
  const Character second = character_at(text, first.end);
  const char32_t a = ignore_case ? fold_case(first.code) : first.code;
  const char32_t b = ignore_case ? fold_case(second.code) : second.code;
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return first.end;
  if ((b == 'e' && (a == 'r' || a == 'v')) || (a == 'l' && b == 'l')) return second.end;
  return at;
}

/// \s+(?!\S)|\s+ : a run of whitespace leaves its last character to the word that follows, unless it has only that.
std::size_t whitespace_end(std::string_view text, std::size_t at) {
  std::size_t before_last = at;
  std::size_t end = at;
  while (!at_end(text, end)) {
    const Character character = character_at(text, end);
    if (character.kind != CharClass::space) return before_last > at ? before_last : end;
    before_last = end;
    end = character.end;
  }
  return end;
}

std::size_t gpt2_end(std::string_view text, std::size_t at) {
  if (const std::size_t end = contraction_end(text, at, false); end > at) return end;
  const std::size_t start = text[at] == ' ' ? at + 1 : at;
  const Character first = character_at(text, start);
  if (at_end(text, start) || first.kind == CharClass::space) return whitespace_end(text, at);
  return run_end(text, first.end, first.kind);
}

/// \s*[\r\n]+|\s+(?!\S)|\s+ : a run of whitespace up to its last line break if it has one.
std::size_t lines_or_whitespace_end(std::string_view text, std::size_t at) {
  std::size_t after_newline = at;
  for (std::size_t end = at; !at_end(text, end);) {
    const Character character = character_at(text, end);
    if (character.kind != CharClass::space) break;
    end = character.end;
    if (is_newline(character.code)) after_newline = end;
  }
  return after_newline > at ? after_newline : whitespace_end(text, at);
}

std::size_t llama3_end(std::string_view text, std::size_t at, int most_digits) {
  if (const std::size_t end = contraction_end(text, at, true); end > at) return end;
  const Character first = character_at(text, at);
  if (first.kind == CharClass::letter) return run_end(text, first.end, CharClass::letter);
  if (first.kind == CharClass::number) {
    std::size_t end = first.end;
    for (int digits = 1; digits < most_digits; ++digits) {
      const Character next = character_at(text, end);
      if (next.kind != CharClass::number) break;
      end = next.end;
    }
    return end;
  }
  const Character second = character_at(text, first.end);
  if (second.kind == CharClass::letter && !is_newline(first.code)) {
    return run_end(text, second.end, CharClass::letter);
  }
  const std::size_t start = text[at] == ' ' ? at + 1 : at;
  std::size_t end = run_end(text, start, CharClass::other);
  if (end == start) return lines_or_whitespace_end(text, at);
  while (!at_end(text, end) && is_newline(static_cast<unsigned char>(text[end]))) ++end;
  return end;
}

std::size_t digit_runs_end(std::string_view text, std::size_t at) {
  const bool number = character_at(text, at).kind == CharClass::number;
  while (!at_end(text, at)) {
    const Character character = character_at(text, at);
    if ((character.kind == CharClass::number) != number) break;
    at = character.end;
  }
  return at;
}

constexpr std::string_view kMark = "\u2581";

std::size_t mark_end(std::string_view text, std::size_t at, bool keep_runs) {
  std::size_t from = at;
  if (text.substr(at).starts_with(kMark)) from += kMark.size();
  if (keep_runs) {
    while (from > at && text.substr(from).starts_with(kMark)) from += kMark.size();
  }
  return std::min(text.find(kMark, from), text.size());
}

struct KnownPattern {
  std::string_view pattern;
  SplitRule rule;
};

constexpr KnownPattern kKnownPatterns[] = {
    {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", SplitRule::gpt2},
    {R"('s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", SplitRule::gpt2},
    {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", SplitRule::gpt2},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     SplitRule::llama3},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     SplitRule::qwen2},
    {R"(\p{N})", SplitRule::single_digits},
    {R"(\p{N}+)", SplitRule::digit_runs},
};

}  // namespace

std::optional<SplitRule> split_rule_of(std::string_view pattern) {
  for (const KnownPattern& known : kKnownPatterns) {
    if (known.pattern == pattern) return known.rule;
  }
  return std::nullopt;
}

std::size_t word_end(SplitRule rule, std::string_view text, std::size_t at) {
  switch (rule) {
    case SplitRule::single_digits: {
      const Character first = character_at(text, at);
      return first.kind == CharClass::number ? first.end : digit_runs_end(text, at);
    }
    case SplitRule::digit_runs:
      return digit_runs_end(text, at);
    case SplitRule::gpt2:
      return gpt2_end(text, at);
    case SplitRule::llama3:
      return llama3_end(text, at, 3);
    case SplitRule::qwen2:
      return llama3_end(text, at, 1);
    case SplitRule::each_mark:
      return mark_end(text, at, false);
    case SplitRule::mark_runs:
      return mark_end(text, at, true);
  }
  return text.size();
}

}  // namespace wick::text
