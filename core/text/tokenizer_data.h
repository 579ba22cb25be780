#pragma once
// What a tokenizer is made of. The readers of the three file formats fill it, tokenizer.cpp uses it.
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/text/added_tokens.h"
#include "core/text/bpe.h"
#include "core/text/normalizer.h"
#include "core/text/pretokenizer.h"
#include "core/text/spm.h"
#include "core/text/tokenizer.h"
#include "core/text/vocabulary.h"

namespace wick {

/// Encoding goes down the members: added tokens are cut out, the rest is normalised, cut again, given its leading
/// space, split into words, and each word becomes tokens.
struct Tokenizer::Data {
  enum class Lead { never, first, always };  // which parts between added tokens get `lead`

  text::Vocabulary vocabulary;
  text::AddedTokens added;  // found in the text as it is
  text::Normalizer normalizer;
  text::AddedTokens added_normalized;  // found in the normalised text
  bool marks_spaces = false;           // spaces become U+2581 now, rather than in the normaliser
  Lead lead_when = Lead::never;
  std::string lead;  // put before a part that does not begin with it
  text::PreTokenizer pre_tokenizer;
  std::variant<text::BytePairModel, text::ScoreModel> model;

  std::vector<TokenId> before, after;  // what EncodeOptions::add_special adds

  bool byte_alphabet = false;  // texts of tokens are in GPT-2's alphabet of bytes, else U+2581 is a space
  bool strips_leading_space = false;

  TokenId bos = -1;
  TokenId eos = -1;
  std::vector<TokenId> ends;  // of generation

  /// For models over characters: splits before runs of U+2581 where no token has one after another character, which
  /// changes no result and keeps the words short.
  void split_at_marks_if_same();
  /// Adds every control, user-defined and unknown token to `added`.
  void add_tokens_by_kind();
  /// Fills `ends` with eos, `more`, and the special tokens that are known to end a text, a turn or a message.
  void find_ends(std::span<const TokenId> more = {});
  /// The first of these names that is a control token, -1 if none is.
  TokenId find_control(std::span<const std::string_view> names) const;
};

/// Runs `read` and puts the file's name before the message of what it throws.
template <class Read>
auto in_file(const std::string& file, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: {}", file, error.what()));
  }
}

}  // namespace wick
