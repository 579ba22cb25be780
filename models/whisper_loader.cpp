// From a model file to packed weights: dimensions, names, shapes, order.
#include <algorithm>
#include <iterator>

#include "core/computed_source.h"
#include "core/error.h"
#include "models/whisper.h"
#include "models/whisper_alignment.h"
#include "models/whisper_names.h"

namespace wick {
namespace {

constexpr Index kHeadDim = 64;  // of every Whisper

/// The tensors under OpenAI's names. A bias is a vector: whisper.cpp has the convolutions' as matrices of one column.
Checkpoint with_openai_names(Checkpoint checkpoint) {
  std::map<std::string, TensorInfo, std::less<>> tensors;
  for (auto& [stored, tensor] : checkpoint.tensors) {
    const std::string name = openai_whisper_name(stored);
    if (name.ends_with(".bias") && tensor.shape.size() == 2 && tensor.shape[1] == 1) tensor.shape.pop_back();
    tensors.emplace(name, std::move(tensor));
  }
  checkpoint.tensors = std::move(tensors);
  return checkpoint;
}

/// Not the tables of positions, nor the encoder's first block: an eighth of the base model's time, and where two thirds
/// of the error would come from (of the encoder's output, against f32 and as RMS: 3.1 % with it, 0.9 % without).
bool is_quantizable(const std::string& name) {
  return !name.ends_with("positional_embedding") && !name.starts_with("encoder.blocks.0.");
}

/// The matrices of a float type quantised, if that is wanted.
Checkpoint as_loaded(Checkpoint checkpoint, const Device& device, std::optional<DType> quantize) {
  checkpoint = with_openai_names(std::move(checkpoint));
  if (!quantize) return checkpoint;
  return quantized(std::move(checkpoint), device, *quantize, is_quantizable);
}

std::string block_name(const char* side, Index layer) { return fmt::format("{}.blocks.{}.", side, layer); }

}  // namespace

bool is_whisper(const Checkpoint& checkpoint) {
  constexpr const char* kNames[] = {"encoder.conv1.weight", "model.encoder.conv1.weight", "encoder/conv1/weight"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](const char* name) { return checkpoint.find(name); }) ||
         checkpoint.metadata.get_or<std::string>("general.architecture", "") == "whisper";
}

std::optional<DType> default_quantization(Precision precision) {
  return precision == Precision::fast ? std::optional(DType::q8_0) : std::nullopt;
}

WhisperLoader::WhisperLoader(const ModelFiles& files, Device device, Precision precision, std::optional<DType> quantize)
    : tensors_(as_loaded(files.checkpoint, device, quantize), device) {
  WhisperConfig config = read_config();
  config.alignment_heads = whisper_alignment_heads(config, files.config);
  model_ = std::shared_ptr<Whisper>(new Whisper(std::move(config), std::move(device), precision));
  const WhisperConfig& c = model_->config_;
  tensors_.plan("encoder.conv1.weight", {c.dim, c.mels, 3});
  tensors_.plan("encoder.conv1.bias", {c.dim});
  tensors_.plan("encoder.conv2.weight", {c.dim, c.dim, 3});
  tensors_.plan("encoder.conv2.bias", {c.dim});
  tensors_.plan("encoder.positional_embedding", {c.audio_context, c.dim});
  tensors_.plan("decoder.positional_embedding", {c.text_context, c.dim});
  tensors_.plan("decoder.token_embedding.weight", {c.vocab, c.dim});
  plan_norm("encoder.ln_post");
  plan_norm("decoder.ln");
  for (Index layer = 0; layer < c.audio_layers; ++layer) plan_block(block_name("encoder", layer), false);
  for (Index layer = 0; layer < c.text_layers; ++layer) plan_block(block_name("decoder", layer), true);
}

const TensorInfo& WhisperLoader::require_rank(const std::string& name, std::size_t rank) const {
  const TensorInfo* tensor = tensors_.find(name);
  if (!tensor) throw Error("{}: tensor '{}' is missing", tensors_.file(), name);
  if (tensor->shape.size() != rank) {
    throw Error("{}: tensor '{}' has {} dimensions, expected {}", tensors_.file(), name, tensor->shape.size(), rank);
  }
  return *tensor;
}

Index WhisperLoader::count_blocks(const std::string& side) const {
  Index count = 0;
  while (tensors_.find(fmt::format("{}.blocks.{}.mlp.0.weight", side, count))) ++count;
  return count;
}

WhisperConfig WhisperLoader::read_config() const {
  WhisperConfig c;
  const TensorInfo& conv = require_rank("encoder.conv1.weight", 3);
  c.dim = conv.shape[0];
  c.mels = conv.shape[1];
  c.audio_context = require_rank("encoder.positional_embedding", 2).shape[0];
  c.text_context = require_rank("decoder.positional_embedding", 2).shape[0];
  c.vocab = require_rank("decoder.token_embedding.weight", 2).shape[0];
  c.heads = c.dim / kHeadDim;
  c.audio_layers = count_blocks("encoder");
  c.text_layers = count_blocks("decoder");
  if (c.heads < 1 || c.dim % kHeadDim != 0) {
    throw Error("{}: {} dimensions, expected a multiple of {}", tensors_.file(), c.dim, kHeadDim);
  }
  if (c.audio_layers < 1 || c.text_layers < 1 || c.audio_context < 1 || c.text_context < 1) {
    throw Error("{}: {} encoder and {} decoder blocks, contexts of {} and {}: not a Whisper model", tensors_.file(),
                c.audio_layers, c.text_layers, c.audio_context, c.text_context);
  }
  return c;
}

void WhisperLoader::plan_linear(const std::string& name, Index outputs, Index inputs, bool bias) {
  tensors_.plan(name + ".weight", {outputs, inputs});
  if (bias) tensors_.plan(name + ".bias", {outputs});
}

void WhisperLoader::plan_norm(const std::string& name) {
  tensors_.plan(name + ".weight", {model_->config_.dim});
  tensors_.plan(name + ".bias", {model_->config_.dim});
}

void WhisperLoader::plan_block(const std::string& block, bool cross) {
  const Index dim = model_->config_.dim;
  plan_norm(block + "attn_ln");
  if (tensors_.find(block + "attn.qkv.weight")) {
    plan_linear(block + "attn.qkv", 3 * dim, dim);
  } else {
    plan_linear(block + "attn.query", dim, dim);
    plan_linear(block + "attn.key", dim, dim, false);
    plan_linear(block + "attn.value", dim, dim);
  }
  plan_linear(block + "attn.out", dim, dim);
  if (cross) {
    plan_norm(block + "cross_attn_ln");
    plan_linear(block + "cross_attn.query", dim, dim);
    if (tensors_.find(block + "cross_attn.kv.weight")) {
      plan_linear(block + "cross_attn.kv", 2 * dim, dim);
    } else {
      plan_linear(block + "cross_attn.key", dim, dim, false);
      plan_linear(block + "cross_attn.value", dim, dim);
    }
    plan_linear(block + "cross_attn.out", dim, dim);
  }
  plan_norm(block + "mlp_ln");
  plan_linear(block + "mlp.0", 4 * dim, dim);
  plan_linear(block + "mlp.2", dim, 4 * dim);
}

bool WhisperLoader::step() {
  Whisper& m = *model_;
  const WhisperConfig& c = m.config_;
  if (next_ == 0) {
    m.conv1_ = load_convolution("encoder.conv1", c.mels);
    m.conv2_ = load_convolution("encoder.conv2", c.dim);
    m.audio_positions_ = tensors_.load_f32("encoder.positional_embedding", {c.audio_context, c.dim});
    m.text_positions_ = tensors_.load_f32("decoder.positional_embedding", {c.text_context, c.dim});
    m.embedding_ = tensors_.load_weight(*tensors_.find("decoder.token_embedding.weight"));
    m.output_ = Linear{.parts = {m.embedding_}, .bias = {}, .precision = m.precision_};
    m.audio_norm_ = load_norm("encoder.ln_post");
    m.text_norm_ = load_norm("decoder.ln");
  } else if (next_ <= c.audio_layers) {
    m.encoder_.push_back(load_block(block_name("encoder", next_ - 1), false));
  } else if (next_ <= c.audio_layers + c.text_layers) {
    m.decoder_.push_back(load_block(block_name("decoder", next_ - 1 - c.audio_layers), true));
  } else {
    return false;
  }
  m.weight_bytes_ = tensors_.weight_bytes();
  return ++next_ <= c.audio_layers + c.text_layers;
}

std::shared_ptr<const Whisper> WhisperLoader::finish() {
  while (step()) {
  }
  return model_;
}

LayerNorm WhisperLoader::load_norm(const std::string& name) {
  const Index dim = model_->config_.dim;
  return {tensors_.load_f32(name + ".weight", {dim}), tensors_.load_f32(name + ".bias", {dim})};
}

/// [outputs, channels, 3] as the matrix [outputs, 3 * channels] that multiplies three neighbouring frames.
Linear WhisperLoader::load_convolution(const std::string& name, Index channels) {
  const Index dim = model_->config_.dim;
  const Tensor kernel = tensors_.load(name + ".weight", {dim, channels, 3});
  const Tensor matrix = kernel.permute({0, 2, 1}).contiguous().reshape({dim, 3 * channels});
  return {.parts = {tensors_.pack(matrix)},
          .bias = tensors_.load_f32(name + ".bias", {dim}),
          .precision = model_->precision_};
}

/// Projections of one input, one below the other. A part without a bias, the keys', has one of zeros.
Linear WhisperLoader::load_linear(std::span<const std::string> parts) {
  std::vector<const TensorInfo*> weights;
  std::vector<Tensor> biases;
  for (const std::string& part : parts) {
    weights.push_back(tensors_.find(part + ".weight"));
    const Index outputs = weights.back()->shape[0];
    biases.push_back(tensors_.find(part + ".bias") ? tensors_.load_f32(part + ".bias", {outputs})
                                                   : Tensor::zeros({outputs}, DType::f32, model_->device_));
  }
  return {.parts = tensors_.load_weights(weights), .bias = cat(biases, 0), .precision = model_->precision_};
}

Linear WhisperLoader::load_linear(const std::string& name) { return load_linear(std::span(&name, 1)); }

/// One tensor where the file has them fused, else their parts.
Linear WhisperLoader::load_projections(const std::string& block, std::string_view fused,
                                       std::initializer_list<std::string_view> parts) {
  const std::string whole = fmt::format("{}{}", block, fused);
  if (tensors_.find(whole + ".weight")) return load_linear(whole);
  std::vector<std::string> names;
  for (const std::string_view part : parts) names.push_back(fmt::format("{}{}", block, part));
  return load_linear(names);
}

WhisperBlock WhisperLoader::load_block(const std::string& name, bool cross) {
  WhisperBlock block;
  block.attention_norm = load_norm(name + "attn_ln");
  block.qkv = load_projections(name, "attn.qkv", {"attn.query", "attn.key", "attn.value"});
  block.out = load_linear(name + "attn.out");
  if (cross) {
    block.cross_norm = load_norm(name + "cross_attn_ln");
    block.cross_q = load_linear(name + "cross_attn.query");
    block.cross_kv = load_projections(name, "cross_attn.kv", {"cross_attn.key", "cross_attn.value"});
    block.cross_out = load_linear(name + "cross_attn.out");
  }
  block.mlp_norm = load_norm(name + "mlp_ln");
  block.up = load_linear(name + "mlp.0");
  block.down = load_linear(name + "mlp.2");
  return block;
}

}  // namespace wick
