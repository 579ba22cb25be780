#include "models/whisper_names.h"

#include <algorithm>

#include "models/renaming.h"

namespace wick {
namespace {

constexpr Renaming kHuggingFace[] = {
    {"model.", ""},
    {".layers.", ".blocks."},
    {"self_attn_layer_norm", "attn_ln"},
    {"encoder_attn_layer_norm", "cross_attn_ln"},
    {"final_layer_norm", "mlp_ln"},
    {"encoder.layer_norm", "encoder.ln_post"},
    {"decoder.layer_norm", "decoder.ln"},
    {".self_attn.", ".attn."},
    {".encoder_attn.", ".cross_attn."},
    {"q_proj", "query"},
    {"k_proj", "key"},
    {"v_proj", "value"},
    {"out_proj", "out"},
    {"fc1", "mlp.0"},
    {"fc2", "mlp.2"},
    {"embed_tokens", "token_embedding"},
    {"embed_positions.weight", "positional_embedding"},
};
constexpr Renaming kCTranslate2[] = {
    {".layer_norm.gamma", ".layer_norm.weight"},
    {".layer_norm.beta", ".layer_norm.bias"},
    {".layer_", ".blocks."},
    {".blocks.norm.", ".layer_norm."},  // not a layer, and so back
    {"self_attention.layer_norm", "attn_ln"},
    {"self_attention.linear_0", "attn.qkv"},
    {"self_attention.linear_1", "attn.out"},
    {".attention.layer_norm", ".cross_attn_ln"},
    {".attention.linear_0", ".cross_attn.query"},
    {".attention.linear_1", ".cross_attn.kv"},
    {".attention.linear_2", ".cross_attn.out"},
    {"ffn.layer_norm", "mlp_ln"},
    {"ffn.linear_0", "mlp.0"},
    {"ffn.linear_1", "mlp.2"},
    {"encoder.layer_norm", "encoder.ln_post"},
    {"decoder.layer_norm", "decoder.ln"},
    {"position_encodings.encodings", "positional_embedding"},
    {"decoder.embeddings", "decoder.token_embedding"},
};
constexpr Renaming kTranscribeCpp[] = {
    {"enc.", "encoder."},
    {"dec.", "decoder."},
    {".conv.0", ".conv1"},
    {".conv.1", ".conv2"},
    {"pos_emb.weight", "positional_embedding"},
    {"token_embd", "token_embedding"},
    {"encoder.final_norm", "encoder.ln_post"},
    {"decoder.final_norm", "decoder.ln"},
    {"norm_attn", "attn_ln"},
    {"norm_self", "attn_ln"},
    {"norm_cross", "cross_attn_ln"},
    {"norm_ffn", "mlp_ln"},
    {".self_attn.", ".attn."},
    {"attn.q.", "attn.query."},
    {"attn.k.", "attn.key."},
    {"attn.v.", "attn.value."},
    {"ffn.fc1", "mlp.0"},
    {"ffn.fc2", "mlp.2"},
};

}  // namespace

std::string openai_whisper_name(std::string name) {
  if (name.find('/') != std::string::npos) {
    std::replace(name.begin(), name.end(), '/', '.');
    return renamed(std::move(name), kCTranslate2);
  }
  if (name.starts_with("enc.") || name.starts_with("dec.")) return renamed(std::move(name), kTranscribeCpp);
  const bool huggingface = name.find(".layers.") != std::string::npos || name.starts_with("model.") ||
                           name.find(".embed_") != std::string::npos ||
                           name.find("coder.layer_norm") != std::string::npos;
  return huggingface ? renamed(std::move(name), kHuggingFace) : name;
}

}  // namespace wick
