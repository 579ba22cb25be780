#include "models/language_model.h"

#include "core/error.h"
#include "models/task.h"

namespace wick {
namespace {

std::string file_name(const std::string& path) { return path.substr(path.find_last_of("/\\") + 1); }

std::shared_ptr<LanguageModel> make_model(const ModelFiles& files) {
  const std::string& file = files.checkpoint.name();
  require_task(files.checkpoint, Task::chat);
  if (files.checkpoint.format == "safetensors" && files.config.is_null()) {
    throw Error("{}: config.json is missing beside it", file);
  }
  if (!files.tokenizer) throw Error("{}: the model has no tokenizer; name one with --tokenizer", file);
  std::optional<ChatTemplate> chat;
  if (!files.chat_template.empty()) chat.emplace(files.chat_template, file + " (chat template)");
  const std::string name = files.checkpoint.metadata.get_or<std::string>("general.name", file_name(file));
  return std::make_shared<LanguageModel>(LanguageModel{name, nullptr, *files.tokenizer, std::move(chat)});
}

}  // namespace

nlohmann::ordered_json LanguageModel::info() const {
  const LlamaConfig& c = config();
  return {{"name", name},
          {"architecture", c.architecture},
          {"layers", c.layers},
          {"embedding_length", c.dim},
          {"heads", c.heads},
          {"kv_heads", c.kv_heads},
          {"head_dim", c.head_dim},
          {"vocab_size", c.vocab},
          {"context_length", c.context},
          {"sliding_window", c.window},
          {"weight_type", llama->weight_type()},
          {"weight_bytes", llama->weight_bytes()},
          {"chat_template", chat_template.has_value()},
          {"device", llama->device().describe()}};
}

LanguageModelLoader::LanguageModelLoader(ModelFiles files, Device device, LlamaOptions options)
    : model_(make_model(files)), llama_(std::move(files), std::move(device), options) {}

std::shared_ptr<const LanguageModel> LanguageModelLoader::finish() {
  model_->llama = llama_.finish();
  if (model_->tokenizer.size() > model_->config().vocab) {
    throw Error("{}: the tokenizer has {} tokens, the model {}", model_->name, model_->tokenizer.size(),
                model_->config().vocab);
  }
  return model_;
}

}  // namespace wick
