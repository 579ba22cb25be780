#pragma once
// From one encoded window of 30 s to tokens, by the rules of whisper/decoding.py.
#include <memory>
#include <optional>
#include <vector>

#include "core/random.h"
#include "models/whisper.h"
#include "models/whisper_tokens.h"

namespace wick {

struct DecodingOptions {
  Index language = 0;  // its place in whisper_languages(); English-only models ignore it
  bool translate = false;
  double temperature = 0;     // 0: the likeliest token, else drawn
  Index beam = 1;             // hypotheses kept, where the temperature is 0
  double patience = 1;        // ends that are waited for, in beams
  Index best_of = 5;          // texts that are drawn, where it is not
  double length_penalty = 0;  // alpha of Wu et al. 2016; 0 divides by the length
  bool timestamps = true;
  double max_initial_timestamp = 1.0;  // seconds
  std::vector<TokenId> prompt;         // what was said before
  std::vector<TokenId> hotwords;       // words that occur, told before the prompt, where there is no prefix
  std::vector<TokenId> prefix;         // what the text begins with
  bool suppress_blank = true;
  std::optional<std::vector<TokenId>> suppress;  // the tokenizer's own list by default
  Index max_tokens = 0;                          // 0: half the text context
  std::uint64_t seed = 0;
};

struct DecodingResult {
  std::vector<TokenId> tokens;  // without the prompt and the end
  double sum_logprob = 0, avg_logprob = 0, no_speech_prob = 0, temperature = 0;
};

/// Decodes one window, a token of every hypothesis at a time.
class WindowDecoding {
 public:
  /// `model`, `tokenizer`, `audio` outlive it. Throws Error for options that make no sense.
  WindowDecoding(const Whisper& model, const WhisperTokenizer& tokenizer, const AudioMemory& audio,
                 DecodingOptions options);

  /// Draws the next tokens; false once all is decoded.
  bool step();
  /// The best text, once `step` was false.
  DecodingResult result() const;
  /// Tokens of the likeliest hypothesis so far, for a preview.
  std::span<const TokenId> so_far() const;

 private:
  struct Hypothesis {
    Sequence sequence;
    std::vector<TokenId> tokens;  // after the prompt
    double sum_logprob = 0;
  };
  struct Finished {
    std::vector<TokenId> tokens;
    double sum_logprob;
  };

  /// Logits of the next tokens, [hypotheses, vocab]: after the prompt, with which the hypotheses begin, and after the
  /// newest token of each.
  Tensor read_prompt();
  Tensor read_tokens();
  /// Masks what a hypothesis may not say next, in its row of logits [vocab].
  void mask(const std::vector<TokenId>& tokens, float* logits) const;
  void mask_timestamps(const std::vector<TokenId>& tokens, float* logits) const;
  /// Probabilities of the next token, [hypotheses, vocab]: a timestamp where those together are likelier than any text.
  Tensor probabilities(Tensor& logits) const;
  void draw(const Tensor& logits, const Tensor& probabilities);
  void search(const Tensor& probabilities);
  void finish();
  double rank(const Finished& text) const;

  const Whisper& model_;
  const WhisperTokenizer& tokenizer_;
  const AudioMemory& audio_;
  DecodingOptions options_;
  Index group_;  // hypotheses
  Index max_tokens_;
  Random random_;
  PagedCache cache_;
  std::vector<TokenId> prompt_;
  Index sot_ = 0;  // its place in the prompt
  Batch batch_;
  std::vector<Hypothesis> hypotheses_;
  std::vector<Finished> finished_;
  double no_speech_prob_ = 0;
  bool done_ = false;
};

/// The probability of each language, in the order of whisper_languages(): [languages]. Only of multilingual models.
std::vector<float> language_probabilities(const Whisper& model, const WhisperTokenizer& tokenizer,
                                          const AudioMemory& audio);

}  // namespace wick
