#include "core/text/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/text/portable_math.h"

namespace wick {
namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

/// A NaN is never drawn; +inf stays comparable.
float usable(float logit) { return logit == logit ? std::min(logit, kLargest) : kBanned; }

std::uint64_t rotate_left(std::uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

/// splitmix64 (Steele, Lea, Flood 2014): fills the generator's state from any seed, 0 included.
std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// xoshiro256** 1.0 (Blackman, Vigna 2018): the upper 53 bits as a number in [0, 1).
double next_uniform(std::uint64_t (&s)[4]) {
  const std::uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  const std::uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return static_cast<double>(result >> 11) * 0x1p-53;
}

/// Puts the `count` largest values into `out`, largest first, ties by id; fewer if the rest is banned. One pass: a
/// value at or below the count-th best so far is passed over with one comparison.
template <class Entry, class Before, class Make>
void select_top(std::span<const float> values, std::size_t count, Before before, Make make, std::vector<Entry>& out) {
  out.clear();
  const std::size_t full = 2 * count + 64;
  float threshold = kBanned;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > threshold)) continue;  // an equal one with a larger id comes after it
    out.push_back(make(values[i], static_cast<TokenId>(i)));
    if (out.size() == full) {
      const auto last = out.begin() + static_cast<std::ptrdiff_t>(count) - 1;
      std::nth_element(out.begin(), last, out.end(), before);
      out.resize(count);
      threshold = values[static_cast<std::size_t>(out.back().id)];
    }
  }
  if (out.size() > count) {
    std::nth_element(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count), out.end(), before);
    out.resize(count);
  }
  std::sort(out.begin(), out.end(), before);
}

/// Sorts only as much of the front of a list as is looked at, in growing pieces.
template <class Entry, class Before>
class SortedFront {
 public:
  SortedFront(std::vector<Entry>& entries, Before before) : entries_(entries), before_(before) {}

  const Entry& operator[](std::size_t i) {
    if (i >= sorted_) extend();
    return entries_[i];
  }

 private:
  void extend() {
    const std::size_t next = std::min(entries_.size(), sorted_ == 0 ? std::size_t{64} : 4 * sorted_);
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(sorted_);
    const auto last = entries_.begin() + static_cast<std::ptrdiff_t>(next);
    if (last != entries_.end()) std::nth_element(first, last, entries_.end(), before_);
    std::sort(first, last, before_);
    sorted_ = next;
  }

  std::vector<Entry>& entries_;
  Before before_;
  std::size_t sorted_ = 0;
};

void require(bool good, const char* option, const char* expected, double found) {
  if (!good) throw Error("sampling: {} is {}, expected {}", option, found, expected);
}

}  // namespace

struct Sampler::MoreLikely {
  bool operator()(const Candidate& a, const Candidate& b) const {
    return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
  }
};

struct Sampler::MoreTypical {  // with the distance from the entropy in place of the weight
  bool operator()(const Candidate& a, const Candidate& b) const {
    return a.weight < b.weight || (a.weight == b.weight && a.id < b.id);
  }
};

void SamplingOptions::validate() const {
  const auto fraction = [](const char* name, float value) {
    require(value >= 0.0f && value <= 1.0f, name, "0 to 1", static_cast<double>(value));
  };
  const auto finite = [](const char* name, float value) {
    require(std::isfinite(value), name, "a finite number", static_cast<double>(value));
  };
  finite("temperature", temperature);
  fraction("top_p", top_p);
  fraction("min_p", min_p);
  fraction("typical_p", typical_p);
  require(std::isfinite(repeat_penalty) && repeat_penalty > 0.0f, "repeat_penalty", "a finite number above 0",
          static_cast<double>(repeat_penalty));
  finite("presence_penalty", presence_penalty);
  finite("frequency_penalty", frequency_penalty);
  require(repeat_last_n >= -1, "repeat_last_n", "-1 or more", repeat_last_n);
  for (const auto& [id, bias] : logit_bias) {
    if (bias != bias) throw Error("sampling: the logit_bias of token {} is not a number", id);
  }
}

Sampler::Sampler(SamplingOptions options, Index vocab_size) : options_(std::move(options)) {
  options_.validate();
  for (const auto& [id, bias] : options_.logit_bias) {
    if (id < 0 || id >= vocab_size) {
      throw Error("sampling: logit_bias for token {}, the vocabulary has {} tokens", id, vocab_size);
    }
  }
  std::uint64_t seed = options_.seed;
  for (std::uint64_t& word : state_) word = split_mix(seed);
  logits_.resize(static_cast<std::size_t>(vocab_size));
  counts_.resize(static_cast<std::size_t>(vocab_size));
  const auto kept = options_.top_k > 0 ? 2 * static_cast<std::size_t>(options_.top_k) + 64 : logits_.size();
  candidates_.reserve(std::min(kept, logits_.size()));
}

TokenId Sampler::sample(std::span<const float> logits, std::span<const TokenId> history) {
  adjust(logits, history);
  if (options_.temperature <= 0.0f) {
    return static_cast<TokenId>(std::max_element(logits_.begin(), logits_.end()) - logits_.begin());
  }
  keep_top_k();
  keep_typical();
  keep_top_p();
  keep_min_p();
  return draw();
}

void Sampler::adjust(std::span<const float> logits, std::span<const TokenId> history) {
  if (logits.size() != logits_.size()) {
    throw Error("sampling: {} logits, the vocabulary has {} tokens", logits.size(), logits_.size());
  }
  bool finite = false;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits_[i] = usable(logits[i]);
    finite |= std::abs(logits[i]) <= kLargest;
  }
  if (!finite) throw Error("sampling: none of the {} logits is finite", logits.size());

  for (const auto& [id, bias] : options_.logit_bias) {
    float& logit = logits_[static_cast<std::size_t>(id)];
    logit = usable(logit + bias);
  }
  const std::size_t window =
      options_.repeat_last_n < 0 ? history.size() : static_cast<std::size_t>(options_.repeat_last_n);
  penalise(history.last(std::min(window, history.size())));
  if (*std::max_element(logits_.begin(), logits_.end()) == kBanned) throw Error("sampling: every token is banned");
}

void Sampler::penalise(std::span<const TokenId> recent) {
  if (options_.repeat_penalty == 1.0f && options_.presence_penalty == 0.0f && options_.frequency_penalty == 0.0f)
    return;
  for (TokenId id : recent) {
    if (id < 0 || static_cast<std::size_t>(id) >= counts_.size()) continue;
    ++counts_[static_cast<std::size_t>(id)];
  }
  // The definition of llama.cpp: the repeat penalty always moves a logit down, whatever its sign.
  for (TokenId id : recent) {
    if (id < 0 || static_cast<std::size_t>(id) >= counts_.size()) continue;
    int& count = counts_[static_cast<std::size_t>(id)];
    if (count == 0) continue;  // done at an earlier occurrence
    float& logit = logits_[static_cast<std::size_t>(id)];
    logit = logit <= 0.0f ? logit * options_.repeat_penalty : logit / options_.repeat_penalty;
    logit -= static_cast<float>(count) * options_.frequency_penalty;
    logit = usable(logit - options_.presence_penalty);
    count = 0;
  }
}

void Sampler::keep_top_k() {
  const auto make = [](float logit, TokenId id) { return Candidate{logit, id, 0.0}; };
  const std::size_t count = options_.top_k > 0 ? static_cast<std::size_t>(options_.top_k) : logits_.size();
  if (count < logits_.size()) {
    select_top(logits_, count, MoreLikely{}, make, candidates_);
    return;
  }
  candidates_.clear();
  for (std::size_t i = 0; i < logits_.size(); ++i) {
    if (logits_[i] > kBanned) candidates_.push_back(make(logits_[i], static_cast<TokenId>(i)));
  }
}

/// Sets each weight to e^((logit - largest) / temperature) and returns their sum, taken in the order of the list.
double Sampler::weigh(double temperature) {
  float largest = kBanned;
  for (const Candidate& candidate : candidates_) largest = std::max(largest, candidate.logit);
  double total = 0.0;
  for (Candidate& candidate : candidates_) {
    const double below = static_cast<double>(candidate.logit) - static_cast<double>(largest);
    candidate.weight = portable_exp(below / temperature);
    total += candidate.weight;
  }
  return total;
}

/// Locally typical sampling (Meister et al. 2022, section 4): the tokens whose information is nearest to the entropy.
void Sampler::keep_typical() {
  if (options_.typical_p >= 1.0f) return;
  const double total = weigh(1.0);
  const double log_total = portable_log(total);
  float largest = kBanned;
  for (const Candidate& candidate : candidates_) largest = std::max(largest, candidate.logit);
  const auto information = [&](const Candidate& candidate) {
    return log_total - (static_cast<double>(candidate.logit) - static_cast<double>(largest));
  };
  double entropy = 0.0;
  for (const Candidate& candidate : candidates_) {
    if (candidate.weight > 0.0) entropy += candidate.weight / total * information(candidate);
  }
  for (Candidate& candidate : candidates_) candidate.weight = std::abs(information(candidate) - entropy);

  SortedFront front(candidates_, MoreTypical{});
  double mass = 0.0;
  std::size_t kept = 0;
  while (kept < candidates_.size() && mass <= static_cast<double>(options_.typical_p)) {
    mass += portable_exp(-information(front[kept]));
    ++kept;
  }
  candidates_.resize(kept);
}

/// Nucleus sampling (Holtzman et al. 2020): the fewest most likely tokens that together reach top_p.
void Sampler::keep_top_p() {
  if (options_.top_p >= 1.0f) return;
  const double wanted = static_cast<double>(options_.top_p) * weigh(1.0);
  SortedFront front(candidates_, MoreLikely{});
  double mass = front[0].weight;
  std::size_t kept = 1;
  while (kept < candidates_.size() && mass < wanted) mass += front[kept++].weight;
  candidates_.resize(kept);
}

/// Drops tokens less likely than min_p times the most likely one.
void Sampler::keep_min_p() {
  if (options_.min_p <= 0.0f) return;
  weigh(1.0);  // so that the most likely weighs 1
  std::erase_if(candidates_, [&](const Candidate& c) { return c.weight < static_cast<double>(options_.min_p); });
}

TokenId Sampler::draw() {
  const double target = next_uniform(state_) * weigh(static_cast<double>(options_.temperature));
  SortedFront front(candidates_, MoreLikely{});
  double mass = 0.0;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    mass += front[i].weight;
    if (mass > target) return front[i].id;
  }
  return front[0].id;  // rounding left the sum just short of the target
}

std::vector<TokenProbability> top_probabilities(std::span<const float> probabilities, int count) {
  std::vector<TokenProbability> top;
  const auto before = [](const TokenProbability& a, const TokenProbability& b) {
    return a.probability > b.probability || (a.probability == b.probability && a.id < b.id);
  };
  const auto make = [](float probability, TokenId id) { return TokenProbability{id, probability}; };
  const std::size_t wanted = std::min(static_cast<std::size_t>(std::max(count, 0)), probabilities.size());
  if (wanted > 0) select_top(probabilities, wanted, before, make, top);
  return top;
}

float entropy_bits(std::span<const float> logits, std::span<const float> probabilities) {
  if (probabilities.empty()) return 0;
  const auto likeliest =
      static_cast<std::size_t>(std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
  // -log p = (largest logit - logit) - log(largest p), so that one logarithm does for the whole vocabulary.
  double nats = -std::log(static_cast<double>(probabilities[likeliest]));
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (probabilities[i] > 0) nats += probabilities[i] * (static_cast<double>(logits[likeliest]) - logits[i]);
  }
  return std::isfinite(nats) ? static_cast<float>(std::max(nats, 0.0) / std::numbers::ln2) : 0;
}

}  // namespace wick
