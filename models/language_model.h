#pragma once
// A model that talks: weights, tokenizer and chat template together.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/text/chat_template.h"
#include "core/text/tokenizer.h"
#include "models/llama.h"

namespace wick {

struct LanguageModel {
  std::string name;  // general.name of the file, else the file's own
  std::shared_ptr<const Llama> llama;
  Tokenizer tokenizer;
  std::optional<ChatTemplate> chat_template;

  const LlamaConfig& config() const { return llama->config(); }
  /// What a person wants to know: name, architecture, sizes, weight type, memory, context, device.
  nlohmann::ordered_json info() const;
};

/// Loads a language model in bounded steps.
class LanguageModelLoader {
 public:
  /// Throws Error if the files hold no model of this family, lack a tokenizer, or the two disagree.
  LanguageModelLoader(ModelFiles files, Device device, LlamaOptions options);

  std::uint64_t bytes_total() const { return llama_.bytes_total(); }
  std::uint64_t bytes_done() const { return llama_.bytes_done(); }
  bool step() { return llama_.step(); }
  std::shared_ptr<const LanguageModel> finish();

 private:
  std::shared_ptr<LanguageModel> model_;
  LlamaLoader llama_;
};

}  // namespace wick
