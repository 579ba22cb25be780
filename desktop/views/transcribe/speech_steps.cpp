#include "views/transcribe/speech_steps.h"

#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/text/jinja_text.h"

namespace wick::views {
namespace {

constexpr double kTellMs = 60;                                               // from one preview to the next
constexpr std::size_t kAtOnce = 30 * static_cast<std::size_t>(kSampleRate);  // samples

/// What to ask of a model, which may not know the language that was chosen for another one.
TranscribeOptions options_of(const SpeechSettings& settings, const SpeechModel& model, bool live) {
  const WhisperIds& ids = model.tokenizer->ids();
  TranscribeOptions options;
  if (ids.multilingual) {
    const Index language = settings.language == "auto" ? -1 : find_whisper_language(settings.language);
    options.language = language < ids.languages ? language : -1;
    options.translate = settings.translate;
  }
  options.beam = live ? 1 : settings.beam;
  options.words = settings.words || live;  // by its words a text that still comes is cut in the right place
  options.live = live;
  options.hotwords = jinja::strip(settings.hotwords, true, true);
  if (settings.skip_silence) options.voice = VoiceDetector::built_in(model.whisper->device());
  return options;
}

void open(SpeechWork& work, const LoadedModels& models) {
  if (!models.has(Task::speech)) throw Error("There is no model for transcribing yet.");
  const SpeechModel& model = *models.speech;
  work.transcriber =
      std::make_unique<Transcriber>(model.whisper, model.tokenizer, options_of(work.settings, model, work.live));
  work.transcriber->start();
}

void give_sound(SpeechWork& work) {
  if (const std::vector<float> samples = work.sound->take(kAtOnce); !samples.empty()) work.transcriber->push(samples);
  if (work.sound->over()) work.transcriber->finish();
}

std::string language_of(const Transcriber& transcriber) {
  const Index language = transcriber.language();
  return language < 0 ? "" : whisper_languages()[static_cast<std::size_t>(language)].code;
}

}  // namespace

Worker::Step speech_steps(std::shared_ptr<LoadedModels> models, std::shared_ptr<SpeechWork> work,
                          std::function<void(SpeechTold&&)> found) {
  return [models = std::move(models), work = std::move(work), found = std::move(found)](const Worker::Turn& turn) {
    if (!work->transcriber) open(*work, *models);
    give_sound(*work);
    TranscribeStep step = work->transcriber->step();
    const bool waits = step.waiting && work->sound->waiting() == 0 && !work->sound->over();
    const bool news = !step.segments.empty() || step.done || waits;
    if (news || now_ms() - work->told_ms > kTellMs) {
      work->told_ms = now_ms();
      SpeechTold told{.segments = std::move(step.segments),
                      .preview = std::move(step.preview),
                      .language = language_of(*work->transcriber),
                      .seconds = work->transcriber->seconds(),
                      .seconds_done = work->transcriber->seconds_done(),
                      .waiting = waits,
                      .done = step.done};
      turn.post([found, told = std::move(told)]() mutable { found(std::move(told)); });
    }
    return !step.done && !waits;
  };
}

}  // namespace wick::views
