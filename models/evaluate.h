#pragma once
// How well a model predicts a text.
#include <functional>
#include <span>

#include "models/language_model.h"

namespace wick {

struct Perplexity {
  Index tokens = 0;       // scored: all after the first of each window
  double nll = 0;         // mean negative log-likelihood of a token, natural logarithm
  double perplexity = 0;  // exp(nll)
};

/// Logits [vocab] for the token after `tokens`. Throws Error if they are empty or pass the model's context.
Tensor next_logits(const LanguageModel& model, std::span<const TokenId> tokens);

/// Scores `tokens` in windows of `window` tokens (0: the model's context), each on its own; one window if they fit.
/// Throws Error for fewer than two tokens. `progress` is called with the tokens done.
Perplexity perplexity(const LanguageModel& model, std::span<const TokenId> tokens, Index window = 0,
                      const std::function<void(Index)>& progress = {});

}  // namespace wick
