// LlamaConfig from the metadata of a GGUF file.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "models/llama_config.h"

namespace wick {
namespace {

Index as_index(const Metadata& metadata, const std::string& key) {
  const std::int64_t value = metadata.get<std::int64_t>(key);
  if (value < 0 || value > (std::int64_t{1} << 30)) throw Error("{}: metadata '{}' is {}", metadata.file, key, value);
  return static_cast<Index>(value);
}

Index index_or(const Metadata& metadata, const std::string& key, Index fallback) {
  return metadata.has(key) ? as_index(metadata, key) : fallback;
}

double positive_or(const Metadata& metadata, const std::string& key, double fallback) {
  const double value = metadata.number_or(key, fallback);
  if (!(value > 0) || !std::isfinite(value))
    throw Error("{}: metadata '{}' is {}, expected a positive number", metadata.file, key, value);
  return value;
}

/// A number that newer files state once a layer; only equal ones are one model of this family.
Index same_in_all_layers(const Metadata& metadata, const std::string& key, Index fallback) {
  const auto found = metadata.values.find(key);
  if (found == metadata.values.end()) return fallback;
  const auto* list = std::get_if<std::vector<std::int64_t>>(&found->second);
  if (!list) return as_index(metadata, key);
  if (list->empty() || !std::all_of(list->begin(), list->end(), [&](std::int64_t n) { return n == list->front(); })) {
    throw Error("{}: metadata '{}' differs between layers, which is not supported", metadata.file, key);
  }
  if (list->front() < 0 || list->front() > (1 << 30))
    throw Error("{}: metadata '{}' is {}", metadata.file, key, list->front());
  return static_cast<Index>(list->front());
}

std::vector<double> read_factors(const Checkpoint& checkpoint, const char* name) {
  const TensorInfo* tensor = checkpoint.find(name);
  if (!tensor) return {};
  if (tensor->type != DType::f32 || tensor->shape.size() != 1 || tensor->shape[0] > 4096) {
    throw Error("{}: tensor '{}' must be a short f32 vector", checkpoint.name(), name);
  }
  std::vector<float> values(static_cast<std::size_t>(tensor->shape[0]));
  checkpoint.read_rows(*tensor, 0, tensor->shape[0], std::as_writable_bytes(std::span(values)));
  return {values.begin(), values.end()};
}

RopeScaling read_scaling(const Checkpoint& checkpoint, const std::string& prefix, double context) {
  const Metadata& metadata = checkpoint.metadata;
  RopeScaling s;
  const std::string kind = metadata.get_or<std::string>(prefix + "rope.scaling.type", "none");
  s.factor =
      positive_or(metadata, prefix + "rope.scaling.factor", positive_or(metadata, prefix + "rope.scale_linear", 1));
  s.original_context = positive_or(metadata, prefix + "rope.scaling.original_context_length", context);
  if (kind == "linear" || (kind == "none" && s.factor != 1)) {
    s.kind = RopeScaling::Kind::linear;
  } else if (kind == "yarn") {
    s.kind = RopeScaling::Kind::yarn;
    s.beta_fast = positive_or(metadata, prefix + "rope.scaling.yarn_beta_fast", 32);
    s.beta_slow = positive_or(metadata, prefix + "rope.scaling.yarn_beta_slow", 1);
    // GGUF states a factor on top of YaRN's own magnitude.
    s.attention_factor = positive_or(metadata, prefix + "rope.scaling.attn_factor", 1) *
                         (s.factor > 1 ? 0.1 * std::log(s.factor) + 1 : 1);
  } else if (kind != "none" && kind != "longrope") {
    throw Error("{}: rope scaling '{}' is not supported", metadata.file, kind);
  }
  if (std::vector<double> factors = read_factors(checkpoint, "rope_freqs.weight"); !factors.empty()) {
    s.kind = RopeScaling::Kind::llama3;
    s.short_factors = std::move(factors);
  }
  s.long_factors = read_factors(checkpoint, "rope_factors_long.weight");
  if (!s.long_factors.empty()) {
    s.kind = RopeScaling::Kind::longrope;
    s.short_factors = read_factors(checkpoint, "rope_factors_short.weight");
    if (metadata.has(prefix + "rope.scaling.attn_factor"))
      s.attention_factor = positive_or(metadata, prefix + "rope.scaling.attn_factor", 1);
  }
  return s;
}

}  // namespace

LlamaConfig LlamaConfig::from_gguf(const Checkpoint& checkpoint) {
  const Metadata& metadata = checkpoint.metadata;
  LlamaConfig c;
  c.architecture = metadata.get<std::string>("general.architecture");
  static constexpr const char* kKnown[] = {"llama", "smollm3", "qwen2", "qwen3", "phi3"};
  if (std::none_of(std::begin(kKnown), std::end(kKnown), [&](const char* name) { return c.architecture == name; })) {
    throw Error("{}: architecture '{}' is not supported; this build runs llama, smollm3, qwen2, qwen3 and phi3",
                metadata.file, c.architecture);
  }
  const std::string prefix = c.architecture + ".";
  if (index_or(metadata, prefix + "expert_count", 0) > 0) {
    throw Error("{}: a mixture of experts ({} experts) is not supported", metadata.file,
                as_index(metadata, prefix + "expert_count"));
  }
  c.layers = as_index(metadata, prefix + "block_count");
  c.dim = as_index(metadata, prefix + "embedding_length");
  c.hidden = same_in_all_layers(metadata, prefix + "feed_forward_length", 0);
  c.heads = same_in_all_layers(metadata, prefix + "attention.head_count", 0);
  c.kv_heads = same_in_all_layers(metadata, prefix + "attention.head_count_kv", c.heads);
  c.context = as_index(metadata, prefix + "context_length");
  c.norm_eps = metadata.number(prefix + "attention.layer_norm_rms_epsilon");
  c.head_dim = index_or(metadata, prefix + "attention.key_length", c.heads > 0 ? c.dim / c.heads : 0);
  if (index_or(metadata, prefix + "attention.value_length", c.head_dim) != c.head_dim) {
    throw Error("{}: keys of {} and values of {} elements are not supported", metadata.file, c.head_dim,
                as_index(metadata, prefix + "attention.value_length"));
  }
  const TensorInfo* embedding = checkpoint.find("token_embd.weight");
  if (!embedding) throw Error("{}: tensor 'token_embd.weight' is missing", metadata.file);
  c.vocab = embedding->shape.size() == 2 ? embedding->shape[0] : index_or(metadata, prefix + "vocab_size", 0);
  if (c.architecture == "phi3") c.window = index_or(metadata, prefix + "attention.sliding_window", 0);
  if (c.window >= c.context) c.window = 0;

  c.validate_sizes(metadata.file);

  // The converters of these architectures permute q and k so that a pair's elements are neighbours.
  const bool permuted = c.architecture == "llama" || c.architecture == "smollm3";
  const Index rotary = index_or(metadata, prefix + "rope.dimension_count", c.head_dim);
  c.rope = make_rope(rotary, positive_or(metadata, prefix + "rope.freq_base", 10000),
                     permuted ? RopePairs::adjacent : RopePairs::halves,
                     read_scaling(checkpoint, prefix, static_cast<double>(c.context)), static_cast<double>(c.context),
                     metadata.file);
  c.layer_turns.assign(static_cast<std::size_t>(std::clamp<Index>(c.layers, 0, 1000)), true);
  if (c.architecture == "smollm3") {  // every fourth layer has no positions (NoPE)
    for (std::size_t i = 3; i < c.layer_turns.size(); i += 4) c.layer_turns[i] = false;
  }
  c.layer_windows.assign(c.layer_turns.size(), c.window > 0);
  c.validate(metadata.file);
  return c;
}

}  // namespace wick
