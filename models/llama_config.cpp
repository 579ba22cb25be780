#include "models/llama_config.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.h"

namespace wick {
namespace {

/// The pair whose wavelength makes `turns` turns over the original context (YaRN, equation 21 solved for the
/// dimension).
double pair_of_turns(double turns, double rotary, double base, double original_context) {
  return rotary * std::log(original_context / (turns * 2 * M_PI)) / (2 * std::log(base));
}

void scale_llama3(std::vector<float>& frequencies, const RopeScaling& s) {
  const double longest = s.original_context / s.low_frequency_factor;
  const double shortest = s.original_context / s.high_frequency_factor;
  for (float& f : frequencies) {
    const double wavelength = 2 * M_PI / f;
    if (wavelength < shortest) continue;
    if (wavelength > longest) {
      f = static_cast<float>(f / s.factor);
      continue;
    }
    const double smooth =
        (s.original_context / wavelength - s.low_frequency_factor) / (s.high_frequency_factor - s.low_frequency_factor);
    f = static_cast<float>((1 - smooth) * f / s.factor + smooth * f);
  }
}

void scale_yarn(std::vector<float>& frequencies, Index rotary, double base, const RopeScaling& s) {
  double low = pair_of_turns(s.beta_fast, static_cast<double>(rotary), base, s.original_context);
  double high = pair_of_turns(s.beta_slow, static_cast<double>(rotary), base, s.original_context);
  if (s.truncate) low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(rotary - 1));
  if (low == high) high += 0.001;  // the ramp must have a width
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    frequencies[i] = static_cast<float>(frequencies[i] / s.factor * ramp + frequencies[i] * (1 - ramp));
  }
}

std::vector<float> divided(const std::vector<float>& frequencies, const std::vector<double>& factors) {
  std::vector<float> result(frequencies.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<float>(frequencies[i] / factors[i]);
  return result;
}

}  // namespace

RopeConfig make_rope(Index rotary, double base, RopePairs pairs, const RopeScaling& s, double context,
                     const std::string& file) {
  if (rotary < 2 || rotary > kMaxHeadDim || rotary % 2 != 0)
    throw Error("{}: rotary dimension is {}, expected an even number from 2 to {}", file, rotary, kMaxHeadDim);
  RopeConfig rope{.pairs = pairs, .rotary = rotary, .inverse_frequencies = {}, .long_inverse_frequencies = {}};
  for (Index i = 0; i < rotary; i += 2) {
    rope.inverse_frequencies.push_back(
        static_cast<float>(1 / std::pow(base, static_cast<double>(i) / static_cast<double>(rotary))));
  }
  const auto fits = [&](const std::vector<double>& factors) {
    return factors.size() == rope.inverse_frequencies.size() &&
           std::all_of(factors.begin(), factors.end(), [](double f) { return f > 0 && std::isfinite(f); });
  };
  switch (s.kind) {
    case RopeScaling::Kind::none:
      break;
    case RopeScaling::Kind::linear:
      for (float& f : rope.inverse_frequencies) f = static_cast<float>(f / s.factor);
      break;
    case RopeScaling::Kind::llama3:
      if (s.short_factors.empty()) {
        scale_llama3(rope.inverse_frequencies, s);
      } else {  // GGUF carries the divisors themselves
        if (!fits(s.short_factors))
          throw Error("{}: {} rope frequency factors, expected {} positive ones", file, s.short_factors.size(),
                      rotary / 2);
        rope.inverse_frequencies = divided(rope.inverse_frequencies, s.short_factors);
      }
      break;
    case RopeScaling::Kind::yarn:
      scale_yarn(rope.inverse_frequencies, rotary, base, s);
      rope.magnitude = static_cast<float>(s.attention_factor.value_or(s.factor > 1 ? 0.1 * std::log(s.factor) + 1 : 1));
      break;
    case RopeScaling::Kind::longrope: {
      if (!fits(s.short_factors) || !fits(s.long_factors)) {
        throw Error("{}: {} and {} LongRoPE factors, expected {} positive ones", file, s.short_factors.size(),
                    s.long_factors.size(), rotary / 2);
      }
      rope.long_inverse_frequencies = divided(rope.inverse_frequencies, s.long_factors);
      rope.inverse_frequencies = divided(rope.inverse_frequencies, s.short_factors);
      rope.short_context = static_cast<Index>(s.original_context);
      const double stretch = context / s.original_context;
      rope.magnitude = static_cast<float>(s.attention_factor.value_or(
          stretch > 1 ? std::sqrt(1 + std::log(stretch) / std::log(s.original_context)) : 1));
      break;
    }
  }
  return rope;
}

void LlamaConfig::validate_sizes(const std::string& file) const {
  const auto check = [&](const char* field, Index value, Index low, Index high) {
    if (value < low || value > high) throw Error("{}: {} is {}, expected {} to {}", file, field, value, low, high);
  };
  check("number of layers", layers, 1, 1000);
  check("embedding length", dim, 1, 1 << 17);
  check("feed-forward length", hidden, 1, 1 << 20);
  check("number of heads", heads, 1, 1 << 12);
  check("number of kv heads", kv_heads, 1, heads);
  check("head dimension", head_dim, 2, kMaxHeadDim);
  check("vocabulary size", vocab, 1, 1 << 24);
  check("context length", context, 1, 1 << 28);
  check("sliding window", window, 0, 1 << 28);
  if (heads % kv_heads != 0) throw Error("{}: {} heads cannot share {} kv heads evenly", file, heads, kv_heads);
}

void LlamaConfig::validate(const std::string& file) const {
  validate_sizes(file);
  if (rope.rotary > head_dim)
    throw Error("{}: rotary dimension {} does not fit heads of {}", file, rope.rotary, head_dim);
  if (!(norm_eps > 0 && norm_eps < 1)) throw Error("{}: norm epsilon is {}, expected between 0 and 1", file, norm_eps);
}

}  // namespace wick
