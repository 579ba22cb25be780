#include <fmt/format.h>

#include <algorithm>

#include "core/kv_cache.h"
#include "models/bench/measure.h"

namespace wick {
namespace {

constexpr Index kPrompt = 512, kGenerate = 128, kDeepest = 2048;

std::vector<TokenId> scattered_ids(Index count, Index vocab) {
  std::vector<TokenId> ids;
  std::uint32_t state = 12345;
  for (Index i = 0; i < count; ++i) {
    state = state * 1103515245u + 12345u;
    ids.push_back(static_cast<TokenId>((state >> 8) % static_cast<std::uint32_t>(vocab)));
  }
  return ids;
}

TokenId likeliest(const Tensor& logits) {
  const float* values = logits.data<float>();
  return static_cast<TokenId>(std::max_element(values, values + logits.elements()) - values);
}

/// A model with a cache that holds the deepest row.
struct Subject {
  std::shared_ptr<const LanguageModel> model;
  PagedCache cache;
  Batch batch;
  std::vector<TokenId> ids;

  explicit Subject(std::shared_ptr<const LanguageModel> m)
      : model(std::move(m)),
        cache(model->llama->make_cache(kDeepest + kPrompt)),
        ids(scattered_ids(kDeepest, model->config().vocab)) {}

  Tensor forward(Sequence& sequence, std::span<const TokenId> tokens) {
    batch.clear();
    batch.add(sequence, tokens);
    return model->llama->forward(batch, cache);
  }
};

std::vector<double> run_prompt(const BenchOptions& options, const std::shared_ptr<const LanguageModel>& model) {
  Subject subject(model);
  return measure(options, kPrompt, [&] {
    Sequence sequence(subject.cache);
    subject.forward(sequence, std::span(subject.ids).first(kPrompt));
  });
}

std::vector<double> run_generate(const BenchOptions& options, const std::shared_ptr<const LanguageModel>& model,
                                 Index depth) {
  Subject subject(model);
  Sequence prompt(subject.cache);
  TokenId first = 0;
  for (Index at = 0; at < depth; at += kPrompt) {
    const auto count = static_cast<std::size_t>(std::min(kPrompt, depth - at));
    first = likeliest(subject.forward(prompt, std::span(subject.ids).subspan(static_cast<std::size_t>(at), count)));
  }
  std::vector<double> rates;
  for (int round = 0; round < options.repetitions; ++round) {
    Sequence sequence = prompt;
    TokenId token = first;
    const double begin = seconds_now();
    for (Index i = 0; i < kGenerate; ++i) token = likeliest(subject.forward(sequence, {&token, 1}));
    rates.push_back(static_cast<double>(kGenerate) / (seconds_now() - begin));
  }
  return rates;
}

}  // namespace

std::vector<BenchCase> model_bench(const std::shared_ptr<const LanguageModel>& model, const BenchOptions& options) {
  const int threads = model->llama->device().threads();
  std::vector<BenchCase> cases;
  const std::string prompt = fmt::format("model/prompt{}/t{}", kPrompt, threads);
  cases.push_back({prompt, [=] { return BenchRow{prompt, "tokens/s", run_prompt(options, model), 0}; }});
  for (const Index depth : {Index{1}, Index{512}, kDeepest}) {
    const std::string name = fmt::format("model/generate{}@{}/t{}", kGenerate, depth, threads);
    cases.push_back({name, [=] { return BenchRow{name, "tokens/s", run_generate(options, model, depth), 0}; }});
  }
  return cases;
}

}  // namespace wick
