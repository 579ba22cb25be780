// Of wick.h: speech to text.
#include <algorithm>
#include <array>
#include <string_view>

#include "models/transcriber.h"
#include "models/transcript.h"
#include "wasm/handles.h"

using namespace wick::host;

struct wick_transcriber {
  wick::Transcriber transcriber;
};

namespace {

/// The options' value of this name, null where there is none. Throws Error for one of another type.
const Json* option(const Json& json, const char* key, bool (Json::*is)() const noexcept, const char* type) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return nullptr;
  if (!((*found).*is)()) throw wick::Error("options: '{}' must be {}", key, type);
  return &*found;
}

wick::TranscribeOptions parse_options(const Json& json) {
  if (!json.is_object()) throw wick::Error("options: expected an object");
  constexpr std::array<std::string_view, 7> kKnown = {"language", "task",  "beam", "prompt",
                                                      "hotwords", "words", "live"};
  for (const auto& [key, value] : json.items()) {
    if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) throw wick::Error("options: no option '{}'", key);
  }
  const auto text = [&](const char* key) { return option(json, key, &Json::is_string, "a text"); };
  const auto flag = [&](const char* key) { return option(json, key, &Json::is_boolean, "true or false"); };
  wick::TranscribeOptions options;
  if (const Json* language = text("language")) options.language = wick::parse_whisper_language(std::string(*language));
  if (const Json* task = text("task")) options.translate = wick::parse_whisper_task(std::string(*task));
  if (const Json* prompt = text("prompt")) options.initial_prompt = *prompt;
  if (const Json* hotwords = text("hotwords")) options.hotwords = *hotwords;
  if (const Json* words = flag("words")) options.words = *words;
  if (const Json* live = flag("live")) options.live = *live;
  read_option(json, "beam", options.beam);
  if (options.beam < 1 || options.beam > 64) throw wick::Error("options: 'beam' must be 1 to 64");
  return options;
}

}  // namespace

extern "C" {

int32_t wick_speech_info(wick_loader* loader) {
  return guarded<int32_t>(WICK_ERROR,
                          [&] { return give_json(loaded(loader, &wick_loader::speech, "transcribe speech")->info()); });
}

wick_transcriber* wick_transcriber_new(wick_loader* loader, const char* options_json) {
  return guarded<wick_transcriber*>(nullptr, [&] {
    const auto& model = loaded(loader, &wick_loader::speech, "transcribe speech");
    wick::TranscribeOptions options = parse_options(parse(options_json, "options"));
    options.voice = wick::VoiceDetector::built_in(model->whisper->device());
    return new wick_transcriber{{model->whisper, model->tokenizer, std::move(options)}};
  });
}

void wick_transcriber_free(wick_transcriber* transcriber) { delete transcriber; }

int32_t wick_transcriber_start(wick_transcriber* transcriber) {
  return guarded<int32_t>(WICK_ERROR, [&] { return given(transcriber, "transcriber").transcriber.start(), 0; });
}

int32_t wick_transcriber_push(wick_transcriber* transcriber, const float* samples, uint32_t count) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick::Transcriber& recording = given(transcriber, "transcriber").transcriber;
    if (count > 0) recording.push({&given(samples, "sample"), count});
    return 0;
  });
}

int32_t wick_transcriber_finish(wick_transcriber* transcriber) {
  return guarded<int32_t>(WICK_ERROR, [&] { return given(transcriber, "transcriber").transcriber.finish(), 0; });
}

int32_t wick_transcriber_step(wick_transcriber* handle, wick_transcribe_step* result) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick::Transcriber& transcriber = given(handle, "transcriber").transcriber;
    wick_transcribe_step& step = given(result, "step");
    const wick::TranscribeStep made = transcriber.step();
    const wick::Index language = transcriber.language();
    Json json{{"segments", wick::transcript_json(made.segments, "")["segments"]},
              {"preview", made.preview},
              {"language", nullptr}};
    if (language >= 0) json["language"] = wick::whisper_languages()[static_cast<std::size_t>(language)].code;
    step.state = made.done ? WICK_FINISHED : made.waiting ? WICK_WAITING : WICK_WORKING;
    step.text_bytes = give_json(json);
    step.seconds_done = transcriber.seconds_done();
    step.seconds = transcriber.seconds();
    return step.state;
  });
}

int32_t wick_transcript_text(const char* transcript_json, const char* format) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const Json transcript = parse(transcript_json, "transcript");
    const auto segments = wick::segments_of_json(transcript);
    const std::string wanted = &given(format, "format");
    if (wanted != "json") return give_text(wick::transcript_text(segments, wanted));
    return give_json(wick::transcript_json(segments, transcript.value("language", "")));
  });
}

}  // extern "C"
