#pragma once
// From text to token ids and back, for every tokenizer that a LLaMA-family file carries.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint.h"

namespace wick {

using TokenId = std::int32_t;

struct EncodeOptions {
  bool add_special = false;    // the beginning (and end) tokens that the file asks for
  bool parse_special = false;  // "<|im_start|>" is one token rather than its characters
};

/// A tokenizer: byte-level BPE (gpt-2, smollm, llama-3, qwen2 pre-tokenisers) or SentencePiece BPE with byte fallback.
/// Immutable after loading; encode and decode may be called from any thread.
class Tokenizer {
 public:
  /// From a GGUF file's `tokenizer.ggml.*` metadata. Throws Error if it has none or its kind is unknown.
  static Tokenizer from_gguf(const Metadata& metadata);
  /// From the text of a Hugging Face tokenizer.json. `file` is for messages.
  static Tokenizer from_json(std::string_view json, const std::string& file);
  /// From a llama2.c tokenizer file (tok512.bin, tokenizer.bin) of `vocab_size` tokens.
  static Tokenizer from_llama2c(const ByteSource& source, Index vocab_size);

  /// Any byte sequence encodes: bytes that are no valid UTF-8 become byte tokens where the vocabulary has them.
  std::vector<TokenId> encode(std::string_view text, EncodeOptions options = {}) const;
  /// The text of `ids`; special tokens only if `special`.
  std::string decode(std::span<const TokenId> ids, bool special = false) const;
  /// The bytes of one token inside a text (not stripped of a leading space); empty for a special token unless
  /// `special`.
  std::string piece(TokenId id, bool special = false) const;
  /// Whether decoding drops one leading space of the whole text (SentencePiece's dummy prefix).
  bool strips_leading_space() const;

  Index size() const;
  TokenId bos() const;  // -1: none
  TokenId eos() const;  // -1: none
  bool is_special(TokenId id) const;
  /// End of text, of turn or of message: generation stops here.
  bool is_end_of_generation(TokenId id) const;
  /// The id of a token by its exact text, -1 if there is none.
  TokenId find(std::string_view token) const;

  struct Data;

 private:
  explicit Tokenizer(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

/// Decodes a stream of tokens into text that never ends inside a character.
class TextStream {
 public:
  /// `at_start`: these are the first tokens of a text, so a leading space that decode() strips is stripped here too.
  explicit TextStream(Tokenizer tokenizer, bool special = false, bool at_start = true);
  /// The text that is complete with this token, possibly empty. Invalid bytes become U+FFFD.
  std::string push(TokenId id);
  /// What is left at the end, U+FFFD for an unfinished character.
  std::string finish();

 private:
  Tokenizer tokenizer_;
  bool special_;
  bool first_;
  std::string pending_;
};

}  // namespace wick
