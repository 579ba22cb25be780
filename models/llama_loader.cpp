// From a model file to packed weights: names, shapes, order.
#include <algorithm>
#include <array>
#include <cctype>

#include "core/error.h"
#include "models/llama.h"

namespace wick {
namespace {

/// What GGUF and Hugging Face call one part of a block ({} is its number) or of the whole.
struct PartName {
  std::string_view part, gguf, huggingface;
};
constexpr std::array kNames = {
    PartName{"embedding", "token_embd.weight", "model.embed_tokens.weight"},
    PartName{"norm", "output_norm.weight", "model.norm.weight"},
    PartName{"output", "output.weight", "lm_head.weight"},
    PartName{"attention_norm", "blk.{}.attn_norm.weight", "model.layers.{}.input_layernorm.weight"},
    PartName{"qkv", "blk.{}.attn_qkv.weight", "model.layers.{}.self_attn.qkv_proj.weight"},
    PartName{"q", "blk.{}.attn_q.weight", "model.layers.{}.self_attn.q_proj.weight"},
    PartName{"k", "blk.{}.attn_k.weight", "model.layers.{}.self_attn.k_proj.weight"},
    PartName{"v", "blk.{}.attn_v.weight", "model.layers.{}.self_attn.v_proj.weight"},
    PartName{"q_norm", "blk.{}.attn_q_norm.weight", "model.layers.{}.self_attn.q_norm.weight"},
    PartName{"k_norm", "blk.{}.attn_k_norm.weight", "model.layers.{}.self_attn.k_norm.weight"},
    PartName{"out", "blk.{}.attn_output.weight", "model.layers.{}.self_attn.o_proj.weight"},
    PartName{"mlp_norm", "blk.{}.ffn_norm.weight", "model.layers.{}.post_attention_layernorm.weight"},
    PartName{"gate", "blk.{}.ffn_gate.weight", "model.layers.{}.mlp.gate_proj.weight"},
    PartName{"up", "blk.{}.ffn_up.weight", "model.layers.{}.mlp.up_proj.weight"},
    PartName{"gate_up", "blk.{}.ffn_up.weight", "model.layers.{}.mlp.gate_up_proj.weight"},  // Phi-3 fuses them
    PartName{"down", "blk.{}.ffn_down.weight", "model.layers.{}.mlp.down_proj.weight"},
};

/// "blk.3.attn_q.weight" -> "blk.3.attn_q.bias"
std::string bias_of(const std::string& weight) { return weight.substr(0, weight.rfind('.')) + ".bias"; }

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

LlamaConfig read_config(const ModelFiles& files) {
  const std::string& file = files.checkpoint.name();
  if (files.checkpoint.format != "safetensors") return LlamaConfig::from_gguf(files.checkpoint);
  if (files.config.is_null()) throw Error("{}: config.json is missing beside it", file);
  return LlamaConfig::from_huggingface(files.config, file + " (config.json)");
}

}  // namespace

LlamaLoader::LlamaLoader(const ModelFiles& files, Device device, LlamaOptions options)
    : tensors_(files.checkpoint, device),
      huggingface_(files.checkpoint.format == "safetensors"),
      bytes_by_type_(kDTypes) {
  model_ = std::shared_ptr<Llama>(new Llama(read_config(files), std::move(device), options));
  model_->make_cache(1);  // throws where the model cannot have one of this type
  const LlamaConfig& c = model_->config_;
  plan("embedding", 0, {c.vocab, c.dim});
  for (Index layer = 0; layer < c.layers; ++layer) plan_block(layer);
  plan("norm", 0, {c.dim});
  if (find("output", 0) || !c.tied) plan("output", 0, {c.vocab, c.dim});
}

std::string LlamaLoader::tensor_name(std::string_view part, Index layer) const {
  const auto* found =
      std::find_if(kNames.begin(), kNames.end(), [&](const PartName& name) { return name.part == part; });
  const std::string_view pattern = huggingface_ ? found->huggingface : found->gguf;
  return fmt::format(fmt::runtime(pattern), layer);
}

const TensorInfo* LlamaLoader::find(std::string_view part, Index layer) const {
  return tensors_.find(tensor_name(part, layer));
}

void LlamaLoader::plan(std::string_view part, Index layer, std::initializer_list<Index> shape) {
  const TensorInfo& tensor = tensors_.plan(tensor_name(part, layer), shape);
  bytes_by_type_[static_cast<std::size_t>(tensor.type)] += tensor.bytes;
}

void LlamaLoader::plan_block(Index layer) {
  const LlamaConfig& c = model_->config_;
  const Index q = c.heads * c.head_dim, kv = c.kv_heads * c.head_dim;
  plan("attention_norm", layer, {c.dim});
  if (fuses_qkv(layer)) {
    plan("qkv", layer, {q + 2 * kv, c.dim});
  } else {
    plan("q", layer, {q, c.dim});
    plan("k", layer, {kv, c.dim});
    plan("v", layer, {kv, c.dim});
  }
  if (normalises_qk(layer)) {
    plan("q_norm", layer, {c.head_dim});
    plan("k_norm", layer, {c.head_dim});
  }
  plan("out", layer, {c.dim, q});
  plan("mlp_norm", layer, {c.dim});
  if (fuses_gate_up(layer)) {
    plan("gate_up", layer, {2 * c.hidden, c.dim});
  } else {
    plan("gate", layer, {c.hidden, c.dim});
    plan("up", layer, {c.hidden, c.dim});
  }
  plan("down", layer, {c.dim, c.hidden});
}

bool LlamaLoader::fuses_qkv(Index layer) const { return model_->config_.architecture == "phi3" || find("qkv", layer); }

bool LlamaLoader::fuses_gate_up(Index layer) const {
  return model_->config_.architecture == "phi3" && !find("gate", layer);
}

bool LlamaLoader::normalises_qk(Index layer) const {
  return model_->config_.architecture == "qwen3" || find("q_norm", layer) || find("k_norm", layer);
}

bool LlamaLoader::step() {
  Llama& m = *model_;
  if (next_ == 0) {
    m.embedding_ = tensors_.load_weight(*find("embedding", 0));
    m.blocks_.resize(static_cast<std::size_t>(m.config_.layers));
  } else if (next_ <= m.config_.layers) {
    load_block(next_ - 1);
  } else if (next_ == m.config_.layers + 1) {
    m.norm_ = load_vector("norm", 0, m.config_.dim);
    if (find("output", 0)) {
      m.output_ = load_linear({"output"}, 0);
    } else {
      m.output_ = Linear{.parts = {m.embedding_}, .bias = {}, .precision = m.options_.precision};
    }
    const auto largest = std::max_element(bytes_by_type_.begin(), bytes_by_type_.end());
    m.weight_type_ = upper(info(static_cast<DType>(largest - bytes_by_type_.begin())).name);
  } else {
    return false;
  }
  m.weight_bytes_ = tensors_.weight_bytes();
  return ++next_ <= m.config_.layers + 1;
}

std::shared_ptr<const Llama> LlamaLoader::finish() {
  while (step()) {
  }
  return model_;
}

Tensor LlamaLoader::load_vector(std::string_view part, Index layer, Index size) {
  return tensors_.load_f32(tensor_name(part, layer), {size});
}

/// Projections of one input, of which all or none have a bias.
Linear LlamaLoader::load_linear(std::initializer_list<std::string_view> parts, Index layer) {
  std::vector<Tensor> biases;
  std::vector<const TensorInfo*> weights;
  for (const std::string_view part : parts) {
    weights.push_back(find(part, layer));
    const std::string bias = bias_of(tensor_name(part, layer));
    if (tensors_.find(bias)) biases.push_back(tensors_.load_f32(bias, {weights.back()->shape[0]}));
  }
  if (!biases.empty() && biases.size() != parts.size()) {
    throw Error("{}: {} of the {} projections of block {} have a bias", tensors_.file(), biases.size(), parts.size(),
                layer);
  }
  return {.parts = tensors_.load_weights(weights),
          .bias = biases.empty() ? Tensor() : cat(biases, 0),
          .precision = model_->options_.precision};
}

void LlamaLoader::load_block(Index layer) {
  const LlamaConfig& c = model_->config_;
  LlamaBlock& block = model_->blocks_[static_cast<std::size_t>(layer)];
  block.attention_norm = load_vector("attention_norm", layer, c.dim);
  block.qkv = fuses_qkv(layer) ? load_linear({"qkv"}, layer) : load_linear({"q", "k", "v"}, layer);
  if (normalises_qk(layer)) {
    block.q_norm = load_vector("q_norm", layer, c.head_dim);
    block.k_norm = load_vector("k_norm", layer, c.head_dim);
  }
  block.out = load_linear({"out"}, layer);
  block.mlp_norm = load_vector("mlp_norm", layer, c.dim);
  block.gate_up = fuses_gate_up(layer) ? load_linear({"gate_up"}, layer) : load_linear({"gate", "up"}, layer);
  block.down = load_linear({"down"}, layer);
}

}  // namespace wick
