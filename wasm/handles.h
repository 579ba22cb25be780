#pragma once
// What the parts of wick.h share: the handles, errors and texts on their way out, JSON on its way in.
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <variant>

#include "core/error.h"
#include "models/language_model.h"
#include "models/segmenter.h"
#include "models/speech_model.h"
#include "wasm/wick.h"

struct wick_engine {
  wick::Device device;
};

struct wick_loader {
  std::variant<std::unique_ptr<wick::LanguageModelLoader>, std::unique_ptr<wick::SpeechModelLoader>,
               std::unique_ptr<wick::SegmentLoader>>
      steps;                                            // in the order of WICK_CHAT, ...
  std::string name;                                     // the model's
  std::shared_ptr<const wick::LanguageModel> language;  // one of these, once all is loaded
  std::shared_ptr<const wick::SpeechModel> speech;
  std::shared_ptr<const wick::SegmentModel> segment;
};

namespace wick::host {

using Json = nlohmann::ordered_json;

/// Keeps what is being thrown for wick_error_kind and wick_error_message.
void keep_error();

/// Runs `work` and turns what it throws into `failed` and a message.
template <class Result, class Work>
Result guarded(Result failed, Work&& work) {
  try {
    return work();
  } catch (...) {
    keep_error();
    return failed;
  }
}

/// What a caller's handle or pointer points to.
template <class T>
T& given(T* pointer, const char* what) {
  if (!pointer) throw Error("no {} was given", what);
  return *pointer;
}

/// The model that a loader has loaded. Throws Error if it is of another kind, which cannot do what `verb` says, or not
/// loaded yet.
template <class Model>
const Model& loaded(wick_loader* loader, Model wick_loader::* kind, const char* verb) {
  const wick_loader& l = given(loader, "loader");
  if (l.*kind) return l.*kind;
  const char* other = l.language  ? "a language model"
                      : l.speech  ? "a speech model"
                      : l.segment ? "a model that segments"
                                  : nullptr;
  if (!other) throw Error("the model is not loaded yet");
  throw Error("{} cannot {}", other, verb);
}

/// Keeps a text for wick_text; its length.
int32_t give_text(std::string text);
int32_t give_json(const Json& json);

/// Throws Error naming `what` if the text is no JSON.
Json parse(const char* text, const char* what);

/// Reads a number, where the options have one of this name. Throws Error for what is none, or out of range.
template <class T>
void read_option(const Json& json, const char* key, T& value) {
  if (!json.contains(key) || json[key].is_null()) return;
  if (!json[key].is_number()) throw Error("options: '{}' must be a number", key);
  const double number = json[key].get<double>();
  if constexpr (std::is_integral_v<T>) {
    constexpr double kMost = std::min(9007199254740992.0, static_cast<double>(std::numeric_limits<T>::max()));
    if (!(number >= static_cast<double>(std::numeric_limits<T>::min()) && number <= kMost))
      throw Error("options: '{}' is out of range", key);
  }
  value = static_cast<T>(number);
}

}  // namespace wick::host
