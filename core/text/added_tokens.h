#pragma once
// Tokens that are found in the text as they stand, before anything is split or merged: "<|im_start|>".
#include <bitset>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.h"

namespace wick::text {

struct AddedToken {
  TokenId id = -1;
  bool special = true;       // only found where special tokens are asked for
  bool strip_left = false;   // takes the whitespace before it
  bool strip_right = false;  // and after it
};

/// A part of a text: an added token, or ordinary text between (id -1).
struct TextPart {
  std::string_view text;
  TokenId id = -1;
};

class AddedTokens {
 public:
  /// The last of tokens with the same text counts. An empty text is never found.
  void add(std::string_view text, const AddedToken& token);
  bool empty() const { return tokens_.empty(); }

  /// Calls `visit(TextPart)` for the parts of a text in order, none of them ordinary text that is empty. At each place
  /// the longest token counts.
  template <class Visit>
  void split(std::string_view text, bool parse_special, const Visit& visit) const {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const Match match = next(text, begin, parse_special);
      if (match.begin > begin) visit(TextPart{text.substr(begin, match.begin - begin)});
      if (!match.token) break;
      visit(TextPart{text.substr(match.begin, match.end - match.begin), match.token->id});
      begin = match.end;
    }
  }

 private:
  struct Match {
    std::size_t begin, end;
    const AddedToken* token;  // null: none, and begin is the end of the text
  };
  /// A step of the trie: from the node that is its key's first by the byte that is its second.
  using Edges = std::map<std::pair<std::uint32_t, unsigned char>, std::uint32_t>;

  Match next(std::string_view text, std::size_t from, bool parse_special) const;
  Match longest_at(std::string_view text, std::size_t at, bool parse_special) const;

  std::vector<AddedToken> tokens_;
  std::vector<std::int32_t> nodes_{-1};  // the token that ends at each node, -1: none
  Edges edges_;
  std::bitset<256> first_bytes_;
};

}  // namespace wick::text
