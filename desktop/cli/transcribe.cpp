// `wick transcribe`: speech to text.
#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <optional>

#include "audio/microphone.h"
#include "command.h"
#include "core/error.h"
#include "interrupt.h"
#include "models/transcriber.h"
#include "models/transcript.h"
#include "sound.h"
#include "transcript_printer.h"

namespace wick::cli {
namespace {

struct Options {
  CommonOptions common;
  ModelOption model;
  std::vector<std::string> files;
  std::string language = "auto", task = "transcribe", format = "txt";
  TranscribeOptions decoding;  // what is taken from the command line as it stands there
  bool no_vad = false, no_condition = false, lists_devices = false;
  std::string input_device;
  double speed = 1;  // of a file that is played
};

TranscribeOptions resolve(const Options& options) {
  TranscribeOptions resolved = options.decoding;
  if (options.language != "auto") {
    resolved.language = find_whisper_language(options.language);
    if (resolved.language < 0) throw Error("--language {}: not a language that Whisper knows", options.language);
  }
  resolved.translate = options.task == "translate";
  if (resolved.live) resolved.words = true;  // by its words a text that still comes is cut in the right place
  if (options.no_condition) resolved.condition_on_previous = false;
  return resolved;
}

/// Has all of a recording transcribed, or what was reached when Ctrl-C was pressed `patience` times.
void follow(Transcriber& transcriber, const Sound& sound, int patience,
            const std::function<void(const TranscribeStep&)>& show) {
  transcriber.start();
  bool ended = false;
  for (TranscribeStep step; !step.done && interrupts() < patience;) {
    if (step.waiting && !ended) {
      const std::optional<std::vector<float>> samples = sound.next();
      ended = !samples;
      samples ? transcriber.push(*samples) : transcriber.finish();
    }
    step = transcriber.step();
    show(step);
  }
}

Json timings(double load_ms, double read_ms, double transcribe_ms, double seconds) {
  return {{"load_ms", load_ms},
          {"read_ms", read_ms},
          {"transcribe_ms", transcribe_ms},
          {"audio_seconds", seconds},
          {"times_real_time", seconds / std::max((read_ms + transcribe_ms) / 1e3, 1e-6)}};
}

/// A transcript, and why it is not one of the whole recording.
struct Transcript {
  Json json;
  SoundBreak broken;
};

/// One recording: its text on standard output as it settles, or its whole in another format.
Transcript transcribe(Transcriber& transcriber, double load_ms, const Options& options, const Sound& recording) {
  const double begin = now_ms();
  double read_ms = 0;
  Sound sound = recording;
  sound.next = [&] {
    const double from = now_ms();
    auto samples = recording.next();
    read_ms += now_ms() - from;
    return samples;
  };
  const bool streams = !options.common.json && options.format == "txt";
  const int patience =
      options.decoding.live ? 2 : 1;  // the first Ctrl-C ends what is live, and the rest is still transcribed
  TranscriptPrinter printer(streams, options.decoding.live);
  follow(transcriber, sound, patience,
         [&](const TranscribeStep& step) { printer.show(step, transcriber, sound.seconds); });
  printer.clear();
  const double passed = now_ms() - begin, seconds = transcriber.seconds();
  if (!options.common.json && !streams) fmt::print("{}", transcript_text(transcriber.segments(), options.format));
  const Index language = transcriber.language();
  Json json = transcript_json(transcriber.segments(),
                              language < 0 ? "" : whisper_languages()[static_cast<std::size_t>(language)].code);
  json["timings"] = timings(load_ms, read_ms, passed - read_ms, seconds);
  if (stderr_is_terminal() && !options.common.json) {
    fmt::print(stderr, "\033[2m{:.1f} s of audio in {:.1f} s, {:.1f} times real time; load {:.0f} ms\033[0m\n", seconds,
               passed / 1e3, json["timings"]["times_real_time"].get<double>(), load_ms);
  }
  SoundBreak broken = sound.broken();
  if (interrupts() >= patience) broken = {true, sound.name + ": interrupted, what was transcribed is kept"};
  if (!broken.reason.empty()) json["warning"] = broken.reason;
  return {std::move(json), std::move(broken)};
}

Sound open_sound(const Options& options, const std::string& file) {
  if (options.files.empty()) return microphone_sound(options.input_device);
  return options.decoding.live ? played_sound(file, options.speed) : file_sound(file);
}

void list_devices(bool json) {
  Json list = Json::array();
  for (const InputDevice& device : input_devices()) {
    list.push_back(
        {{"name", device.name}, {"channels", device.channels}, {"rate", device.rate}, {"default", device.is_default}});
    if (!json) fmt::print("{}{}\n", printable(device.name), device.is_default ? " (used by default)" : "");
  }
  if (json) return print_json({{"devices", list}});
  if (list.empty()) fmt::print(stderr, "wick: this system shows no sound device to listen to\n");
}

/// What the parser cannot require: it depends on other options.
void require_usable(const Options& options) {
  if (options.model.model.empty()) throw CLI::RequiredError("model");
  if (options.files.empty() && !options.decoding.live) throw CLI::RequiredError("audio, or --live for the microphone");
  if (!options.files.empty() && !options.input_device.empty()) {
    throw CLI::ValidationError("--input-device", "nothing listens to it where a file is played");
  }
}

/// Every file, also after one that cannot be read: its error is told at once, and the whole fails in the end.
void run(const Options& options) {
  if (options.lists_devices) return list_devices(options.common.json);
  require_usable(options);
  const LoadedSpeech loaded = load_speech(options.model, options.common);
  const SpeechModel& model = *loaded.model;
  TranscribeOptions resolved = resolve(options);
  if (!options.no_vad) resolved.voice = VoiceDetector::built_in(model.whisper->device());
  Transcriber transcriber(model.whisper, model.tokenizer, std::move(resolved));
  const std::vector<std::string> files = options.files.empty() ? std::vector<std::string>(1) : options.files;
  const bool several = files.size() > 1;
  Json results = Json::array();
  std::vector<std::string> errors;
  for (const std::string& file : files) {
    try {
      const Sound sound = open_sound(options, file);
      const InterruptGuard guard;
      if (several && !options.common.json) fmt::print("{}{}:\n", &file == &files.front() ? "" : "\n", printable(file));
      Transcript transcript = transcribe(transcriber, loaded.load_ms, options, sound);
      results.push_back(std::move(transcript.json));
      if (several) results.back()["file"] = file;
      if (transcript.broken.lost) throw Error("{}", transcript.broken.reason);
      if (!transcript.broken.reason.empty()) print_error(Error("{}", transcript.broken.reason));
    } catch (const Error& error) {
      errors.emplace_back(error.what());
      if (several) print_error(error);
    }
    if (interrupts() > 0) break;
  }
  if (options.common.json && !results.empty()) {
    results.back()["peak_memory_bytes"] = peak_memory_bytes();
    print_json(several ? results : results[0]);
  }
  if (several && !errors.empty()) {
    throw Error("{} of {} recordings could not be transcribed", errors.size(), files.size());
  }
  if (!errors.empty()) throw Error("{}", errors.front());
}

/// How a window's text is found.
void add_decoding(CLI::App& command, const std::shared_ptr<Options>& options) {
  TranscribeOptions& o = options->decoding;
  command.add_option("--beam", o.beam, "Hypotheses that are followed at once; 1 is greedy")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  command.add_option("--patience", o.patience, "How many ends beam search waits for, in beams")
      ->check(CLI::Range(0.1, 10.0))
      ->capture_default_str();
  command
      .add_option("--length-penalty", o.length_penalty,
                  "Of 1 and more beam search likes long texts; 0 takes the likeliest by its mean token")
      ->check(CLI::Range(0.0, 4.0))
      ->capture_default_str();
  command.add_option("--best-of", o.best_of, "Texts that are drawn at a temperature above 0, of which one is taken")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  command
      .add_option("--temp", o.temperatures,
                  "Temperatures, each tried where the text of the one before fails a threshold (default: 0 to 1)")
      ->check(CLI::Range(0.0, 4.0));
  command
      .add_option("--compression-threshold", o.most_compression,
                  "A text that compresses better than by this factor repeats itself, and fails")
      ->capture_default_str();
  command.add_option("--logprob-threshold", o.least_avg_logprob, "A text whose mean log-probability is lower fails")
      ->capture_default_str();
  command
      .add_option("--no-speech-threshold", o.most_no_speech,
                  "Above it, a window whose text fails by its log-probability is silence")
      ->capture_default_str();
  command.add_flag("--no-condition", options->no_condition, "The text of a window is not the next one's prompt");
}

}  // namespace

void add_transcribe(CLI::App& app) {
  auto options = std::make_shared<Options>();
  options->decoding.beam = 5;
  CLI::App* command = app.add_subcommand("transcribe", "Speech to text, by Whisper");
  options->model.add_to(*command);
  command->get_option("model")->required(false);  // nor for --list-devices
  command->add_option("audio", options->files, "Recordings; - is standard input");
  command
      ->add_option("-l,--language", options->language, "What is spoken: auto, or a code or name such as de or German")
      ->capture_default_str();
  command->add_option("--task", options->task, "transcribe, or translate into English")
      ->check(CLI::IsMember({"transcribe", "translate"}))
      ->capture_default_str();
  command->add_option("--prompt", options->decoding.initial_prompt, "What came before the recording");
  command->add_option("--hotwords", options->decoding.hotwords, "Names and words that occur, told to every window");
  command->add_flag("--words", options->decoding.words,
                    "When each word was said, in --json; segments then begin and end with their words");
  CLI::Option* live = command->add_flag(
      "--live", options->decoding.live,
      "Transcribe the microphone while somebody speaks, until Ctrl-C; a file as if it were spoken now");
  command->add_option("--input-device", options->input_device, "Microphone for --live: its name or a part of it")
      ->needs(live);
  command->add_flag("--list-devices", options->lists_devices, "Show the microphones there are");
  command->add_option("--speed", options->speed, "How many times faster --live plays a file")
      ->needs(live)
      ->check(CLI::Range(0.1, 1000.0))
      ->capture_default_str();
  command->add_flag("--no-vad", options->no_vad, "Also transcribe where the voice detector hears nobody");
  command->add_option("-o,--output-format", options->format, "txt, srt, vtt or tsv; --json has everything")
      ->check(CLI::IsMember({"txt", "srt", "vtt", "tsv"}))
      ->capture_default_str();
  add_decoding(*command, options);
  options->common.add_to(*command);
  options->common.add_quantize_to(*command);
  command->callback([options] { run(*options); });
}

}  // namespace wick::cli
