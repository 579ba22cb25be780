#pragma once
// The LLaMA family: one model file for Llama 1-3, SmolLM2, SmolLM3, Mistral, Qwen2, Qwen3, Phi-3 and llama2.c.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/kv_cache.h"
#include "core/nn.h"
#include "models/llama_config.h"
#include "models/model_files.h"
#include "models/tensor_loader.h"

namespace wick {

/// The weights of one pre-norm decoder block.
struct LlamaBlock {
  Tensor attention_norm;  // [dim]
  Linear qkv;             // [dim] -> [(heads + 2 kv_heads) head_dim]
  Tensor q_norm, k_norm;  // [head_dim], Qwen3 only
  Linear out;             // [heads head_dim] -> [dim]
  Tensor mlp_norm;        // [dim]
  Linear gate_up;         // [dim] -> [2 hidden], the gate first
  Linear down;            // [hidden] -> [dim]
};

/// How a model computes.
struct LlamaOptions {
  Precision precision;
  /// Of the KV cache: f16, f32 or q8_0; by default f16, f32 where precise.
  std::optional<DType> cache_type;

  LlamaOptions(Precision p = Precision::fast, std::optional<DType> cache = {}) : precision(p), cache_type(cache) {}
};

/// Which rows of a batch get logits.
enum class LogitRows : std::uint8_t { last, every };  // last: of each sequence

class Llama {
 public:
  const LlamaConfig& config() const { return config_; }
  const Device& device() const { return device_; }
  /// Memory of the packed weights.
  std::size_t weight_bytes() const { return weight_bytes_; }
  /// "Q4_1", "F16", ...: the type that most weight bytes have.
  const std::string& weight_type() const { return weight_type_; }

  /// A cache for at most `tokens` tokens over all sequences.
  PagedCache make_cache(Index tokens) const;
  /// Logits [rows, vocab] for the batch, whose keys and values go into `cache`.
  Tensor forward(const Batch& batch, PagedCache& cache, LogitRows rows = LogitRows::last) const;

 private:
  friend class LlamaLoader;
  Llama(LlamaConfig config, Device device, LlamaOptions options)
      : config_(std::move(config)), device_(std::move(device)), options_(options) {}
  void block_forward(Index layer, Tensor& x, const Tensor& cos_sin, const PagedCache& cache, const Batch& batch) const;

  LlamaConfig config_;
  Device device_;
  LlamaOptions options_;
  Weight embedding_;  // [vocab, dim]
  std::vector<LlamaBlock> blocks_;
  Tensor norm_;    // [dim]
  Linear output_;  // [dim] -> [vocab], the embedding's own memory where the two are tied
  std::size_t weight_bytes_ = 0;
  std::string weight_type_;
};

/// Cosines and sines of each position's angles: [positions, rotary], cosines first.
Tensor rope_table(const RopeConfig& rope, std::span<const std::int32_t> positions, bool long_context,
                  const Device& device);

/// Loads a model one tensor group at a time, so that a page or a window can show progress and stop.
class LlamaLoader {
 public:
  /// Reads the configuration and checks it, the options and every tensor's name and shape before any weight is read.
  LlamaLoader(const ModelFiles& files, Device device, LlamaOptions options);

  std::uint64_t bytes_total() const { return tensors_.bytes_total(); }
  std::uint64_t bytes_done() const { return tensors_.bytes_done(); }
  /// Loads the next part; false when all is loaded.
  bool step();
  /// The model, after the last step.
  std::shared_ptr<const Llama> finish();

 private:
  std::string tensor_name(std::string_view part, Index layer) const;
  const TensorInfo* find(std::string_view part, Index layer) const;
  bool fuses_qkv(Index layer) const;      // one tensor for q, k and v
  bool fuses_gate_up(Index layer) const;  // one tensor for gate and up
  bool normalises_qk(Index layer) const;
  void plan(std::string_view part, Index layer, std::initializer_list<Index> shape);
  void plan_block(Index layer);
  Tensor load_vector(std::string_view part, Index layer, Index size);
  Linear load_linear(std::initializer_list<std::string_view> parts, Index layer);
  void load_block(Index layer);

  TensorLoader tensors_;
  bool huggingface_;
  std::shared_ptr<Llama> model_;
  Index next_ = 0;  // 0: embedding, then the blocks, then the output
  std::vector<std::uint64_t> bytes_by_type_;
};

}  // namespace wick
