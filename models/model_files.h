#pragma once
// A model as it is published: weights, and the small files that some formats keep beside them.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/text/tokenizer.h"

namespace wick {

/// GGUF carries everything itself, or has a tokenizer.json beside it. A Hugging Face repository has config.json,
/// tokenizer.json, tokenizer_config.json and chat_template.jinja beside its safetensors, and where it is of a Whisper
/// that someone trained further, often vocab.json instead of tokenizer.json; CTranslate2 has a vocabulary beside its
/// model.bin, whisper.cpp one in its file; a llama2.c checkpoint has a tokenizer file. A Segment Anything model comes
/// under the names of its PyTorch code (sam_checkpoint), and in ONNX has its other half beside it.
struct ModelFiles {
  Checkpoint checkpoint;
  nlohmann::ordered_json config;            // config.json, null where there is none
  nlohmann::ordered_json tokenizer_config;  // tokenizer_config.json, null where there is none
  std::optional<Tokenizer> tokenizer;
  std::string chat_template;            // Jinja source, empty where there is none
  std::vector<std::string> vocabulary;  // of a Whisper without a tokenizer: the bytes of its tokens by id

  /// Opens from a first source, with `open` for the others (it returns nullptr for a file that does not exist).
  /// `tokenizer` is the llama2.c tokenizer file, or a tokenizer.json that replaces the model's own.
  static ModelFiles open(SourcePtr source, const OpenSibling& open = {}, const SourcePtr& tokenizer = nullptr);
  /// Opens a model whose files are given together, in any order, under the names that they would have beside each
  /// other.
  static ModelFiles open(std::vector<SourcePtr> files);
  /// Opens a file or a folder.
  static ModelFiles open(const std::string& path, const std::string& tokenizer_path = {});
};

}  // namespace wick
