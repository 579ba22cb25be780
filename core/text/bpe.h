#pragma once
// Byte-pair encoding by a ranked list of merges (Sennrich et al. 2016), over bytes (GPT-2) or over characters with byte
// tokens for what is not in the vocabulary (Llama 2 as Hugging Face writes it).
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/text/symbols.h"
#include "core/text/vocabulary.h"

namespace wick::text {

/// From a pair of tokens to the token that they merge to.
class MergeTable {
 public:
  void reserve(std::size_t merges);
  /// The first rank of a pair counts.
  void add(TokenId left, TokenId right, Merge merge);
  Merge find(TokenId left, TokenId right) const;
  bool empty() const { return count_ == 0; }

 private:
  struct Slot {
    std::uint64_t pair;
    Merge merge;
  };
  std::size_t slot_of(std::uint64_t pair) const;

  std::vector<Slot> slots_;  // open addressing; free where the rank is kNone
  std::size_t count_ = 0;
};

/// How a text becomes the first symbols.
enum class BpeUnits { bytes, characters };

class BytePairModel {
 public:
  BpeUnits units = BpeUnits::bytes;
  bool whole_words_first = false;  // a word of the vocabulary is one token even if no merges lead there (Llama 3)
  bool fuse_unknown = false;       // neighbouring unknown characters are one unknown token
  TokenId unknown = -1;            // -1: what has no token is dropped
  MergeTable merges;

  /// Once the vocabulary is complete. `byte_fallback`: unknown characters become byte tokens.
  void prepare(const Vocabulary& vocabulary, bool byte_fallback);
  /// Appends the tokens of one pre-tokenised word.
  void encode(const Vocabulary& vocabulary, std::string_view word, SymbolList& symbols,
              std::vector<TokenId>& ids) const;

 private:
  void add_characters(const Vocabulary& vocabulary, std::string_view word, SymbolList& symbols) const;

  ByteTokens bytes_{};  // the token of each byte
};

/// Splits "left right", a merge as files write it, at its only space that is not the first or last byte. Throws Error.
std::pair<std::string_view, std::string_view> split_merge(std::string_view merge);
/// Adds merge number `rank`. Throws Error naming the token that the vocabulary lacks.
void add_merge(MergeTable& table, const Vocabulary& vocabulary, std::size_t rank, std::string_view left,
               std::string_view right);

}  // namespace wick::text
