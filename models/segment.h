#pragma once
// What a transcript is made of.
#include <string>
#include <vector>

#include "core/text/tokenizer.h"

namespace wick {

struct Word {
  std::string text;   // with the space before it and the punctuation at it
  double start, end;  // seconds
  double probability;
};

struct Segment {
  double start = 0, end = 0;  // seconds
  std::string text;
  std::vector<TokenId> tokens;
  double avg_logprob = 0, no_speech_prob = 0, compression_ratio = 0, temperature = 0;
  std::vector<Word> words;  // where TranscribeOptions::words asked for them
};

}  // namespace wick
