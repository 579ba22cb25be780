#include "models/llama.h"

#include <algorithm>
#include <cmath>

namespace wick {
namespace {

/// The rows of `x` whose logits are wanted: the last one of each sequence.
Tensor last_rows(const Tensor& x, const Batch& batch) {
  const auto sequences = batch.sequences();
  if (std::all_of(sequences.begin(), sequences.end(), [](const SequenceRows& s) { return s.queries == 1; })) return x;
  if (sequences.size() == 1) return x.slice(0, x.dim(0) - 1, x.dim(0));
  std::vector<Tensor> rows;
  for (const SequenceRows& s : sequences) {
    if (s.queries > 0) rows.push_back(x.slice(0, s.first_row + s.queries - 1, s.first_row + s.queries));
  }
  return cat(rows, 0);
}

}  // namespace

Tensor rope_table(const RopeConfig& rope, std::span<const std::int32_t> positions, bool long_context,
                  const Device& device) {
  const auto& frequencies = long_context ? rope.long_inverse_frequencies : rope.inverse_frequencies;
  const Index half = rope.rotary / 2;
  Tensor table = Tensor::empty({static_cast<Index>(positions.size()), rope.rotary}, DType::f32, device);
  float* row = table.data<float>();
  for (const std::int32_t position : positions) {
    for (Index i = 0; i < half; ++i) {
      // The angle is rounded to f32 as every training framework does; its cosine is not.
      const double angle = static_cast<float>(position) * frequencies[static_cast<std::size_t>(i)];
      row[i] = static_cast<float>(std::cos(angle)) * rope.magnitude;
      row[half + i] = static_cast<float>(std::sin(angle)) * rope.magnitude;
    }
    row += rope.rotary;
  }
  return table;
}

PagedCache Llama::make_cache(Index tokens) const {
  const DType type = options_.cache_type.value_or(cache_type(options_.precision));
  return PagedCache(device_, {config_.layers, config_.kv_heads, config_.head_dim, type}, tokens);
}

Tensor Llama::forward(const Batch& batch, PagedCache& cache, LogitRows rows) const {
  const bool long_context = config_.rope.short_context > 0 && cache.max_tokens() > config_.rope.short_context;
  const Tensor cos_sin = rope_table(config_.rope, batch.positions(), long_context, device_);
  Tensor x = embedding(embedding_, batch.tokens());  // [rows, dim]
  for (Index layer = 0; layer < config_.layers; ++layer) block_forward(layer, x, cos_sin, cache, batch);
  if (rows == LogitRows::last) x = last_rows(x, batch);
  return output_(rms_norm(x, norm_, config_.norm_eps));
}

/// Pre-norm decoder block (Llama 2, section 2.2; q and k norms for Qwen3). Adds its two branches to x [rows, dim].
void Llama::block_forward(Index layer, Tensor& x, const Tensor& cos_sin, const PagedCache& cache,
                          const Batch& batch) const {
  const LlamaConfig& c = config_;
  const LlamaBlock& block = blocks_[static_cast<std::size_t>(layer)];
  const Tensor qkv = block.qkv(rms_norm(x, block.attention_norm, c.norm_eps));
  Tensor q = split_heads(qkv, 0, c.heads, c.head_dim);
  Tensor k = split_heads(qkv, c.heads * c.head_dim, c.kv_heads, c.head_dim);
  const Tensor v = split_heads(qkv, (c.heads + c.kv_heads) * c.head_dim, c.kv_heads, c.head_dim);
  if (block.q_norm) {
    rms_norm_(q, block.q_norm, c.norm_eps);
    rms_norm_(k, block.k_norm, c.norm_eps);
  }
  if (c.layer_turns[static_cast<std::size_t>(layer)]) {
    rope_(q, cos_sin, c.rope.pairs);
    rope_(k, cos_sin, c.rope.pairs);
  }
  const AttentionOptions options{.scale = 1 / std::sqrt(static_cast<double>(c.head_dim)),
                                 .window = c.layer_windows[static_cast<std::size_t>(layer)] ? c.window : 0};
  block.out.add_to(x, attention(q, k, v, cache, layer, batch, options));
  const Tensor gate_up = block.gate_up(rms_norm(x, block.mlp_norm, c.norm_eps));
  block.down.add_to(x, glu(Unary::silu, gate_up));
}

}  // namespace wick
