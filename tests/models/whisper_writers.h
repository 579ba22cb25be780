#pragma once
// A Whisper under OpenAI's names, written as each format has it.
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/gguf.h"
#include "core/formats/safetensors.h"
#include "kernels/blocks.h"
#include "models/tiny_whisper.h"

namespace wick::test {

/// Whether whisper.cpp's quantize quantises a tensor.
inline bool is_matrix(const std::string& name, const TinyModel::Entry& tensor) {
  return tensor.shape.size() == 2 && !name.ends_with("positional_embedding");
}

inline std::vector<std::byte> stored(const std::vector<float>& values, DType type) {
  const auto count = static_cast<Index>(values.size());
  std::vector<std::byte> bytes(static_cast<std::size_t>(row_bytes(type, count)));
  quantize_row(type, values.data(), bytes.data(), count);
  return bytes;
}

inline void round_to(DType type, TinyModel::Entry& tensor) {
  const std::vector<std::byte> bytes = stored(tensor.values, type);
  dequantize_row(type, bytes.data(), tensor.values.data(), static_cast<Index>(tensor.values.size()));
}

/// The model as it is after its matrices were stored in a type.
inline TinyModel rounded(TinyModel model, DType type) {
  for (auto& [name, tensor] : model.tensors) {
    if (is_matrix(name, tensor)) round_to(type, tensor);
  }
  return model;
}

/// The model as whisper.cpp has it.
inline SourcePtr ggml_file(const TinyModel& model, DType matrices) {
  Builder file;
  const std::uint32_t id = *ggml_type_id(matrices);
  file.raw("lmgg");
  for (const Index value : {kWhisperVocab, kWhisperAudio, kWhisperDim, Index{1}, Index{2}, kWhisperText, kWhisperDim,
                            Index{1}, Index{2}, kWhisperMels, Index{2000} + static_cast<Index>(id)}) {
    file.put(static_cast<std::int32_t>(value));
  }
  file.put<std::int32_t>(80).put<std::int32_t>(201).zeros(std::size_t{80} * 201 * sizeof(float));
  file.put<std::int32_t>(2).put<std::int32_t>(1).raw("a").put<std::int32_t>(1).raw("b");
  for (const auto& [name, tensor] : model.tensors) {
    const DType type = is_matrix(name, tensor) ? matrices : DType::f32;
    std::vector<Index> shape = tensor.shape;
    if (name == "encoder.conv1.bias" || name == "encoder.conv2.bias") shape.push_back(1);
    file.put(static_cast<std::uint32_t>(shape.size())).put(static_cast<std::uint32_t>(name.size()));
    file.put(*ggml_type_id(type));
    for (auto size = shape.rbegin(); size != shape.rend(); ++size) file.put(static_cast<std::uint32_t>(*size));
    const std::vector<std::byte> bytes = stored(tensor.values, type);
    file.raw(name).raw({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  return file.source("ggml-tiny.bin");
}

struct Renaming {
  std::string_view from, to;
};

inline TinyModel renamed(const TinyModel& model, std::span<const Renaming> renamings) {
  TinyModel result = model;
  result.tensors.clear();
  for (const auto& [openai, tensor] : model.tensors) {
    std::string name = openai;
    for (const auto& [from, to] : renamings) {
      if (const std::size_t at = name.find(from); at != std::string::npos) name.replace(at, from.size(), to);
    }
    result.tensors[name] = tensor;
  }
  REQUIRE(result.tensors.size() == model.tensors.size());
  return result;
}

inline constexpr Renaming kHuggingFace[] = {
    {"encoder.", "model.encoder."},
    {"decoder.", "model.decoder."},
    {"blocks", "layers"},
    {"cross_attn_ln", "encoder_attn_layer_norm"},
    {"attn_ln", "self_attn_layer_norm"},
    {"mlp_ln", "final_layer_norm"},
    {"ln_post", "layer_norm"},
    {"decoder.ln.", "decoder.layer_norm."},
    {".attn.", ".self_attn."},
    {".cross_attn.", ".encoder_attn."},
    {"query", "q_proj"},
    {"key", "k_proj"},
    {"value", "v_proj"},
    {"attn.out", "attn.out_proj"},
    {"mlp.0", "fc1"},
    {"mlp.2", "fc2"},
    {"token_embedding", "embed_tokens"},
    {"positional_embedding", "embed_positions.weight"},
};
inline constexpr Renaming kTranscribeCppEncoder[] = {
    {"attn_ln", "norm_attn"},
};
inline constexpr Renaming kTranscribeCppDecoder[] = {
    {"cross_attn_ln", "norm_cross"},
    {"attn_ln", "norm_self"},
    {".attn.", ".self_attn."},
};
inline constexpr Renaming kTranscribeCpp[] = {
    {"encoder.", "enc."},
    {"decoder.", "dec."},
    {"conv1", "conv.0"},
    {"conv2", "conv.1"},
    {"ln_post", "final_norm"},
    {"dec.ln.", "dec.final_norm."},
    {"mlp_ln", "norm_ffn"},
    {"query", "q"},
    {"key", "k"},
    {"value", "v"},
    {"mlp.0", "ffn.fc1"},
    {"mlp.2", "ffn.fc2"},
    {"token_embedding", "token_embd"},
    {"positional_embedding", "pos_emb.weight"},
};

inline TinyModel with_transcribe_cpp_names(const TinyModel& model) {
  TinyModel encoder = model, decoder = model;
  std::erase_if(encoder.tensors, [](const auto& entry) { return entry.first.starts_with("decoder"); });
  std::erase_if(decoder.tensors, [](const auto& entry) { return entry.first.starts_with("encoder"); });
  TinyModel result = renamed(renamed(encoder, kTranscribeCppEncoder), kTranscribeCpp);
  result.tensors.merge(renamed(renamed(decoder, kTranscribeCppDecoder), kTranscribeCpp).tensors);
  return result;
}

inline void write_safetensors_of(const TinyModel& model, const std::string& path, DType type) {
  std::vector<std::vector<std::byte>> bytes;
  std::vector<SafetensorsEntry> entries;
  for (const auto& [name, tensor] : model.tensors) bytes.push_back(stored(tensor.values, type));
  for (std::size_t i = 0; const auto& [name, tensor] : model.tensors) {
    entries.push_back({name, type, tensor.shape, bytes[i++]});
  }
  write_safetensors(path, entries);
}

/// A matrix as CTranslate2 stores integers of 8 bits, and its rows' scales. `matrix` becomes what they stand for.
struct Int8Matrix {
  std::vector<std::int8_t> integers;
  std::vector<float> scales;

  explicit Int8Matrix(TinyModel::Entry& matrix) {
    const std::size_t rows = static_cast<std::size_t>(matrix.shape[0]), columns = matrix.values.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::span values = std::span(matrix.values).subspan(row * columns, columns);
      float largest = 0;
      for (const float value : values) largest = std::max(largest, std::abs(value));
      scales.push_back(127 / largest);
      for (float& value : values) {
        integers.push_back(static_cast<std::int8_t>(std::lround(value * scales.back())));
        value = static_cast<float>(integers.back()) / scales.back();
      }
    }
  }
};

inline constexpr Renaming kCTranslate2[] = {
    {"cross_attn_ln", "attention.layer_norm"},
    {".attn_ln", ".self_attention.layer_norm"},
    {"mlp_ln", "ffn.layer_norm"},
    {"ln_post", "layer_norm"},
    {"decoder.ln.", "decoder.layer_norm."},
    {"layer_norm.weight", "layer_norm.gamma"},
    {"layer_norm.bias", "layer_norm.beta"},
    {"blocks.", "layer_"},
    {".attn.qkv", ".self_attention.linear_0"},
    {".attn.out", ".self_attention.linear_1"},
    {"cross_attn.query", "attention.linear_0"},
    {"cross_attn.kv", "attention.linear_1"},
    {"cross_attn.out", "attention.linear_2"},
    {"mlp.0", "ffn.linear_0"},
    {"mlp.2", "ffn.linear_1"},
    {"token_embedding", "embeddings"},
    {"positional_embedding", "position_encodings.encodings"},
};

/// The tensors that CTranslate2 fuses in the place of their parts, which lie one below the other.
inline TinyModel fused(const TinyModel& model) {
  TinyModel result = model;
  const auto fuse = [&](const std::string& whole, std::initializer_list<std::string> parts) {
    for (const char* kind : {".weight", ".bias"}) {
      TinyModel::Entry& into = result.tensors[whole + kind];
      for (const std::string& part : parts) {
        auto found = result.tensors.extract(part + kind);
        const TinyModel::Entry entry =
            found ? found.mapped()
                  : TinyModel::Entry{{kWhisperDim}, std::vector<float>(kWhisperDim)};  // the keys' bias
        into.values.insert(into.values.end(), entry.values.begin(), entry.values.end());
        into.shape = entry.shape;
      }
      into.shape[0] *= static_cast<Index>(parts.size());
    }
  };
  for (const std::string side : {"encoder", "decoder"}) {
    for (int layer = 0; layer < 2; ++layer) {
      const std::string self = fmt::format("{}.blocks.{}.attn.", side, layer);
      fuse(self + "qkv", {self + "query", self + "key", self + "value"});
      if (side == "encoder") continue;
      const std::string cross = fmt::format("decoder.blocks.{}.cross_attn.", layer);
      fuse(cross + "kv", {cross + "key", cross + "value"});
    }
  }
  return result;
}

/// The model as CTranslate2 has it: in f32, or its matrices and convolutions in int8, to which `model` is rounded.
inline SourcePtr ctranslate2_file(TinyModel& model, bool int8) {
  Builder variables;
  std::uint32_t count = 0;
  const auto put = [&](std::string name, const std::vector<Index>& shape, std::uint8_t type, std::string_view bytes) {
    std::replace(name.begin(), name.end(), '.', '/');
    variables.put(static_cast<std::uint16_t>(name.size() + 1)).raw(name).put<std::uint8_t>(0);
    variables.put(static_cast<std::uint8_t>(shape.size()));
    for (const Index size : shape) variables.put(static_cast<std::uint32_t>(size));
    variables.put(type).put(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
    ++count;
  };
  const auto text = [](const auto& list) {
    const auto bytes = std::as_bytes(std::span(list));
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  for (auto& [name, tensor] : model.tensors) {
    if (int8 && tensor.shape.size() >= 2 && !name.ends_with("positional_embedding")) Int8Matrix{tensor};
  }
  for (auto& [name, tensor] : renamed(fused(model), kCTranslate2).tensors) {
    if (int8 && tensor.shape.size() >= 2 && !name.ends_with("encodings")) {
      TinyModel::Entry matrix = tensor;
      const Int8Matrix quantized(matrix);
      put(name, tensor.shape, 1, text(quantized.integers));
      put(name + "_scale", {tensor.shape[0]}, 0, text(quantized.scales));
    } else {
      put(name, tensor.shape, 0, text(tensor.values));
    }
  }
  Builder file;
  file.put<std::uint32_t>(6).put<std::uint16_t>(12).raw("WhisperSpec").put<std::uint8_t>(0);
  file.put<std::uint32_t>(3).put(count);
  file.raw(text(variables.bytes())).put<std::uint32_t>(0);
  return file.source("model.bin");
}

}  // namespace wick::test
