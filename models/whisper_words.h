#pragma once
// When each word of a window was said: the audio that the alignment heads of the decoder look at, as whisper/timing.py
// reads it.
#include <span>
#include <string>
#include <vector>

#include "models/whisper.h"
#include "models/whisper_tokens.h"

namespace wick {

/// A word, or the punctuation that was joined to one and left it empty.
struct AlignedWord {
  std::string text;
  std::vector<TokenId> tokens;
  double start, end;   // seconds from the window's begin
  double probability;  // mean of its tokens'
};

/// Languages whose words are not parted by spaces are cut at every character.
std::vector<std::vector<TokenId>> split_words(const WhisperTokenizer& tokenizer, std::span<const TokenId> text,
                                              Index language);

/// The path of least cost from the first row and column to the last ones, which never goes back: for each row, the
/// column at which it begins. `cost` is [rows, columns].
std::vector<Index> align_rows(const Tensor& cost);

/// `text` without timestamps, `frames` of log-mel in the window. One pass of the decoder.
std::vector<AlignedWord> align_words(const Whisper& model, const WhisperTokenizer& tokenizer, const AudioMemory& audio,
                                     std::span<const TokenId> text, Index language, bool translate, Index frames);

}  // namespace wick
