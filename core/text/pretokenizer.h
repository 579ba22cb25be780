#pragma once
// Cuts text into the words that byte-pair encoding never merges across. The rules are the regular expressions of the
// models' authors, written out as the choices that they make character by character.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace wick::text {

enum class SplitRule : std::uint8_t {
  /// Every \p{N} by itself.
  single_digits,
  /// Runs of \p{N}, and what is between them.
  digit_runs,
  /// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
  gpt2,
  /// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
  /// ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
  llama3,
  /// As llama3 with \p{N} instead of \p{N}{1,3}.
  qwen2,
  /// Before every U+2581, SentencePiece's mark for a space.
  each_mark,
  /// Before every run of U+2581.
  mark_runs,
};

/// The rule of a regular expression as tokenizer.json files spell it, nothing for one that is not known.
std::optional<SplitRule> split_rule_of(std::string_view pattern);

/// The end of the word that begins at byte `at`, which is inside the text.
std::size_t word_end(SplitRule rule, std::string_view text, std::size_t at);

/// Rules one after another: each cuts the words of the one before.
struct PreTokenizer {
  std::vector<SplitRule> rules;

  template <class Visit>
  void split(std::string_view text, const Visit& visit, std::size_t rule = 0) const {
    if (rule == rules.size()) return visit(text);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = word_end(rules[rule], text, at);
      split(text.substr(at, end - at), visit, rule + 1);
      at = end;
    }
  }
};

}  // namespace wick::text
