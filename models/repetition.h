#pragma once
// Whisper's known failure: it falls into a loop and writes the same sentence, or the same few words, over and over.
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.h"

namespace wick {

/// The texts of a transcript, one after another, whatever became of them.
class RepeatedText {
 public:
  /// Takes the next one. Whether it comes at least a third time in a row: alone, or in a round of up to four texts.
  /// Case, spaces and punctuation do not count.
  bool add(std::string_view text);

 private:
  std::deque<std::string> texts_;  // the newest
};

/// Tokens in which a run of eight or more equal pieces of up to 16 tokens has only the first two of them.
std::vector<TokenId> without_loops(std::span<const TokenId> tokens);

}  // namespace wick
