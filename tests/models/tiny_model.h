#pragma once
// A tiny random model with a tokenizer and a chat template, made in the test, so that a test can also make wrong ones.
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/file_builder.h"
#include "core/formats/gguf_writer.h"
#include "core/random.h"
#include "models/language_model.h"

namespace wick::test {

inline constexpr TokenId kUnknown = 0, kBegin = 1, kEnd = 2, kTurn = 3, kTurnEnd = 4, kFirstByte = 5, kTinyVocab = 264;

/// What a GGUF file holds, to be changed before it is written. The tokenizer has a token for each byte, so any text is
/// its bytes; a random model's answer is mostly no text, as hostile as can be.
struct TinyModel {
  std::map<std::string, MetaValue, std::less<>> metadata;
  struct Entry {
    std::vector<Index> shape;
    std::vector<float> values;
  };
  std::map<std::string, Entry> tensors;

  void add(const std::string& name, std::vector<Index> shape, float scale = 0, float middle = 0) {
    Index count = 1;
    for (const Index size : shape) count *= size;
    Entry entry{std::move(shape), std::vector<float>(static_cast<std::size_t>(count))};
    for (float& value : entry.values) value = middle + scale * random_.normal();
    tensors[name] = std::move(entry);
  }

  void write(const std::string& path) const {
    std::vector<GgufTensor> list;
    for (const auto& [name, entry] : tensors) list.push_back({name, DType::f32, entry.shape});
    GgufWriter writer(path, metadata, list);
    for (const auto& [name, entry] : tensors) writer.write(std::as_bytes(std::span(entry.values)));
    writer.finish();
  }

 private:
  Random random_{1};
};

inline void add_tiny_tokenizer(TinyModel& model) {
  std::vector<std::string> tokens{"<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"};
  std::vector<std::int64_t> kinds{2, 3, 3, 3, 3};  // unknown, then control tokens
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(fmt::format("<0x{:02X}>", byte));
    kinds.push_back(6);
  }
  for (const char* word : {"ab", "abc", "the"}) {
    tokens.push_back(word);
    kinds.push_back(1);
  }
  model.metadata["tokenizer.ggml.model"] = std::string("llama");
  model.metadata["tokenizer.ggml.tokens"] = tokens;
  model.metadata["tokenizer.ggml.token_type"] = kinds;
  model.metadata["tokenizer.ggml.scores"] = std::vector<double>(tokens.size(), 0.0);
  model.metadata["tokenizer.ggml.add_space_prefix"] = false;
  model.metadata["tokenizer.ggml.bos_token_id"] = std::int64_t{kBegin};
  model.metadata["tokenizer.ggml.eos_token_id"] = std::int64_t{kTurnEnd};
  model.metadata["tokenizer.chat_template"] = std::string(
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
      "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}");
}

/// Two blocks, width 32, 4 heads over 2 kv heads, context 512.
inline TinyModel tiny_model(const std::string& architecture = "llama") {
  constexpr Index kDim = 32, kHidden = 64, kHeads = 4, kKvHeads = 2, kHeadDim = 8;
  TinyModel model;
  const std::string prefix = architecture + ".";
  const auto count = [&](const char* key, Index value) { model.metadata[prefix + key] = std::int64_t{value}; };
  model.metadata["general.architecture"] = architecture;
  model.metadata["general.name"] = "tiny " + architecture;
  count("block_count", 2);
  count("embedding_length", kDim);
  count("feed_forward_length", kHidden);
  count("attention.head_count", kHeads);
  count("attention.head_count_kv", kKvHeads);
  count("context_length", 512);
  model.metadata[prefix + "attention.layer_norm_rms_epsilon"] = 1e-5;
  add_tiny_tokenizer(model);

  const auto matrix = [&](const std::string& name, Index outputs, Index inputs) {
    model.add(name, {outputs, inputs}, 1.6f / std::sqrt(static_cast<float>(inputs)));
  };
  const auto norm = [&](const std::string& name, Index size) { model.add(name, {size}, 0.3f, 1); };
  matrix("token_embd.weight", kTinyVocab, kDim);
  for (int layer = 0; layer < 2; ++layer) {
    const std::string block = fmt::format("blk.{}.", layer);
    norm(block + "attn_norm.weight", kDim);
    if (architecture == "phi3") {
      matrix(block + "attn_qkv.weight", (kHeads + 2 * kKvHeads) * kHeadDim, kDim);
      matrix(block + "ffn_up.weight", 2 * kHidden, kDim);
    } else {
      matrix(block + "attn_q.weight", kHeads * kHeadDim, kDim);
      matrix(block + "attn_k.weight", kKvHeads * kHeadDim, kDim);
      matrix(block + "attn_v.weight", kKvHeads * kHeadDim, kDim);
      matrix(block + "ffn_gate.weight", kHidden, kDim);
      matrix(block + "ffn_up.weight", kHidden, kDim);
    }
    if (architecture == "qwen2") {
      model.add(block + "attn_q.bias", {kHeads * kHeadDim}, 0.3f);
      model.add(block + "attn_k.bias", {kKvHeads * kHeadDim}, 0.3f);
      model.add(block + "attn_v.bias", {kKvHeads * kHeadDim}, 0.3f);
    }
    if (architecture == "qwen3") {
      norm(block + "attn_q_norm.weight", kHeadDim);
      norm(block + "attn_k_norm.weight", kHeadDim);
    }
    matrix(block + "attn_output.weight", kDim, kHeads * kHeadDim);
    norm(block + "ffn_norm.weight", kDim);
    matrix(block + "ffn_down.weight", kDim, kHidden);
  }
  norm("output_norm.weight", kDim);
  matrix("output.weight", kTinyVocab, kDim);
  return model;
}

/// Written to a file and loaded from it, as any model is.
inline std::shared_ptr<const LanguageModel> load_model(const TinyModel& model,
                                                       LlamaOptions options = Precision::precise, int threads = 1) {
  const TemporaryFolder folder;
  model.write(folder / "tiny.gguf");
  return LanguageModelLoader(ModelFiles::open(folder / "tiny.gguf"), Device::cpu(threads), options).finish();
}

/// The tiny model as it is, loaded once.
inline std::shared_ptr<const LanguageModel> tiny() {
  static const auto model = load_model(tiny_model());
  return model;
}

/// What loading a model says is wrong with it, without the folder's name, or "" if nothing is.
inline std::string loading_error(const TinyModel& model) {
  const TemporaryFolder folder;
  model.write(folder / "tiny.gguf");
  std::string error = error_of(
      [&] { LanguageModelLoader(ModelFiles::open(folder / "tiny.gguf"), Device::cpu(1), Precision::fast).finish(); });
  const std::string path = folder / "";
  if (error.starts_with(path)) error.erase(0, path.size());
  return error;
}

}  // namespace wick::test
