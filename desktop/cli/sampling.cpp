#include "sampling.h"

#include <cstdlib>
#include <limits>
#include <random>

#include "core/error.h"

namespace wick::cli {

void SamplingFlags::add_to(CLI::App& app) {
  SamplingOptions& s = options.sampling;
  const auto group = "Sampling";
  app.add_option("-n,--n-predict", options.max_tokens, "Most tokens to generate (-1: until the model ends)")
      ->check(CLI::Range(-1, std::numeric_limits<int>::max()))
      ->capture_default_str()
      ->group(group);
  app.add_option("--temp", s.temperature, "Temperature; 0 takes the likeliest token")
      ->capture_default_str()
      ->group(group);
  app.add_option("--top-k", s.top_k, "Keep the k likeliest tokens; 0 keeps all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
  app.add_option("--top-p", s.top_p, "Keep the likeliest tokens that sum to p")->capture_default_str()->group(group);
  app.add_option("--min-p", s.min_p, "Keep tokens at least p times as likely as the likeliest")
      ->capture_default_str()
      ->group(group);
  app.add_option("--typical", s.typical_p, "Locally typical sampling; 1 is off")->capture_default_str()->group(group);
  app.add_option("--repeat-penalty", s.repeat_penalty, "Penalise repeated tokens; 1 is off")
      ->capture_default_str()
      ->group(group);
  app.add_option("--presence-penalty", s.presence_penalty, "Penalise tokens that occurred")
      ->capture_default_str()
      ->group(group);
  app.add_option("--frequency-penalty", s.frequency_penalty, "Penalise tokens by how often they occurred")
      ->capture_default_str()
      ->group(group);
  app.add_option("--repeat-last-n", s.repeat_last_n, "Tokens the penalties look back on; -1 is all")
      ->check(CLI::Range(-1, std::numeric_limits<int>::max()))
      ->capture_default_str()
      ->group(group);
  app.add_option("-s,--seed", seed, "Seed; -1 draws one")
      ->check(CLI::Range(std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()))
      ->capture_default_str()
      ->group(group);
  app.add_option("--logit-bias", bias, "ID+VALUE or ID-VALUE: add to a token's logit (ID-inf bans it)")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--stop", options.stop, "Stop before this text (may be given several times)")
      ->allow_extra_args(false)
      ->group(group);
  app.add_flag("--ignore-eos", options.ignore_end, "Go on past the model's own end")->group(group);
}

GenerateOptions SamplingFlags::resolve() const {
  GenerateOptions resolved = options;
  resolved.sampling.seed = seed >= 0 ? static_cast<std::uint64_t>(seed) : std::random_device{}();
  for (const std::string& entry : bias) {
    char* rest = nullptr;
    const long long id = std::strtoll(entry.c_str(), &rest, 10);
    char* end = nullptr;
    const float value = std::strtof(rest, &end);
    if (rest == entry.c_str() || end == rest || *end != '\0')
      throw Error("--logit-bias '{}': expected ID+VALUE or ID-VALUE", entry);
    if (id < 0 || id > std::numeric_limits<TokenId>::max()) throw Error("--logit-bias '{}': no such token", entry);
    resolved.sampling.logit_bias.emplace_back(static_cast<TokenId>(id), value);
  }
  resolved.sampling.validate();
  return resolved;
}

Json timings(const Generator& generator, double load_ms) {
  const GenerationStats& stats = generator.stats();
  return {{"load_ms", load_ms},
          {"prompt_tokens", stats.prompt_tokens},
          {"reused_tokens", stats.reused_tokens},
          {"prompt_ms", stats.prompt_ms},
          {"generated_tokens", stats.generated_tokens},
          {"generate_ms", stats.generate_ms}};
}

}  // namespace wick::cli
