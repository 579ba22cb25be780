#pragma once
// Continues a text token by token.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/kv_cache.h"
#include "core/text/sampler.h"
#include "models/language_model.h"

namespace wick {

struct GenerateOptions {
  SamplingOptions sampling;
  Index max_tokens = -1;          // -1: until the model ends or the context is full
  std::vector<std::string> stop;  // generation ends before any of these
  int alternatives = 0;           // likeliest tokens to report with each token
  bool ignore_end = false;        // go on past the model's own end tokens
  bool show_special = false;      // special tokens as text
};

enum class StopReason : std::uint8_t { none, end, stop_string, max_tokens, context_full, cancelled };
const char* to_string(StopReason reason);  // "end", "stop", "length", "context", "cancelled"; "" for none

struct GenerationStats {
  Index prompt_tokens = 0;  // of the whole prompt
  Index reused_tokens = 0;  // of these, already in the cache
  double prompt_ms = 0;     // until the first token was drawn
  Index generated_tokens = 0;
  double generate_ms = 0;  // from the first drawn token on
};

/// What one step did.
struct GenerationStep {
  bool drawn = false;  // a token was drawn; else part of the prompt was read, or all is done
  TokenId token = -1;
  // In the model's own distribution, where alternatives are asked for:
  float probability = 0;  // of the token
  float entropy = 0;      // bits
  std::vector<TokenProbability> alternatives{};
  std::string text{};                     // that may be shown now: whole characters, nothing of a stop string
  StopReason stopped = StopReason::none;  // once it is not none, `step` does nothing more
};

/// One text in one cache. A prompt that begins as the last text did is read from where they part, and what it parts
/// from stays in the cache as long as no other text needs the room: a prompt continues, of the last few texts, the one
/// that it shares most with. All of them together have no more pages than a text that fills the context.
class Generator {
 public:
  /// `context`: the most tokens that prompt and continuation may have together; 0 is the model's own, at most 8,192.
  explicit Generator(std::shared_ptr<const LanguageModel> model, Index context = 0);

  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Begins a continuation of `prompt`. Throws Error if it is empty, has unknown ids or leaves no room in the context;
  /// then nothing changes.
  void start(std::vector<TokenId> prompt, GenerateOptions options);
  /// Reads a part of the prompt (some tens of milliseconds of work) or draws one token. If it throws, the continuation
  /// has ended, and what was in the cache before the step stays.
  GenerationStep step();
  /// Ends the continuation as it stands; what is in the cache stays.
  void cancel();

  bool finished() const { return stopped_ != StopReason::none; }
  StopReason stop_reason() const { return stopped_; }
  const GenerationStats& stats() const { return stats_; }
  Index context() const { return context_; }
  Index context_used() const { return static_cast<Index>(tokens_.size()); }
  /// Prompt tokens that still have to be read.
  Index prompt_left() const;
  const std::vector<TokenId>& tokens() const { return tokens_; }
  const LanguageModel& model() const { return *model_; }
  const std::shared_ptr<const LanguageModel>& share_model() const { return model_; }

 private:
  /// A text that was left, all of it in the cache.
  struct Branch {
    std::vector<TokenId> tokens;
    Sequence sequence;
  };
  Index go_to_branch(std::span<const TokenId> prompt);
  void keep_branch();
  void fill_batch(std::span<const TokenId> tokens);
  void read_prompt(Index count);
  GenerationStep advance();
  GenerationStep draw();

  std::shared_ptr<const LanguageModel> model_;
  Index context_;
  PagedCache cache_;
  Sequence sequence_;
  std::vector<Branch> branches_;  // oldest first
  Batch batch_;
  GenerateOptions options_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<TextStream> text_;
  std::unique_ptr<StopStrings> stops_;
  std::vector<TokenId> tokens_;  // prompt and continuation; the first sequence_.length() are in the cache
  Tensor logits_;                // [1, vocab] for the next token, once the prompt is read
  Index chunk_;                  // prompt tokens a step reads
  GenerationStats stats_;
  StopReason stopped_ = StopReason::end;
};

}  // namespace wick
