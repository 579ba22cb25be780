#pragma once
// The tokens of a model by id and by text.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.h"

namespace wick::text {

/// What a token is for; the numbers are GGUF's.
enum class TokenKind : std::uint8_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

/// More tokens than any vocabulary has; files that ask for more are broken.
constexpr Index kMaxTokens = Index{1} << 21;

/// Texts as the file writes them ("Ġthe", "▁the", "<0x0A>"), in one piece of memory, and a hash table over them.
class Vocabulary {
 public:
  /// The next id. A text that is already there keeps the id it has for `find`; an empty text is never found.
  TokenId add(std::string_view text, TokenKind kind);
  void set_kind(TokenId id, TokenKind kind) { entries_[static_cast<std::size_t>(id)].kind = kind; }

  Index size() const { return static_cast<Index>(entries_.size()); }
  bool contains(TokenId id) const { return id >= 0 && id < size(); }
  std::string_view text(TokenId id) const;
  TokenKind kind(TokenId id) const { return entries_[static_cast<std::size_t>(id)].kind; }
  /// -1 if there is no such token.
  TokenId find(std::string_view text) const;
  /// As `find`, for tokens that text may become by itself: normal and user-defined ones.
  TokenId find_plain(std::string_view text) const;
  /// The longest text, in bytes.
  std::size_t longest() const { return longest_; }

 private:
  struct Entry {
    std::uint32_t begin;
    std::uint32_t length;
    TokenKind kind;
  };
  std::string_view text_of(const Entry& entry) const {
    return std::string_view(texts_).substr(entry.begin, entry.length);
  }
  std::size_t slot_of(std::string_view text) const;
  void grow();

  std::string texts_;
  std::vector<Entry> entries_;
  std::vector<TokenId> slots_;  // open addressing, -1: free; a power of two, at most half full
  std::size_t longest_ = 0;
};

/// The byte of a token written "<0x0A>", -1 if it is not written so.
int parse_byte_token(std::string_view text);

/// For each byte its token: the byte tokens of a SentencePiece vocabulary. -1 where there is none.
using ByteTokens = std::array<TokenId, 256>;
ByteTokens byte_tokens(const Vocabulary& vocabulary);

}  // namespace wick::text
