// The laws of a continuation: what is read again, what a step does, when it ends, what stays after it.
#include "models/generator.h"

#include <catch2/catch.hpp>
#include <limits>

#include "core/error.h"
#include "models/evaluate.h"
#include "models/tiny_model.h"

using namespace wick;
using namespace wick::test;

namespace {

std::vector<TokenId> ids_of(std::string_view text) { return tiny()->tokenizer.encode(text); }

/// A text of `count` tokens.
std::vector<TokenId> some_ids(Index count, int salt = 0) {
  std::vector<TokenId> ids;
  for (Index i = 0; i < count; ++i) ids.push_back(static_cast<TokenId>(kFirstByte + (i * 37 + i * i + salt) % 256));
  return ids;
}

GenerateOptions greedy(Index max_tokens) {
  GenerateOptions options;
  options.sampling.temperature = 0;
  options.max_tokens = max_tokens;
  options.ignore_end = true;
  return options;
}

std::string run(Generator& generator) {
  std::string text;
  while (!generator.finished()) text += generator.step().text;
  return text;
}

std::vector<TokenId> continuation(Generator& generator, const std::vector<TokenId>& prompt, GenerateOptions options) {
  generator.start(prompt, std::move(options));
  run(generator);
  return {generator.tokens().begin() + static_cast<std::ptrdiff_t>(prompt.size()), generator.tokens().end()};
}

std::vector<TokenId> fresh_continuation(const std::vector<TokenId>& prompt, const GenerateOptions& options) {
  Generator generator(tiny());
  return continuation(generator, prompt, options);
}

}  // namespace

TEST_CASE("generator: a prompt that begins as the last text did is read from where they part") {
  Generator generator(tiny());
  const std::vector<TokenId> first = some_ids(300);
  const std::vector<TokenId> answer = continuation(generator, first, greedy(20));
  CHECK(generator.stats().reused_tokens == 0);

  std::vector<TokenId> longer = first;
  longer.insert(longer.end(), answer.begin(), answer.end());
  const std::vector<TokenId> more = some_ids(30, 5);
  longer.insert(longer.end(), more.begin(), more.end());
  CHECK(continuation(generator, longer, greedy(20)) == fresh_continuation(longer, greedy(20)));
  // The last drawn token was never read.
  CHECK(generator.stats().reused_tokens == static_cast<Index>(first.size() + answer.size()) - 1);

  std::vector<TokenId> edited = longer;
  edited[100] = kFirstByte;
  REQUIRE(edited[100] != longer[100]);
  CHECK(continuation(generator, edited, greedy(20)) == fresh_continuation(edited, greedy(20)));
  CHECK(generator.stats().reused_tokens == 100);

  CHECK(continuation(generator, edited, greedy(20)) == fresh_continuation(edited, greedy(20)));
  CHECK(generator.stats().reused_tokens == static_cast<Index>(edited.size()) - 1);
}

namespace {

std::vector<TokenId> joined(std::vector<TokenId> a, const std::vector<TokenId>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Index read_anew(const Generator& generator) {
  return generator.stats().prompt_tokens - generator.stats().reused_tokens;
}

}  // namespace

TEST_CASE("generator: texts that were left are continued where they ended") {
  Generator generator(tiny(), 8192);
  const std::vector<TokenId> trunk = some_ids(300), left = some_ids(40, 1), right = some_ids(40, 2),
                             more = some_ids(10, 3);
  REQUIRE(left.front() != right.front());
  std::vector<TokenId> one = joined(trunk, left), other = joined(trunk, right);
  for (int turn = 0; turn < 3; ++turn) {
    for (std::vector<TokenId>* branch : {&one, &other}) {
      const std::vector<TokenId> answer = continuation(generator, *branch, greedy(20));
      CHECK(answer == fresh_continuation(*branch, greedy(20)));
      // Only the other branch's first text is new at first; later the last drawn token, which was never read, and more.
      const Index expected = turn > 0 ? 11 : branch == &one ? 340 : 40;
      CHECK(read_anew(generator) == expected);
      *branch = joined(joined(*branch, answer), more);
    }
  }
}

TEST_CASE("generator: an answer drawn again leaves the first one to go back to") {
  Generator generator(tiny(), 8192);
  const std::vector<TokenId> question = some_ids(50);
  GenerateOptions options = greedy(30);
  options.sampling.temperature = 2;
  std::vector<std::vector<TokenId>> answers;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    options.sampling.seed = seed;
    answers.push_back(continuation(generator, question, options));
    CHECK(read_anew(generator) == (seed == 0 ? 50 : 1));
  }
  for (const std::vector<TokenId>& answer : answers) {
    const std::vector<TokenId> next = joined(joined(question, answer), some_ids(5, 9));
    CHECK(continuation(generator, next, greedy(10)) == fresh_continuation(next, greedy(10)));
    CHECK(read_anew(generator) == 6);
  }
}

TEST_CASE("generator: texts that were left make room, the oldest first") {
  Generator generator(tiny(), 1024);  // four pages of 256 tokens
  std::vector<std::vector<TokenId>> texts;
  for (int salt = 0; salt < 3; ++salt) {
    texts.push_back(joined({static_cast<TokenId>(kFirstByte + salt)}, some_ids(300, salt)));
    CHECK(continuation(generator, texts.back(), greedy(5)) == fresh_continuation(texts.back(), greedy(5)));
    CHECK(generator.stats().reused_tokens == 0);
  }
  continuation(generator, texts[1], greedy(5));
  CHECK(generator.stats().reused_tokens == 300);  // one page of its own more, for which none had to go
  continuation(generator, texts[0], greedy(5));
  CHECK(generator.stats().reused_tokens == 0);
  // A text may still have all of the context.
  CHECK(continuation(generator, some_ids(1000, 7), greedy(-1)).size() == 24);
  CHECK(generator.stop_reason() == StopReason::context_full);
  continuation(generator, texts[1], greedy(5));
  CHECK(generator.stats().reused_tokens == 0);
}

TEST_CASE("generator: only the last few texts stay") {
  Generator generator(tiny(), 8192);
  const auto text = [](int salt) { return joined({static_cast<TokenId>(kFirstByte + salt)}, some_ids(20)); };
  for (int salt = 0; salt < 12; ++salt) continuation(generator, text(salt), greedy(3));
  continuation(generator, text(5), greedy(3));
  CHECK(read_anew(generator) == 1);
  continuation(generator, text(0), greedy(3));
  CHECK(generator.stats().reused_tokens == 0);
}

TEST_CASE("generator: the entropy is that of the distribution it reports") {
  Generator generator(tiny());
  GenerateOptions options = greedy(5);
  generator.start(ids_of("hello"), options);
  while (!generator.finished()) CHECK(generator.step().entropy == 0);  // not asked for
  options.alternatives = kTinyVocab;
  generator.start(ids_of("hello"), options);
  while (!generator.finished()) {
    const GenerationStep step = generator.step();
    if (!step.drawn) continue;
    double bits = 0;
    for (const TokenProbability& token : step.alternatives) {
      if (token.probability > 0) bits -= token.probability * std::log2(static_cast<double>(token.probability));
    }
    CHECK(step.entropy == Approx(bits).epsilon(1e-4).margin(1e-5));
  }
}

TEST_CASE("generator: the distribution after a reused prefix is that of a fresh reading") {
  const std::vector<TokenId> prompt = some_ids(290);
  Generator generator(tiny());
  std::vector<TokenId> other = some_ids(280);
  other[270] = kFirstByte;
  continuation(generator, other, greedy(3));
  GenerateOptions options = greedy(1);
  options.alternatives = kTinyVocab;
  generator.start(prompt, options);
  REQUIRE(generator.stats().reused_tokens == 270);
  GenerationStep step;
  while (!step.drawn) step = generator.step();
  const Tensor logits = next_logits(*tiny(), prompt);
  const Tensor fresh = softmax(logits, -1);
  for (const TokenProbability& token : step.alternatives)
    CHECK(token.probability == Approx(fresh.data<float>()[token.id]).epsilon(1e-4));
}

TEST_CASE("generator: a step reads a bounded part of the prompt, and the prompt is read once") {
  Generator generator(tiny());
  const Index length = 500;
  generator.start(some_ids(length), greedy(3));
  Index left = generator.prompt_left();
  CHECK(left == length);
  while (left > 0) {
    const GenerationStep step = generator.step();
    CHECK(generator.prompt_left() < left);
    CHECK(left - generator.prompt_left() <= 512);
    CHECK(step.drawn == (generator.prompt_left() == 0));
    left = generator.prompt_left();
  }
  for (int i = 0; i < 2; ++i) CHECK(generator.step().drawn);
  CHECK(generator.finished());
}

TEST_CASE("generator: cancelling keeps what was read") {
  Generator generator(tiny());
  const std::vector<TokenId> prompt = some_ids(500);
  generator.start(prompt, greedy(10));
  generator.step();
  const Index read = 500 - generator.prompt_left();
  REQUIRE(read > 0);
  generator.cancel();
  CHECK(generator.stop_reason() == StopReason::cancelled);
  CHECK(generator.step().stopped == StopReason::cancelled);
  CHECK(continuation(generator, prompt, greedy(10)) == fresh_continuation(prompt, greedy(10)));
  CHECK(generator.stats().reused_tokens == std::min<Index>(read, 499));
}

TEST_CASE("generator: max_tokens ends it, zero before it begins") {
  for (const Index count : {1, 7}) {
    Generator generator(tiny());
    CHECK(static_cast<Index>(continuation(generator, ids_of("hello"), greedy(count)).size()) == count);
    CHECK(generator.stop_reason() == StopReason::max_tokens);
    CHECK(generator.stats().generated_tokens == count);
  }
  Generator generator(tiny());
  CHECK(continuation(generator, ids_of("hello"), greedy(0)).empty());
  CHECK(generator.stop_reason() == StopReason::max_tokens);
}

TEST_CASE("generator: a full context ends it, and a prompt that leaves no room is refused without harm") {
  Generator generator(tiny(), 40);
  CHECK(continuation(generator, some_ids(30), greedy(-1)).size() == 10);
  CHECK(generator.stop_reason() == StopReason::context_full);
  CHECK(generator.context_used() == generator.context());
  const std::vector<TokenId> before = generator.tokens();
  CHECK(error_of([&] { generator.start(some_ids(40), greedy(1)); }) ==
        "the prompt has 40 tokens, the context 40: shorten it or ask for a larger context");
  CHECK(generator.tokens() == before);
  CHECK(generator.finished());
  CHECK(continuation(generator, some_ids(39), greedy(-1)).size() == 1);
  CHECK(generator.stats().reused_tokens == 30);
}

TEST_CASE("generator: what cannot be a prompt is refused") {
  Generator generator(tiny());
  CHECK(error_of([&] { generator.start({}, greedy(1)); }) == "the prompt is empty");
  CHECK(error_of([&] { generator.start({kTinyVocab}, greedy(1)); }) == "token id 264 is outside the vocabulary of 264");
  CHECK(error_of([&] { generator.start({-1}, greedy(1)); }) == "token id -1 is outside the vocabulary of 264");
  CHECK(error_of([&] { Generator(tiny(), -5); }) == "context of -5 tokens: expected a positive number");
}

TEST_CASE("generator: text ends before a stop string, wherever tokens cut it") {
  GenerateOptions options = greedy(40);
  options.sampling.logit_bias = {{261, 60.0f}};  // "ab"
  Generator generator(tiny());
  generator.start(ids_of("x"), options);
  REQUIRE(run(generator).starts_with("abababab"));
  options.stop = {"bab"};
  generator.start(ids_of("x"), options);
  CHECK(run(generator) == "a");
  CHECK(generator.stop_reason() == StopReason::stop_string);
  options.stop = {"zz", ""};
  generator.start(ids_of("x"), options);
  CHECK(run(generator).size() == 80);
}

TEST_CASE("generator: the model's end token ends it unless told otherwise") {
  GenerateOptions options = greedy(5);
  options.sampling.logit_bias = {{kTurnEnd, 1000.0f}};
  options.ignore_end = false;
  Generator generator(tiny());
  CHECK(continuation(generator, ids_of("x"), options) == std::vector<TokenId>{kTurnEnd});
  CHECK(generator.stop_reason() == StopReason::end);
  options.ignore_end = true;
  CHECK(continuation(generator, ids_of("x"), options).size() == 5);
}

TEST_CASE("generator: one seed gives one text, another seed another") {
  const auto draw = [](std::uint64_t seed) {
    GenerateOptions options;
    options.sampling.temperature = 1;
    options.sampling.seed = seed;
    options.max_tokens = 30;
    options.ignore_end = true;
    return fresh_continuation(ids_of("the seed"), options);
  };
  CHECK(draw(7) == draw(7));
  CHECK(draw(7) != draw(8));
}

TEST_CASE("generator: options out of range are refused, and what was there stays") {
  Generator generator(tiny());
  continuation(generator, ids_of("hello"), greedy(2));
  const std::vector<TokenId> before = generator.tokens();
  const auto refused = [&](auto SamplingOptions::* field, auto value) {
    GenerateOptions options;
    options.sampling.*field = value;
    return error_of([&] { generator.start(ids_of("other"), options); });
  };
  using Bias = std::vector<std::pair<TokenId, float>>;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(refused(&SamplingOptions::temperature, nan).empty());
  CHECK_FALSE(refused(&SamplingOptions::top_p, 1.5f).empty());
  CHECK_FALSE(refused(&SamplingOptions::top_p, -0.1f).empty());
  CHECK_FALSE(refused(&SamplingOptions::min_p, 2.0f).empty());
  CHECK_FALSE(refused(&SamplingOptions::typical_p, nan).empty());
  CHECK_FALSE(refused(&SamplingOptions::repeat_penalty, 0.0f).empty());
  CHECK_FALSE(refused(&SamplingOptions::repeat_last_n, -2).empty());
  CHECK_FALSE(refused(&SamplingOptions::logit_bias, Bias{{kTinyVocab, 1.0f}}).empty());
  CHECK_FALSE(refused(&SamplingOptions::logit_bias, Bias{{-1, 1.0f}}).empty());
  CHECK(generator.tokens() == before);
}

TEST_CASE("generator: a model of no finite number says so, and the cache stays usable") {
  TinyModel broken = tiny_model();
  for (float& value : broken.tensors["output.weight"].values) value = std::numeric_limits<float>::quiet_NaN();
  Generator generator(load_model(broken));
  for (int i = 0; i < 2; ++i) {
    generator.start(ids_of("hello"), greedy(5));
    CHECK_FALSE(error_of([&] { run(generator); }).empty());
    CHECK(generator.finished());
    CHECK(generator.step().stopped == StopReason::cancelled);
  }
}

TEST_CASE("generator: forks of a conversation diverge without harm to each other") {
  const Llama& llama = *tiny()->llama;
  PagedCache cache = llama.make_cache(2048);
  const auto read = [&](Sequence& sequence, const std::vector<TokenId>& ids) {
    Batch batch;
    batch.add(sequence, ids);
    return llama.forward(batch, cache).to_vector<float>();
  };
  const auto fresh = [&](std::vector<TokenId> ids, const std::vector<TokenId>& more) {
    ids.insert(ids.end(), more.begin(), more.end());
    return next_logits(*tiny(), ids).to_vector<float>();
  };
  const auto equal = [](const std::vector<float>& a, const std::vector<float>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::abs(a[i] - b[i]) > 1e-4) return false;
    }
    return a.size() == b.size();
  };
  const std::vector<TokenId> trunk = some_ids(300), left = some_ids(20, 1), right = some_ids(20, 2);
  Sequence one(cache);
  read(one, trunk);
  Sequence other = one;
  CHECK(equal(read(one, left), fresh(trunk, left)));
  CHECK(equal(read(other, right), fresh(trunk, right)));
  other.truncate(300);
  CHECK(equal(read(other, left), fresh(trunk, left)));
  const Index shared = cache.pages_in_use();
  CHECK(shared == 3);  // the first 256 tokens are one page
}

TEST_CASE("perplexity: windows score every token but the first of each") {
  const std::vector<TokenId> ids = some_ids(300);
  const Perplexity whole = perplexity(*tiny(), ids);
  CHECK(whole.tokens == 299);
  CHECK(whole.perplexity == Approx(std::exp(whole.nll)));
  CHECK(perplexity(*tiny(), ids, 100).tokens == 297);
  CHECK(perplexity(*tiny(), std::span(ids).first(201), 100).tokens == 198);
  const Perplexity first = perplexity(*tiny(), std::span(ids).first(100));
  const Perplexity second = perplexity(*tiny(), std::span(ids).subspan(100, 100));
  CHECK(perplexity(*tiny(), std::span(ids).first(200), 100).nll == Approx((first.nll + second.nll) / 2).epsilon(1e-6));
  CHECK(error_of([&] { perplexity(*tiny(), std::span(ids).first(1)); }) ==
        "perplexity needs at least two tokens, the text has 1");
  CHECK(error_of([&] { perplexity(*tiny(), ids, 1); }) == "perplexity window 1: expected 2 to 512");
  CHECK(error_of([&] { perplexity(*tiny(), ids, 513); }) == "perplexity window 513: expected 2 to 512");
}
