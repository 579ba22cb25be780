#pragma once
// Whisper (Radford et al. 2022): an encoder of log-mel frames and a decoder that attends to it; every size,
// English-only and multilingual, distilled ones and large-v3-turbo.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/kv_cache.h"
#include "core/nn.h"
#include "models/model_files.h"
#include "models/tensor_loader.h"

namespace wick {

/// A head of the decoder's cross-attention that follows the speech word by word.
struct AlignmentHead {
  Index layer, head;
};

/// The dimensions of a model, all of which its tensors' shapes say.
struct WhisperConfig {
  Index mels = 0;           // bands of a frame: 80, or 128 for large-v3
  Index audio_context = 0;  // positions of the encoder: 1,500 for 30 s
  Index text_context = 0;   // tokens of the decoder: 448
  Index dim = 0, heads = 0;
  Index audio_layers = 0, text_layers = 0;
  Index vocab = 0;
  std::vector<AlignmentHead> alignment_heads;  // in order

  /// Frames of log-mel that the encoder takes.
  Index frames() const { return 2 * audio_context; }
};

/// One pre-norm block; the decoder's have a cross-attention.
struct WhisperBlock {
  LayerNorm attention_norm;
  Linear qkv;  // [dim] -> [3 dim]; the keys' bias is zero
  Linear out;  // [dim] -> [dim]
  LayerNorm cross_norm;
  Linear cross_q, cross_kv, cross_out;  // [dim] -> [dim], [2 dim], [dim]
  LayerNorm mlp_norm;
  Linear up, down;  // [dim] -> [4 dim] -> [dim]
};

/// The keys and values of an encoded window for every layer of the decoder, computed once.
struct AudioMemory {
  CrossCache cache;
  std::vector<Tensor> alignment_keys;  // [audio_context, head_dim] of each alignment head
};

/// A text that the decoder has read, and where in the audio it looked.
struct Reading {
  Tensor logits;  // [tokens, vocab]
  Tensor scores;  // [alignment heads, tokens, audio_context], before the softmax
};

class Whisper {
 public:
  const WhisperConfig& config() const { return config_; }
  const Device& device() const { return device_; }
  /// Memory of the packed weights.
  std::size_t weight_bytes() const { return weight_bytes_; }

  /// Normalised log-mel [frames, mels] -> [audio_context, dim].
  Tensor encode(const Tensor& mel) const;
  /// What the decoder attends to of an encoded window.
  AudioMemory remember(const Tensor& encoded) const;
  /// A cache for at most `tokens` tokens over all sequences.
  PagedCache make_cache(Index tokens) const;
  /// Logits [rows, vocab] for the batch, whose keys and values go into `cache`: of the rows named, or of all. Throws
  /// Error for a position beyond the text context.
  Tensor decode(const Batch& batch, PagedCache& cache, const AudioMemory& audio,
                std::span<const std::int32_t> rows = {}) const;
  /// Reads a whole text, whose tokens are given. Throws Error for more of them than the text context.
  Reading read(std::span<const std::int32_t> tokens, const AudioMemory& audio) const;

 private:
  friend class WhisperLoader;
  Whisper(WhisperConfig config, Device device, Precision precision)
      : config_(std::move(config)), device_(std::move(device)), precision_(precision) {}
  Tensor self_attention(const WhisperBlock& block, const Tensor& x, const PagedCache& cache, Index layer,
                        std::span<const SequenceRows> sequences, bool causal) const;
  /// The decoder's blocks: [rows, dim]. `scores`, where it is wanted, gets those of the alignment heads.
  Tensor decoder_states(const Batch& batch, PagedCache& cache, const AudioMemory& audio,
                        std::vector<Tensor>* scores) const;
  double attention_scale() const;

  WhisperConfig config_;
  Device device_;
  Precision precision_;
  Linear conv1_, conv2_;    // [3 mels] -> [dim], [3 dim] -> [dim]: three neighbouring frames
  Tensor audio_positions_;  // [audio_context, dim]
  std::vector<WhisperBlock> encoder_, decoder_;
  LayerNorm audio_norm_, text_norm_;
  Weight embedding_;       // [vocab, dim]
  Tensor text_positions_;  // [text_context, dim]
  Linear output_;          // [dim] -> [vocab], the embedding's own memory
  std::size_t weight_bytes_ = 0;
};

/// Whether these files are a Whisper model's, of whatever format.
bool is_whisper(const Checkpoint& checkpoint);

/// What the matrices of a float type become where nobody says: where speed may cost a rounding q8_0, which takes half
/// the memory of f16 and is multiplied in 8 bits; the words are the same (tests/models/whisper_test.cpp).
std::optional<DType> default_quantization(Precision precision);

/// Loads a model one block at a time, so that a page or a window can show progress and stop.
class WhisperLoader {
 public:
  /// Checks every tensor's name and shape before any weight is read. Matrices of a float type become `quantize` while
  /// they load, if it is given: a type that quantized_type (core/computed_source.h) knows.
  WhisperLoader(const ModelFiles& files, Device device, Precision precision, std::optional<DType> quantize = {});

  const WhisperConfig& config() const { return model_->config(); }
  /// The tensors as they are loaded, quantised where that was asked for.
  const Checkpoint& checkpoint() const { return tensors_.checkpoint(); }
  std::uint64_t bytes_total() const { return tensors_.bytes_total(); }
  std::uint64_t bytes_done() const { return tensors_.bytes_done(); }
  /// Loads the next part; false when all is loaded.
  bool step();
  /// The model, after the last step.
  std::shared_ptr<const Whisper> finish();

 private:
  const TensorInfo& require_rank(const std::string& name, std::size_t rank) const;
  Index count_blocks(const std::string& side) const;
  WhisperConfig read_config() const;
  void plan_linear(const std::string& name, Index outputs, Index inputs, bool bias = true);
  void plan_norm(const std::string& name);
  void plan_block(const std::string& block, bool cross);
  LayerNorm load_norm(const std::string& name);
  Linear load_convolution(const std::string& name, Index channels);
  Linear load_linear(const std::string& name);
  Linear load_linear(std::span<const std::string> parts);
  Linear load_projections(const std::string& block, std::string_view fused,
                          std::initializer_list<std::string_view> parts);
  WhisperBlock load_block(const std::string& block, bool cross);

  TensorLoader tensors_;  // under OpenAI's names
  std::shared_ptr<Whisper> model_;
  Index next_ = 0;  // 0: what is not in blocks, then the encoder's, then the decoder's
};

}  // namespace wick
