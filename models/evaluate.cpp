#include "models/evaluate.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace wick {
namespace {

constexpr Index kChunk = 64;  // rows of logits that are held at once

/// -log softmax(logits)[target], in double.
double negative_log_likelihood(const float* logits, Index vocab, TokenId target) {
  const double top = *std::max_element(logits, logits + vocab);
  double sum = 0;
  for (Index i = 0; i < vocab; ++i) sum += std::exp(logits[i] - top);
  return top + std::log(sum) - logits[target];
}

void check_ids(const LanguageModel& model, std::span<const TokenId> tokens) {
  for (const TokenId id : tokens) {
    if (id < 0 || id >= model.config().vocab)
      throw Error("token id {} is outside the vocabulary of {}", id, model.config().vocab);
  }
}

}  // namespace

Tensor next_logits(const LanguageModel& model, std::span<const TokenId> tokens) {
  check_ids(model, tokens);
  const Index count = static_cast<Index>(tokens.size());
  if (count == 0) throw Error("the prompt is empty");
  if (count > model.config().context)
    throw Error("the prompt has {} tokens, the model's context {}", count, model.config().context);
  PagedCache cache = model.llama->make_cache(count);
  Sequence sequence(cache);
  Batch batch;
  batch.add(sequence, tokens);
  return model.llama->forward(batch, cache).reshape({model.config().vocab});
}

Perplexity perplexity(const LanguageModel& model, std::span<const TokenId> tokens, Index window,
                      const std::function<void(Index)>& progress) {
  check_ids(model, tokens);
  if (tokens.size() < 2) throw Error("perplexity needs at least two tokens, the text has {}", tokens.size());
  const Index vocab = model.config().vocab;
  const Index total = static_cast<Index>(tokens.size());
  if (window == 0) window = model.config().context;
  if (window < 2 || window > model.config().context)
    throw Error("perplexity window {}: expected 2 to {}", window, model.config().context);
  PagedCache cache = model.llama->make_cache(std::min(window, total));
  Perplexity result;
  for (Index begin = 0; total - begin >= 2; begin += window) {
    const Index end = std::min(begin + window, total);
    Sequence sequence(cache);
    for (Index at = begin; at < end; at += kChunk) {
      const Index count = std::min(kChunk, end - at);
      Batch batch;
      batch.add(sequence, tokens.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(count)));
      const Tensor logits = model.llama->forward(batch, cache, LogitRows::every);  // [count, vocab]
      for (Index row = 0; row < count && at + row + 1 < end; ++row) {
        result.nll += negative_log_likelihood(logits.data<float>() + row * vocab, vocab,
                                              tokens[static_cast<std::size_t>(at + row + 1)]);
        ++result.tokens;
      }
      if (progress) progress(at + count);
    }
  }
  result.nll /= static_cast<double>(result.tokens);
  result.perplexity = std::exp(result.nll);
  return result;
}

}  // namespace wick
