#pragma once
// From logits to the next token.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/tokenizer.h"

namespace wick {

/// Defaults are llama.cpp's. They apply in this order: bias, penalties, top-k, typical, top-p, min-p, temperature.
struct SamplingOptions {
  float temperature = 0.8f;  // <= 0 is greedy
  int top_k = 40;            // <= 0: all
  float top_p = 0.95f;       // 1: off
  float min_p = 0.05f;       // 0: off
  float typical_p = 1.0f;    // 1: off
  float repeat_penalty = 1.0f;
  float presence_penalty = 0.0f;
  float frequency_penalty = 0.0f;
  int repeat_last_n = 64;                                  // tokens that the penalties look back on; -1: all
  std::uint64_t seed = 0;                                  // the same seed gives the same tokens on every build
  std::vector<std::pair<TokenId, float>> logit_bias = {};  // added to the logit; -inf bans

  /// Throws Error naming the option that is out of range (NaN included).
  void validate() const;
  bool operator==(const SamplingOptions&) const = default;
};

struct TokenProbability {
  TokenId id;
  float probability;  // of the model's own distribution: softmax of the raw logits
};

/// Draws tokens. Reproducible: no std::distribution, a sort that breaks ties by id, and an exp of its own. Allocates
/// nothing after the first token.
///
/// A NaN counts as a banned token, +inf as the largest float. Greedy is the largest logit after bias and penalties.
class Sampler {
 public:
  /// Throws Error for an option out of range or a bias of a token outside the vocabulary.
  Sampler(SamplingOptions options, Index vocab_size);
  /// One token for `logits` [vocab]; `history` is all tokens so far, newest last. Throws Error if no logit is finite,
  /// or if every token is banned.
  TokenId sample(std::span<const float> logits, std::span<const TokenId> history);
  const SamplingOptions& options() const { return options_; }

 private:
  struct Candidate {
    float logit;
    TokenId id;
    double weight;  // e^(logit - largest logit); reused as the key of the typical filter
  };
  struct MoreLikely;
  struct MoreTypical;

  void adjust(std::span<const float> logits, std::span<const TokenId> history);
  void penalise(std::span<const TokenId> recent);
  void keep_top_k();
  void keep_typical();
  void keep_top_p();
  void keep_min_p();
  double weigh(double temperature);
  TokenId draw();

  SamplingOptions options_;
  std::uint64_t state_[4];     // xoshiro256**
  std::vector<float> logits_;  // [vocab], after bias and penalties
  std::vector<int> counts_;    // [vocab], all zero between calls
  std::vector<Candidate> candidates_;
};

/// The `count` most likely tokens of a distribution over the vocabulary, most likely first, ties by id.
std::vector<TokenProbability> top_probabilities(std::span<const float> probabilities, int count);

/// The entropy in bits of `probabilities`, which are the softmax of `logits`: 0 for a sure thing, log2 of the size for
/// any of them; 0 where they are no distribution.
float entropy_bits(std::span<const float> logits, std::span<const float> probabilities);

/// Watches a stream of text for stop strings and holds back what may become one. The stop that is complete first wins,
/// the longest of those complete at once, so the result does not depend on how the text is cut into pieces.
class StopStrings {
 public:
  /// Empty strings never match.
  explicit StopStrings(std::vector<std::string> stops);
  /// Text that can be shown now. After a stop string is complete, `stopped` is true and its text is dropped.
  std::string push(std::string_view text);
  /// The text that was held back, at the end of the stream.
  std::string finish();
  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace wick
