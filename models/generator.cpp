#include "models/generator.h"

#include <algorithm>

#include "core/clock.h"
#include "core/error.h"

namespace wick {
namespace {

constexpr Index kDefaultContext = 8192;
// A step should answer within this time, so that whoever drives it can show progress and stop.
constexpr double kStepMs = 60;
constexpr Index kSmallestChunk = 16, kLargestChunk = 512;
constexpr std::size_t kMostBranches = 8;

Index context_of(const LanguageModel& model, Index wanted) {
  if (wanted < 0) throw Error("context of {} tokens: expected a positive number", wanted);
  return wanted > 0 ? wanted : std::min(model.config().context, kDefaultContext);
}

/// How many tokens two texts begin with alike.
Index shared_tokens(std::span<const TokenId> a, std::span<const TokenId> b) {
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
}

/// Whether `text` begins with all of `beginning`.
bool begins_with(std::span<const TokenId> text, std::span<const TokenId> beginning) {
  return shared_tokens(text, beginning) == std::ssize(beginning);
}

}  // namespace

const char* to_string(StopReason reason) {
  switch (reason) {
    case StopReason::none:
      return "";
    case StopReason::end:
      return "end";
    case StopReason::stop_string:
      return "stop";
    case StopReason::max_tokens:
      return "length";
    case StopReason::context_full:
      return "context";
    case StopReason::cancelled:
      return "cancelled";
  }
  return "";
}

Generator::Generator(std::shared_ptr<const LanguageModel> model, Index context)
    : model_(std::move(model)),
      context_(context_of(*model_, context)),
      cache_(model_->llama->make_cache(context_)),
      sequence_(cache_),
      chunk_(64) {}

void Generator::start(std::vector<TokenId> prompt, GenerateOptions options) {
  if (prompt.empty()) throw Error("the prompt is empty");
  const Index vocab = model_->config().vocab;
  for (const TokenId id : prompt) {
    if (id < 0 || id >= vocab) throw Error("token id {} is outside the vocabulary of {}", id, vocab);
  }
  if (static_cast<Index>(prompt.size()) >= context_) {
    throw Error("the prompt has {} tokens, the context {}: shorten it or ask for a larger context", prompt.size(),
                context_);
  }
  options.sampling.validate();
  auto sampler = std::make_unique<Sampler>(options.sampling, vocab);

  const Index shared = go_to_branch(prompt);
  tokens_ = std::move(prompt);
  tokens_.reserve(static_cast<std::size_t>(context_));  // a step allocates nothing
  options_ = std::move(options);
  sampler_ = std::move(sampler);
  text_ = std::make_unique<TextStream>(model_->tokenizer, options_.show_special);
  stops_ = std::make_unique<StopStrings>(options_.stop);
  logits_ = {};
  stats_ = {.prompt_tokens = static_cast<Index>(tokens_.size()), .reused_tokens = shared};
  stopped_ = options_.max_tokens == 0 ? StopReason::max_tokens : StopReason::none;
}

/// Goes back to where the prompt parts from the text in the cache that begins most like it, and tells how many tokens
/// that are.
Index Generator::go_to_branch(std::span<const TokenId> prompt) {
  const auto in_cache = std::span(tokens_).first(static_cast<std::size_t>(sequence_.length()));
  const auto readable = prompt.first(prompt.size() - 1);  // the last token is always read again, for its logits
  Index shared = shared_tokens(readable, in_cache);
  auto best = branches_.end();
  for (auto branch = branches_.begin(); branch != branches_.end(); ++branch) {
    const Index common = shared_tokens(readable, branch->tokens);
    if (common <= shared) continue;
    shared = common;
    best = branch;
  }
  if (best != branches_.end()) {
    Branch chosen = std::move(*best);
    branches_.erase(best);
    if (!begins_with(chosen.tokens, in_cache)) keep_branch();
    tokens_ = std::move(chosen.tokens);
    sequence_ = std::move(chosen.sequence);
  }
  if (sequence_.length() > shared + 1) keep_branch();  // one token more is the prompt's last, read before
  sequence_.truncate(shared);
  return shared;
}

/// Keeps what is in the cache of the text, unless another branch begins with it.
void Generator::keep_branch() {
  const auto in_cache = std::span(tokens_).first(static_cast<std::size_t>(sequence_.length()));
  for (const Branch& branch : branches_) {
    if (begins_with(branch.tokens, in_cache)) return;
  }
  std::erase_if(branches_, [&](const Branch& branch) { return begins_with(in_cache, branch.tokens); });
  if (branches_.size() == kMostBranches) branches_.erase(branches_.begin());
  branches_.push_back({{in_cache.begin(), in_cache.end()}, sequence_});
}

Index Generator::prompt_left() const { return std::max<Index>(0, stats_.prompt_tokens - sequence_.length()); }

void Generator::cancel() {
  if (!finished()) stopped_ = StopReason::cancelled;
}

GenerationStep Generator::step() {
  if (finished()) return {.stopped = stopped_};
  const Index read = sequence_.length();
  try {
    return advance();
  } catch (...) {
    sequence_.truncate(read);  // what a broken pass wrote is no key or value
    stopped_ = StopReason::cancelled;
    throw;
  }
}

GenerationStep Generator::advance() {
  const double begin = now_ms();
  if (const Index left = prompt_left(); left > 0) {
    const Index count = std::min(left, chunk_);
    read_prompt(count);
    const double spent = now_ms() - begin;
    stats_.prompt_ms += spent;
    if (count == chunk_) {
      const double wanted = static_cast<double>(chunk_) * kStepMs / std::max(spent, 0.1);
      chunk_ = std::clamp(static_cast<Index>(wanted) / kSmallestChunk * kSmallestChunk, kSmallestChunk, kLargestChunk);
    }
    if (prompt_left() > 0) return {};
    const double drawing = now_ms();
    GenerationStep first = draw();
    stats_.prompt_ms += now_ms() - drawing;
    return first;
  }
  read_prompt(1);
  GenerationStep next = draw();
  stats_.generate_ms += now_ms() - begin;
  return next;
}

/// Makes the text longer in the cache; branches make room where there is none, the oldest first.
void Generator::fill_batch(std::span<const TokenId> tokens) {
  batch_.clear();
  while (true) {
    try {
      batch_.add(sequence_, tokens);
      return;
    } catch (const Error& full) {
      if (full.kind() != ErrorKind::memory || branches_.empty()) throw;
      branches_.erase(branches_.begin());
    }
  }
}

/// Runs the next `count` tokens through the model; `logits_` are the last one's.
void Generator::read_prompt(Index count) {
  const auto from = static_cast<std::size_t>(sequence_.length());
  fill_batch(std::span(tokens_).subspan(from, static_cast<std::size_t>(count)));
  logits_ = model_->llama->forward(batch_, cache_);
}

GenerationStep Generator::draw() {
  const std::span<const float> logits(logits_.data<float>(), static_cast<std::size_t>(logits_.elements()));
  GenerationStep step{.drawn = true};
  step.token = sampler_->sample(logits, tokens_);
  if (options_.alternatives > 0) {
    const Tensor distribution = softmax(logits_, -1);
    const std::span<const float> probabilities(distribution.data<float>(), logits.size());
    step.alternatives = top_probabilities(probabilities, options_.alternatives);
    step.probability = probabilities[static_cast<std::size_t>(step.token)];
    step.entropy = entropy_bits(logits, probabilities);
  }
  tokens_.push_back(step.token);
  ++stats_.generated_tokens;

  if (model_->tokenizer.is_end_of_generation(step.token) && !options_.ignore_end) {
    stopped_ = StopReason::end;
  } else {
    step.text = stops_->push(text_->push(step.token));
    if (stops_->stopped()) stopped_ = StopReason::stop_string;
  }
  if (!finished() && options_.max_tokens >= 0 && stats_.generated_tokens >= options_.max_tokens)
    stopped_ = StopReason::max_tokens;
  if (!finished() && static_cast<Index>(tokens_.size()) >= context_) stopped_ = StopReason::context_full;
  if (finished() && !stops_->stopped()) step.text += stops_->push(text_->finish()) + stops_->finish();
  step.stopped = stopped_;
  return step;
}

}  // namespace wick
