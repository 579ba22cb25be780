// `wick transcribe`: speech to text.
#include <fmt/format.h>

#include <cstdio>

#include "audio/audio_file.h"
#include "command.h"
#include "core/error.h"
#include "models/transcriber.h"
#include "models/transcript.h"

namespace wick::cli {
namespace {

struct Options {
  CommonOptions common;
  ModelOption model;
  std::vector<std::string> files;
  std::string language = "auto", task = "transcribe", format = "txt", prompt;
  Index beam = 5;
  bool words = false, no_vad = false;
  std::vector<double> temperatures;
};

TranscribeOptions resolve(const Options& options) {
  TranscribeOptions resolved;
  if (options.language != "auto") {
    resolved.language = find_whisper_language(options.language);
    if (resolved.language < 0) throw Error("--language {}: not a language that Whisper knows", options.language);
  }
  resolved.translate = options.task == "translate";
  resolved.beam = options.beam;
  resolved.words = options.words;
  if (!options.temperatures.empty()) resolved.temperatures = options.temperatures;
  resolved.initial_prompt = options.prompt;
  return resolved;
}

/// One file: its text on standard output as it settles, or its whole in another format.
Json transcribe(Transcriber& transcriber, double load_ms, const Options& options, const std::string& file) {
  const double begin = now_ms();
  const std::vector<float> samples = read_audio(file);
  if (samples.empty()) throw Error("{}: the recording is empty", file);
  transcriber.start(samples);
  const double read = now_ms();
  if (options.files.size() > 1 && !options.common.json) {
    fmt::print("{}{}:\n", &file == &options.files.front() ? "" : "\n", file);
  }
  const bool streams = !options.common.json && options.format == "txt";
  ProgressBar bar("Transcribing");
  for (bool done = false; !done;) {
    const TranscribeStep step = transcriber.step();
    done = step.done;
    for (const Segment& segment : streams ? step.segments : std::vector<Segment>()) {
      bar.clear();
      fmt::print("{}{}\n",
                 stdout_is_terminal()
                     ? fmt::format("\033[2m[{} → {}]\033[0m", timestamp(segment.start), timestamp(segment.end))
                     : "",
                 segment.text.substr(stdout_is_terminal() || segment.text[0] != ' ' ? 0 : 1));
      std::fflush(stdout);
    }
    bar.update_seconds(transcriber.seconds_done(), transcriber.seconds());
  }
  bar.clear();
  const double transcribed = now_ms();
  if (!options.common.json && !streams) fmt::print("{}", transcript_text(transcriber.segments(), options.format));
  const Index language = transcriber.language();
  Json json = transcript_json(transcriber.segments(),
                              language < 0 ? "" : whisper_languages()[static_cast<std::size_t>(language)].code);
  const double seconds = transcriber.seconds();
  const double rate = seconds / std::max((transcribed - begin) / 1e3, 1e-6);
  json["timings"] = {{"load_ms", load_ms},
                     {"read_ms", read - begin},
                     {"transcribe_ms", transcribed - read},
                     {"audio_seconds", seconds},
                     {"times_real_time", rate}};
  if (stderr_is_terminal() && !options.common.json) {
    fmt::print(stderr, "\033[2m{:.1f} s of audio in {:.1f} s, {:.1f} times real time; load {:.0f} ms\033[0m\n", seconds,
               (transcribed - begin) / 1e3, rate, load_ms);
  }
  return json;
}

/// Every file, also after one that cannot be read: its error is told at once, and the whole fails in the end.
void run(const Options& options) {
  const LoadedSpeech loaded = load_speech(options.model, options.common);
  const SpeechModel& model = *loaded.model;
  TranscribeOptions resolved = resolve(options);
  if (!options.no_vad) resolved.voice = VoiceDetector::built_in(model.whisper->device());
  Transcriber transcriber(model.whisper, model.tokenizer, std::move(resolved));
  const bool several = options.files.size() > 1;
  Json results = Json::array();
  for (const std::string& file : options.files) {
    try {
      results.push_back(transcribe(transcriber, loaded.load_ms, options, file));
      if (several) results.back()["file"] = file;
    } catch (const Error& error) {
      if (!several) throw;
      print_error(error);
    }
  }
  if (options.common.json && !results.empty()) {
    results.back()["peak_memory_bytes"] = peak_memory_bytes();
    print_json(several ? results : results[0]);
  }
  if (const std::size_t failed = options.files.size() - results.size(); failed > 0) {
    throw Error("{} of {} recordings could not be transcribed", failed, options.files.size());
  }
}

}  // namespace

void add_transcribe(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("transcribe", "Speech to text, by Whisper");
  options->model.add_to(*command);
  command->add_option("audio", options->files, "Recordings; - is standard input")->required();
  command
      ->add_option("-l,--language", options->language, "What is spoken: auto, or a code or name such as de or German")
      ->capture_default_str();
  command->add_option("--task", options->task, "transcribe, or translate into English")
      ->check(CLI::IsMember({"transcribe", "translate"}))
      ->capture_default_str();
  command->add_option("--beam", options->beam, "Hypotheses that are followed at once; 1 is greedy")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  command->add_option("--temp", options->temperatures, "Temperatures, each tried where the one before failed")
      ->check(CLI::Range(0.0, 4.0));
  command->add_option("--prompt", options->prompt, "What came before, or names and words that occur");
  command->add_flag("--words", options->words, "When each word was said, for srt, vtt and --json");
  command->add_flag("--no-vad", options->no_vad, "Also transcribe where the voice detector hears nobody");
  command->add_option("-o,--output-format", options->format, "txt, srt, vtt or tsv; --json has everything")
      ->check(CLI::IsMember({"txt", "srt", "vtt", "tsv"}))
      ->capture_default_str();
  options->common.add_to(*command);
  options->common.add_quantize_to(*command);
  command->callback([options] { run(*options); });
}

}  // namespace wick::cli
