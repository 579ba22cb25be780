#pragma once
// SentencePiece's BPE (Kudo and Richardson 2018): neighbours join when their text is a token, the best score first.
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/text/symbols.h"
#include "core/text/vocabulary.h"

namespace wick::text {

class ScoreModel {
 public:
  TokenId unknown = -1;  // for a character without token and bytes; -1: dropped

  /// Once the vocabulary is complete; `scores` has one for each token.
  void prepare(const Vocabulary& vocabulary, std::span<const double> scores);
  /// Appends the tokens of a text whose spaces are written as the vocabulary writes them.
  void encode(const Vocabulary& vocabulary, std::string_view word, SymbolList& symbols,
              std::vector<TokenId>& ids) const;

 private:
  std::vector<std::uint32_t> ranks_;  // of each token: 0 is the best score, equal scores have equal ranks
  ByteTokens bytes_{};
};

}  // namespace wick::text
