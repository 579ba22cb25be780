#include <fmt/format.h>

#include "bench.h"
#include "core/kv_cache.h"

namespace wick::cli {
namespace {

constexpr Index kPrompt = 512, kGenerate = 128;

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

}  // namespace

void bench_model(const BenchOptions& options, const ModelOption& option, BenchReport& report) {
  const LoadedModel loaded = load_model(option, options.common);
  const Llama& llama = *loaded.model->llama;
  const int threads = llama.device().threads();
  report.add({fmt::format("model/load/t{}", threads), "1/s", {1e3 / loaded.load_ms}, 0});
  PagedCache cache = llama.make_cache(2048 + kPrompt);
  Batch batch;
  const std::vector<TokenId> ids = scattered_ids(2048, llama.config().vocab);
  const auto forward = [&](Sequence& sequence, std::span<const TokenId> tokens) {
    batch.clear();
    batch.add(sequence, tokens);
    return llama.forward(batch, cache);
  };
  if (const std::string name = fmt::format("model/prompt{}/t{}", kPrompt, threads); report.wants(name)) {
    report.add({name, "tokens/s",
                measure(options, kPrompt,
                        [&] {
                          Sequence sequence(cache);
                          forward(sequence, std::span(ids).first(kPrompt));
                        }),
                0});
  }
  for (const Index depth : {1, 512, 2048}) {
    const std::string name = fmt::format("model/generate{}@{}/t{}", kGenerate, depth, threads);
    if (!report.wants(name)) continue;
    Sequence prompt(cache);
    TokenId first = 0;
    for (Index at = 0; at < depth; at += kPrompt) {
      first =
          likeliest(forward(prompt, std::span(ids).subspan(static_cast<std::size_t>(at),
                                                           static_cast<std::size_t>(std::min(kPrompt, depth - at)))));
    }
    std::vector<double> rates;
    for (int round = 0; round < options.repetitions; ++round) {
      Sequence sequence = prompt;
      TokenId token = first;
      const double begin = now_ms();
      for (Index i = 0; i < kGenerate; ++i) token = likeliest(forward(sequence, {&token, 1}));
      rates.push_back(static_cast<double>(kGenerate) / (now_ms() - begin) * 1e3);
    }
    report.add({name, "tokens/s", std::move(rates), 0});
  }
}

}  // namespace wick::cli
