#pragma once
// The tokens of Whisper: GPT-2's or its multilingual successor's, then the ones that steer the decoder.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/text/tokenizer.h"
#include "models/model_files.h"

namespace wick {

/// From one timestamp token to the next, and from one position of the encoder.
inline constexpr double kSecondsOfToken = 0.02;
inline constexpr Index kFramesOfToken = 2;  // of log-mel

/// The ids of the special tokens, all of which the size of the vocabulary says (whisper/tokenizer.py).
struct WhisperIds {
  TokenId eot;             // end of text, the first special one: every lesser id is text
  TokenId sot;             // start of transcript
  TokenId first_language;  // one for each of `languages`
  Index languages;         // 99, or 100 from large-v3 on
  TokenId translate, transcribe, sot_lm, sot_prev, no_speech, no_timestamps;
  TokenId timestamp_begin;  // <|0.00|>, and one for every 0.02 s up to <|30.00|>
  bool multilingual;

  /// Throws Error naming `file` for a vocabulary that no Whisper has.
  static WhisperIds of_vocabulary(Index vocab, const std::string& file);
  bool is_timestamp(TokenId id) const { return id >= timestamp_begin; }
  /// What a transcript begins with: `sot`, and of a multilingual model the language and the task.
  std::vector<TokenId> start(Index language, bool translates) const;
};

/// A language by its code, or -1.
struct WhisperLanguage {
  const char* code;  // "en"
  const char* name;  // "English"
};
/// In the order of their tokens.
std::span<const WhisperLanguage> whisper_languages();
/// The place of a code ("de") or of an English name, in any case; -1 for none.
Index find_whisper_language(std::string_view language);
/// What a person chose: the same, and -1 for "auto". Throws Error for what is no language.
Index parse_whisper_language(std::string_view language);
/// Whether a task that a person chose is "translate", else it is "transcribe". Throws Error for another one.
bool parse_whisper_task(std::string_view task);

/// Text to tokens and back.
class WhisperTokenizer {
 public:
  /// `texts`: the bytes of each token that is text, by id. Throws Error naming `file` if there are not `eot` of them.
  WhisperTokenizer(std::vector<std::string> texts, Index vocab, const std::string& file);
  WhisperTokenizer(WhisperTokenizer&&) = default;  // ranks_ looks into texts_
  WhisperTokenizer& operator=(WhisperTokenizer&&) = default;
  /// From what lies in or beside a model: a vocabulary of CTranslate2 or whisper.cpp, or a tokenizer. Throws Error if
  /// there is none.
  static WhisperTokenizer of_files(const ModelFiles& files, Index vocab);

  const WhisperIds& ids() const { return ids_; }
  std::vector<TokenId> encode(std::string_view text) const;
  /// The text of the tokens that are text; invalid UTF-8 stays as it is.
  std::string decode(std::span<const TokenId> ids) const;
  std::string_view piece(TokenId id) const;

  /// Tokens of sounds and of brackets, which a transcript does not have ("♪", "[", ...), and the special ones that the
  /// decoder may not choose: suppress_tokens -1 of whisper/decoding.py.
  const std::vector<TokenId>& suppressed() const { return suppressed_; }
  /// A lone space and the end, which may not come first.
  const std::vector<TokenId>& not_first() const { return not_first_; }

 private:
  void append_word(std::string_view word, std::vector<TokenId>& ids) const;
  void find_suppressed();

  WhisperIds ids_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string_view, TokenId> ranks_;
  std::vector<TokenId> suppressed_, not_first_;
};

}  // namespace wick
