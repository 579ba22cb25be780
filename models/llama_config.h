#pragma once
// What distinguishes one LLaMA-family model from another.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "kernels/ops.h"

namespace wick {

/// Rotary position embedding: which pairs turn, how fast, and how that is stretched for long contexts.
struct RopeConfig {
  RopePairs pairs = RopePairs::halves;
  Index rotary = 0;                        // elements of a head that turn; the rest passes
  std::vector<float> inverse_frequencies;  // [rotary / 2], scaling (linear, Llama 3, YaRN) included
  float magnitude = 1;                     // of the cosines and sines (YaRN's and LongRoPE's attention factor)

  /// LongRoPE (Phi-3): the frequencies above serve up to this many tokens, these beyond; 0 if there is one set only.
  Index short_context = 0;
  std::vector<float> long_inverse_frequencies;
};

/// Scaling as files state it, turned into frequencies by `make_rope`.
struct RopeScaling {
  enum class Kind { none, linear, llama3, yarn, longrope } kind = Kind::none;
  double factor = 1;
  double original_context = 0;
  double low_frequency_factor = 1, high_frequency_factor = 4;  // Llama 3
  double beta_fast = 32, beta_slow = 1;                        // YaRN
  std::optional<double> attention_factor;
  bool truncate = true;                             // YaRN: whole dimensions at the ends of the ramp
  std::vector<double> short_factors, long_factors;  // LongRoPE, and in GGUF also Llama 3's
};

/// Frequencies base^(-2i / rotary), scaled. Sources: Llama 3.1 (piecewise), YaRN (Peng et al. 2023, section 3.2 and
/// 3.4), LongRoPE (Ding et al. 2024). `context` is the model's own longest one. Throws Error naming `file`.
RopeConfig make_rope(Index rotary, double base, RopePairs pairs, const RopeScaling& scaling, double context,
                     const std::string& file);

/// A LLaMA-family model: Llama 1-3, SmolLM2, SmolLM3, Mistral, Qwen2, Qwen3, Phi-3, llama2.c.
struct LlamaConfig {
  std::string architecture;  // "llama", "smollm3", "qwen2", "qwen3", "phi3"
  Index layers = 0;
  Index dim = 0;     // width of the residual stream
  Index hidden = 0;  // of the gated MLP
  Index heads = 0, kv_heads = 0, head_dim = 0;
  Index vocab = 0;
  Index context = 0;  // tokens the model was trained for
  Index window = 0;   // sliding attention window, 0: none
  double norm_eps = 1e-5;
  RopeConfig rope;
  std::vector<bool> layer_turns;    // SmolLM3: whether the layer has rotary embedding
  std::vector<bool> layer_windows;  // whether the layer's attention slides
  bool tied = true;                 // without an output matrix of its own the embedding takes its place

  /// From GGUF metadata and the file's rope_freqs (Llama 3) or rope_factors_* (Phi-3) tensors, if any.
  /// Throws Error for another architecture, a missing key or a value out of range.
  static LlamaConfig from_gguf(const Checkpoint& checkpoint);
  /// From a Hugging Face config.json.
  static LlamaConfig from_huggingface(const nlohmann::ordered_json& config, const std::string& file);

  /// Throws Error naming `file` and the field that makes no sense; `validate_sizes` looks at all but rope and epsilon.
  void validate(const std::string& file) const;
  void validate_sizes(const std::string& file) const;
};

}  // namespace wick
