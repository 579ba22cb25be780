#include "core/text/sampler.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/error.h"
#include "core/text/portable_math.h"

using wick::Sampler;
using wick::SamplingOptions;
using wick::TokenId;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// The logits of tests/golden/make_sampler.py.
std::vector<float> hashed_logits(std::uint64_t step, std::size_t vocab) {
  std::vector<float> logits(vocab);
  for (std::size_t token = 0; token < vocab; ++token) {
    std::uint64_t z = step * 1000003 + token + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    logits[token] = static_cast<float>((z ^ (z >> 31)) >> 54) / 64.0f - 8.0f;
  }
  return logits;
}

SamplingOptions unfiltered(std::uint64_t seed = 0) {
  SamplingOptions options;
  options.temperature = 1.0f;
  options.top_k = 0;
  options.top_p = 1.0f;
  options.min_p = 0.0f;
  options.seed = seed;
  return options;
}

SamplingOptions greedy() {
  SamplingOptions options;
  options.temperature = 0.0f;
  return options;
}

SamplingOptions options_from(const nlohmann::json& json) {
  SamplingOptions options;
  options.temperature = json.value("temperature", options.temperature);
  options.top_k = json.value("top_k", options.top_k);
  options.top_p = json.value("top_p", options.top_p);
  options.min_p = json.value("min_p", options.min_p);
  options.typical_p = json.value("typical_p", options.typical_p);
  options.repeat_penalty = json.value("repeat_penalty", options.repeat_penalty);
  options.presence_penalty = json.value("presence_penalty", options.presence_penalty);
  options.frequency_penalty = json.value("frequency_penalty", options.frequency_penalty);
  options.repeat_last_n = json.value("repeat_last_n", options.repeat_last_n);
  options.seed = json.value("seed", options.seed);
  for (const auto& pair : json.value("logit_bias", nlohmann::json::array())) {
    options.logit_bias.emplace_back(pair[0].get<TokenId>(), pair[1].is_null() ? -kInfinity : pair[1].get<float>());
  }
  return options;
}

std::vector<double> softmax(const std::vector<float>& logits, double temperature = 1.0) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> p;
  for (float logit : logits) p.push_back(std::exp(static_cast<double>(logit - largest) / temperature));
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& value : p) value /= total;
  return p;
}

/// Checks 20000 draws against `expected`, probabilities up to a factor: nothing outside its support, and a chi-square
/// within five standard deviations of its mean.
void check_frequencies(const SamplingOptions& options, const std::vector<float>& logits, std::vector<double> expected) {
  constexpr int kDraws = 20000;
  const double total = std::accumulate(expected.begin(), expected.end(), 0.0);
  std::vector<int> counts(logits.size());
  Sampler sampler(options, static_cast<wick::Index>(logits.size()));
  for (int i = 0; i < kDraws; ++i) ++counts[static_cast<std::size_t>(sampler.sample(logits, {}))];
  double chi_square = 0;
  double cells = 0;
  for (std::size_t token = 0; token < logits.size(); ++token) {
    CAPTURE(token, counts[token], expected[token] / total * kDraws);
    const double mean = expected[token] / total * kDraws;
    if (mean == 0) CHECK(counts[token] == 0);
    if (mean < 5) continue;
    chi_square += (counts[token] - mean) * (counts[token] - mean) / mean;
    ++cells;
  }
  CHECK(chi_square < cells + 5 * std::sqrt(2 * cells));
}

}  // namespace

TEST_CASE("sampler: sequences equal those of an independent implementation") {
  std::ifstream file(WICK_TESTS_DIR "/golden/sampler.json");
  const auto golden = nlohmann::json::parse(file);
  for (const auto& entry : golden) {
    CAPTURE(entry["options"].dump(), entry["vocab"].get<int>());
    const auto vocab = entry["vocab"].get<std::size_t>();
    Sampler sampler(options_from(entry["options"]), static_cast<wick::Index>(vocab));
    std::vector<TokenId> history;
    for (std::size_t step = 0; step < entry["ids"].size(); ++step) {
      history.push_back(sampler.sample(hashed_logits(step, vocab), history));
    }
    CHECK(history == entry["ids"].get<std::vector<TokenId>>());
  }
}

TEST_CASE("sampler: draws follow the distribution that each filter leaves") {
  const std::vector<float> logits = hashed_logits(11, 24);
  const std::vector<double> p = softmax(logits);
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return std::pair(-logits[a], a) < std::pair(-logits[b], b); });
  std::vector<double> expected(logits.size());
  SamplingOptions options = unfiltered(42);

  SECTION("none") { check_frequencies(options, logits, p); }
  SECTION("temperature") {
    options.temperature = 3.0f;
    check_frequencies(options, logits, softmax(logits, 3.0));
  }
  SECTION("top-k keeps the k most likely") {
    options.top_k = 4;
    for (std::size_t i = 0; i < 4; ++i) expected[order[i]] = p[order[i]];
    check_frequencies(options, logits, expected);
  }
  SECTION("top-p keeps the fewest that reach p") {
    options.top_p = 0.9f;
    for (double mass = 0; std::size_t token : order) {
      if (mass >= 0.9) break;
      mass += expected[token] = p[token];
    }
    check_frequencies(options, logits, expected);
  }
  SECTION("min-p keeps those above a share of the most likely") {
    options.min_p = 0.2f;
    for (std::size_t token : order) expected[token] = p[token] >= 0.2 * p[order[0]] ? p[token] : 0;
    check_frequencies(options, logits, expected);
  }
  SECTION("typical keeps those nearest to the entropy") {
    options.typical_p = 0.5f;
    double entropy = 0;
    for (double value : p) entropy -= value * std::log(value);
    const auto distance = [&](std::size_t token) { return std::abs(-std::log(p[token]) - entropy); };
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return distance(a) < distance(b); });
    for (double mass = 0; std::size_t token : order) {
      if (mass > 0.5) break;
      mass += expected[token] = p[token];
    }
    check_frequencies(options, logits, expected);
  }
}

TEST_CASE("sampler: greedy takes the largest logit and the lower id of equal ones") {
  CHECK(Sampler(greedy(), 4).sample(std::vector{1.0f, 3.0f, 3.0f, 2.0f}, {}) == 1);
  CHECK(Sampler(greedy(), 3).sample(std::vector{kNaN, -2.0f, kNaN}, {}) == 1);
}

TEST_CASE("sampler: top-k of equal logits keeps the lower ids, in a large vocabulary too") {
  SamplingOptions options = unfiltered(3);
  options.top_k = 5;
  const std::vector<float> equal(50000, 0.5f);
  std::vector<float> rising(50000);
  std::iota(rising.begin(), rising.end(), 0.0f);
  Sampler sampler(options, 50000);
  for (int i = 0; i < 50; ++i) {
    CHECK(sampler.sample(equal, {}) < 5);
    CHECK(sampler.sample(rising, {}) >= 49995);
  }
}

TEST_CASE("sampler: penalties are llama.cpp's") {
  SamplingOptions options = greedy();
  const std::vector<float> logits{2.0f, 1.9f, -1.0f, -1.2f};
  const auto next = [&](const std::vector<TokenId>& history) { return Sampler(options, 4).sample(logits, history); };
  SECTION("repeat divides a positive logit") {
    options.repeat_penalty = 1.1f;
    CHECK(next({}) == 0);
    CHECK(next({0}) == 1);
    CHECK(next({0, 1}) == 0);
  }
  SECTION("repeat multiplies a negative one") {
    options.repeat_penalty = 1.5f;
    options.logit_bias = {{0, -kInfinity}, {1, -kInfinity}};
    CHECK(next({}) == 2);
    CHECK(next({2}) == 3);
  }
  SECTION("presence counts once, frequency each time") {
    options.presence_penalty = 0.05f;
    CHECK(next({0, 0, 0, 0}) == 0);
    options.presence_penalty = 0.0f;
    options.frequency_penalty = 0.04f;
    CHECK(next({0, 0}) == 0);
    CHECK(next({0, 0, 0}) == 1);
  }
  SECTION("they look back repeat_last_n tokens") {
    options.presence_penalty = 1.0f;
    options.repeat_last_n = 2;
    CHECK(next({0, 3, 3}) == 0);
    CHECK(next({3, 0, 3}) == 1);
    options.repeat_last_n = -1;
    CHECK(next({0, 3, 3, 3, 3, 3}) == 1);
    options.repeat_last_n = 0;
    CHECK(next({0}) == 0);
  }
}

TEST_CASE("sampler: a bias of -inf bans a token, +inf forces it") {
  SamplingOptions options = unfiltered(9);
  options.logit_bias = {{0, -kInfinity}};
  Sampler ban(options, 3);
  for (int i = 0; i < 200; ++i) CHECK(ban.sample(std::vector{9.0f, 0.0f, 0.0f}, {}) != 0);
  options.logit_bias = {{2, kInfinity}};
  Sampler force(options, 3);
  for (int i = 0; i < 50; ++i) CHECK(force.sample(std::vector{9.0f, 0.0f, 0.0f}, {}) == 2);
}

TEST_CASE("sampler: hostile logits give a finite one or an error") {
  Sampler sampler(SamplingOptions{}, 3);
  for (int i = 0; i < 50; ++i) CHECK(sampler.sample(std::vector{kNaN, 1.0f, -kInfinity}, {}) == 1);
  CHECK(sampler.sample(std::vector{kInfinity, 1.0f, 1.0f}, {}) == 0);
  CHECK_THROWS_AS(sampler.sample(std::vector{kNaN, kInfinity, -kInfinity}, {}), wick::Error);
  CHECK_THROWS_AS(sampler.sample(std::vector{1.0f}, {}), wick::Error);
  SamplingOptions banned;
  banned.logit_bias = {{0, -kInfinity}, {1, -kInfinity}, {2, -kInfinity}};
  CHECK_THROWS_AS(Sampler(banned, 3).sample(std::vector{1.0f, 1.0f, 1.0f}, {}), wick::Error);
  SamplingOptions extreme;
  extreme.temperature = 1e-30f;
  CHECK(Sampler(extreme, 3).sample(std::vector{3e38f, -3e38f, 0.0f}, {}) == 0);
}

TEST_CASE("sampler: options out of range are refused by name") {
  const auto refuses = [](auto change, const std::string& name) {
    SamplingOptions options;
    change(options);
    CHECK_THROWS_WITH(options.validate(), Catch::Contains(name));
  };
  refuses([](auto& o) { o.temperature = kNaN; }, "temperature");
  refuses([](auto& o) { o.top_p = 1.5f; }, "top_p");
  refuses([](auto& o) { o.min_p = -0.1f; }, "min_p");
  refuses([](auto& o) { o.typical_p = kNaN; }, "typical_p");
  refuses([](auto& o) { o.repeat_penalty = 0.0f; }, "repeat_penalty");
  refuses([](auto& o) { o.presence_penalty = kInfinity; }, "presence_penalty");
  refuses([](auto& o) { o.frequency_penalty = kNaN; }, "frequency_penalty");
  refuses([](auto& o) { o.repeat_last_n = -2; }, "repeat_last_n");
  refuses([](auto& o) { o.logit_bias = {{1, kNaN}}; }, "logit_bias");
  SamplingOptions outside;
  outside.logit_bias = {{7, 1.0f}};
  CHECK_THROWS_AS(Sampler(outside, 7), wick::Error);
}

TEST_CASE("top_probabilities: most likely first, ties by id") {
  std::vector<float> p = hashed_logits(5, 300);  // any numbers have an order
  p[7] = p[200] = 40;
  p[100] = std::numeric_limits<float>::quiet_NaN();
  const auto top = wick::top_probabilities(p, 10);
  REQUIRE(top.size() == 10);
  CHECK(top[0].id == 7);
  CHECK(top[1].id == 200);
  for (std::size_t i = 0; i < top.size(); ++i) {
    CHECK(top[i].probability == p[static_cast<std::size_t>(top[i].id)]);
    if (i > 0) CHECK(top[i].probability <= top[i - 1].probability);
  }
  CHECK(wick::top_probabilities(p, 1000).size() == 299);  // a NaN is no probability
  CHECK(wick::top_probabilities(p, 0).empty());
}

TEST_CASE("entropy: that of the distribution, in bits, from 0 to log2 of its size") {
  const auto entropy = [](const std::vector<float>& logits) {
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
    std::vector<float> probabilities;
    for (const float logit : logits)
      probabilities.push_back(static_cast<float>(std::exp(static_cast<double>(logit)) / sum));
    return wick::entropy_bits(logits, probabilities);
  };
  CHECK(entropy({5}) == 0);
  CHECK(entropy({3, 3, 3, 3}) == Approx(2));
  CHECK(entropy({0, -kInfinity, 0}) == Approx(1));
  CHECK(entropy({std::log(0.5f), std::log(0.25f), std::log(0.25f)}) == Approx(1.5));
  CHECK(entropy({80, 0, 0}) == Approx(0).margin(1e-6));
  CHECK(wick::entropy_bits({}, {}) == 0);
  CHECK(entropy({kNaN, 1}) == 0);
}

TEST_CASE("portable exp and log agree with the C library's") {
  for (double x = -700; x < 700; x += 0.37) CHECK(wick::portable_exp(x) == Approx(std::exp(x)).epsilon(4e-16));
  for (double x = 1e-300; x < 1e300; x *= 1.7)
    CHECK(wick::portable_log(x) == Approx(std::log(x)).epsilon(1e-15).margin(1e-15));
  CHECK(wick::portable_exp(0.0) == 1.0);
  CHECK(wick::portable_exp(-std::numeric_limits<double>::infinity()) == 0.0);
}

TEST_CASE("stop strings: the text before the stop that is complete first, however it is cut") {
  struct Row {
    std::vector<std::string> stops;
    std::string text;
    std::string shown;
    bool stopped;
  };
  const Row rows[] = {
      {{"</s>"}, "hello</s>rest", "hello", true},
      {{"</s>"}, "a</s", "a</s", false},
      {{"</s>"}, "<<</s>", "<<", true},
      {{"abab"}, "ababa", "", true},
      {{"aab"}, "aaab", "a", true},
      {{"abcd", "bc"}, "abcd", "a", true},
      {{"abc", "bc"}, "xabc", "x", true},
      {{"User:", "\n\n"}, "one\ntwo\n\nUser:", "one\ntwo", true},
      {{"\xe2\x80\x94"}, "dash \xe2\x80\x94 here", "dash ", true},
      {{""}, "nothing stops", "nothing stops", false},
      {{}, "nothing stops", "nothing stops", false},
  };
  for (const Row& row : rows) {
    for (std::size_t piece = 1; piece <= row.text.size(); ++piece) {
      CAPTURE(row.text, piece);
      wick::StopStrings stops(row.stops);
      std::string shown;
      for (std::size_t at = 0; at < row.text.size(); at += piece) {
        shown += stops.push(std::string_view(row.text).substr(at, piece));
        CHECK(row.shown.compare(0, shown.size(), shown) == 0);  // nothing is shown that must be taken back
      }
      shown += stops.finish();
      CHECK(shown == row.shown);
      CHECK(stops.stopped() == row.stopped);
    }
  }
}

TEST_CASE("stop strings: text that can no longer become a stop is shown at once") {
  wick::StopStrings stops({"<end>"});
  CHECK(stops.push("one <en") == "one ");
  CHECK(stops.push("x") == "<enx");
}
