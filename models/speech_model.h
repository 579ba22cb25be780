#pragma once
// A model that hears: weights and tokenizer together.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "models/model_files.h"
#include "models/whisper.h"
#include "models/whisper_tokens.h"

namespace wick {

struct SpeechModel {
  std::string name;         // the file's
  std::string weight_type;  // of most bytes in it: "F16"
  std::string loaded_type;  // of most bytes as they run: "Q8_0"
  std::shared_ptr<const Whisper> whisper;
  std::shared_ptr<const WhisperTokenizer> tokenizer;

  /// What a person wants to know: name, sizes, weight types, memory, device, languages: [{code, name}].
  nlohmann::ordered_json info() const;
};

/// Loads a speech model in bounded steps.
class SpeechModelLoader {
 public:
  /// As WhisperLoader, whose default_quantization is meant for `quantize`. Throws Error if the files hold no model of
  /// this family, or not all of one.
  SpeechModelLoader(const ModelFiles& files, Device device, Precision precision, std::optional<DType> quantize);

  std::uint64_t bytes_total() const { return whisper_.bytes_total(); }
  std::uint64_t bytes_done() const { return whisper_.bytes_done(); }
  bool step() { return whisper_.step(); }
  std::shared_ptr<const SpeechModel> finish();

 private:
  std::shared_ptr<SpeechModel> model_;
  WhisperLoader whisper_;
};

}  // namespace wick
