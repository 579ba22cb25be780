#include "models/speech_model.h"

#include <algorithm>
#include <map>

#include "models/task.h"

namespace wick {
namespace {

std::string largest_type(const Checkpoint& checkpoint) {
  std::map<DType, std::uint64_t> bytes;
  for (const auto& [name, tensor] : checkpoint.tensors) bytes[tensor.type] += tensor.bytes;
  const auto most =
      std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::string type(most == bytes.end() ? "" : info(most->first).name);
  std::transform(type.begin(), type.end(), type.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
  return type;
}

std::span<const WhisperLanguage> languages_of(const WhisperTokenizer& tokenizer) {
  const WhisperIds& ids = tokenizer.ids();
  return whisper_languages().first(ids.multilingual ? static_cast<std::size_t>(ids.languages) : 1);
}

std::shared_ptr<SpeechModel> make_model(const ModelFiles& files) {
  const Checkpoint& checkpoint = files.checkpoint;
  require_task(checkpoint, Task::speech);
  const std::string& path = checkpoint.name();
  return std::make_shared<SpeechModel>(
      SpeechModel{path.substr(path.find_last_of("/\\") + 1), largest_type(checkpoint), {}, nullptr, nullptr});
}

}  // namespace

nlohmann::ordered_json SpeechModel::info() const {
  const WhisperConfig& c = whisper->config();
  auto languages = nlohmann::ordered_json::array();
  for (const WhisperLanguage& language : languages_of(*tokenizer)) {
    languages.push_back({{"code", language.code}, {"name", language.name}});
  }
  return {{"name", name},
          {"architecture", "whisper"},
          {"layers", c.text_layers},
          {"audio_layers", c.audio_layers},
          {"embedding_length", c.dim},
          {"vocab_size", c.vocab},
          {"weight_type", weight_type},
          {"loaded_type", loaded_type},
          {"weight_bytes", whisper->weight_bytes()},
          {"device", whisper->device().describe()},
          {"languages", languages}};
}

SpeechModelLoader::SpeechModelLoader(const ModelFiles& files, Device device, Precision precision,
                                     std::optional<DType> quantize)
    : model_(make_model(files)), whisper_(files, std::move(device), precision, quantize) {
  model_->loaded_type = largest_type(whisper_.checkpoint());
  model_->tokenizer =
      std::make_shared<const WhisperTokenizer>(WhisperTokenizer::of_files(files, whisper_.config().vocab));
}

std::shared_ptr<const SpeechModel> SpeechModelLoader::finish() {
  model_->whisper = whisper_.finish();
  return model_;
}

}  // namespace wick
