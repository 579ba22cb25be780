// `wick transcribe`: speech to text.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>

#include "audio/microphone.h"
#include "command.h"
#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "interrupt.h"
#include "models/transcriber.h"
#include "models/transcript.h"
#include "sound.h"
#include "transcript_files.h"
#include "transcript_printer.h"

namespace wick::cli {
namespace {

struct Options {
  CommonOptions common;
  ModelOption model;
  std::vector<std::string> files;
  std::string language = "auto", task = "transcribe", format = "txt", output_dir;
  TranscribeOptions decoding;  // what is taken from the command line as it stands there
  bool no_vad = false, no_condition = false, lists_devices = false;
  std::string input_device;
  double speed = 1;  // of a file that is played

  bool several() const { return files.size() > 1; }
  /// Whether the text is printed as it settles, else as a whole.
  bool streams() const { return format == "txt" && output_dir.empty(); }
};

TranscribeOptions resolve(const Options& options) {
  TranscribeOptions resolved = options.decoding;
  resolved.language = parse_whisper_language(options.language);
  resolved.translate = parse_whisper_task(options.task);
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

/// What was heard of a recording.
struct Heard {
  double read_ms = 0;
  float peak = 0;  // the loudest sample
};

/// The same sound, of which `heard` is told.
Sound listened_to(const Sound& recording, Heard& heard) {
  Sound sound = recording;
  sound.next = [&] {
    const double from = now_ms();
    auto samples = recording.next();
    heard.read_ms += now_ms() - from;
    if (samples) {
      for (const float sample : *samples) heard.peak = std::max(heard.peak, std::abs(sample));
    }
    return samples;
  };
  return sound;
}

void print_no_speech(const std::string& name, float peak) {
  constexpr float kQuiet = 0.01F;
  const std::string quiet =
      peak < kQuiet ? fmt::format(", which is very quiet: its loudest sample is {:.2g} of 1", peak) : "";
  print_error(Error("no speech found in {}{}", name, quiet));
}

/// A transcript, and why it is not one of the whole recording.
struct Transcript {
  std::string text;  // in the format that was asked for
  Json json;
  SoundBreak broken;
  bool stopped = false;  // by Ctrl-C
};

Transcript make_transcript(const Transcriber& transcriber, const std::string& format, Json timings, SoundBreak broken) {
  const Index language = transcriber.language();
  Json json = transcript_json(transcriber.segments(),
                              language < 0 ? "" : whisper_languages()[static_cast<std::size_t>(language)].code);
  json["timings"] = std::move(timings);
  json["peak_memory_bytes"] = peak_memory_bytes();
  if (!broken.reason.empty()) json["warning"] = broken.reason;
  std::string text = format == "json" ? json_text(json) : transcript_text(transcriber.segments(), format);
  return {std::move(text), std::move(json), std::move(broken)};
}

/// One recording, whose text is printed as it settles where that was asked for.
Transcript transcribe(Transcriber& transcriber, double load_ms, const Options& options, const Sound& recording) {
  const double begin = now_ms();
  Heard heard;
  const Sound sound = listened_to(recording, heard);
  const int patience =
      options.decoding.live ? 2 : 1;  // the first Ctrl-C ends what is live, and the rest is still transcribed
  TranscriptPrinter printer(options.streams(), options.decoding.live);
  follow(transcriber, sound, patience,
         [&](const TranscribeStep& step) { printer.show(step, transcriber, sound.seconds); });
  printer.clear();
  const double passed = now_ms() - begin, seconds = transcriber.seconds();
  const Json times = timings(load_ms, heard.read_ms, passed - heard.read_ms, seconds);
  if (stderr_is_terminal() && !options.common.json) {
    fmt::print(stderr, "\033[2m{:.1f} s of audio in {:.1f} s, {:.1f} times real time; load {:.0f} ms\033[0m\n", seconds,
               passed / 1e3, times["times_real_time"].get<double>(), load_ms);
  }
  const bool stopped = interrupts() >= patience;
  SoundBreak broken = sound.broken();
  if (stopped) broken = {true, sound.name + ": interrupted, what was transcribed is kept"};
  if (transcriber.segments().empty() && broken.reason.empty()) print_no_speech(sound.name, heard.peak);
  Transcript transcript = make_transcript(transcriber, options.format, times, std::move(broken));
  transcript.stopped = stopped;
  return transcript;
}

Sound open_sound(const Options& options, const std::string& file) {
  if (options.files.empty()) return microphone_sound(options.input_device);
  if (!options.decoding.live) return file_sound(file);
  const auto pipe = open_pipe(file);
  return pipe ? piped_sound(pipe) : played_sound(file, options.speed);
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
  if (options.several() && options.output_dir.empty() && options.format != "txt" && options.format != "json") {
    throw CLI::ValidationError("--output-format", "several recordings need a file each where they become " +
                                                      options.format + ": name a folder by --output-dir");
  }
}

/// The recordings one after another, each with where its transcript goes: a file, or standard output.
class Recordings {
 public:
  Recordings(const Options& options, Transcriber& transcriber, double load_ms)
      : options_(options), transcriber_(transcriber), load_ms_(load_ms) {}

  /// Every file, also after one that cannot be read: its error is told at once, and the whole fails in the end.
  void transcribe_all(const std::vector<std::string>& files, const std::vector<std::string>& paths) {
    std::size_t done = 0;
    while (done < files.size() && !stopped_) {
      try {
        transcribe_one(files[done], paths.empty() ? "" : paths[done]);
      } catch (const Error& error) {
        errors_.emplace_back(error.what());
        if (options_.several()) print_error(error);
      }
      ++done;
      stopped_ = stopped_ || (interrupts() > 0 && done < files.size());
    }
    if (options_.format == "json" && paths.empty() && !results_.empty()) {
      print_json(options_.several() ? results_ : results_[0]);
    }
    if (!options_.several() && !errors_.empty()) fail(errors_.front());
    if (stopped_) fail(fmt::format("stopped: {} of {} recordings were begun", done, files.size()));
    if (errors_.empty()) return;
    fail(fmt::format("{} of {} recordings could not be transcribed in full", errors_.size(), files.size()));
  }

 private:
  void transcribe_one(const std::string& file, const std::string& path) {
    const Sound sound = open_sound(options_, file);
    const InterruptGuard guard;
    if (options_.several() && options_.streams()) {
      fmt::print("{}{}:\n", begun_ ? "\n" : "", printable(file));
      std::fflush(stdout);
      begun_ = true;
    }
    Transcript transcript = transcribe(transcriber_, load_ms_, options_, sound);
    stopped_ = transcript.stopped;
    if (!path.empty()) {
      write(path, transcript.text);
    } else if (!options_.streams() && options_.format != "json") {
      fmt::print("{}", transcript.text);
    }
    if (options_.several()) transcript.json["file"] = file;
    results_.push_back(std::move(transcript.json));
    if (transcript.broken.lost) throw Error("{}", transcript.broken.reason);
    if (!transcript.broken.reason.empty()) print_error(Error("{}", transcript.broken.reason));
  }

  /// Into its file, or where that fails to standard output: it is not lost.
  static void write(const std::string& path, const std::string& text) {
    try {
      write_text(path, text);
    } catch (const Error&) {
      fmt::print("{}", text);
      throw;
    }
  }

  [[noreturn]] void fail(const std::string& why) const {
    if (stopped_) throw Interrupted(why);
    throw Error("{}", why);
  }

  const Options& options_;
  Transcriber& transcriber_;
  double load_ms_;
  bool begun_ = false, stopped_ = false;  // the latter by Ctrl-C
  Json results_ = Json::array();
  std::vector<std::string> errors_;
};

void run(const Options& options) {
  if (options.lists_devices) return list_devices(options.common.json);
  require_usable(options);
  const std::vector<std::string> files = options.files.empty() ? std::vector<std::string>(1) : options.files;
  std::vector<std::string> paths;
  if (!options.output_dir.empty()) paths = transcript_paths(options.output_dir, files, options.format);
  const LoadedSpeech loaded = load_speech(options.model, options.common);
  const SpeechModel& model = *loaded.model;
  TranscribeOptions resolved = resolve(options);
  if (!options.no_vad) resolved.voice = VoiceDetector::built_in(model.whisper->device());
  Transcriber transcriber(model.whisper, model.tokenizer, std::move(resolved));
  Recordings(options, transcriber, loaded.load_ms).transcribe_all(files, paths);
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
                  "Temperatures such as 0,0.4, each tried where the text of the one before fails a threshold "
                  "(default: 0,0.2,0.4,0.6,0.8,1)")
      ->delimiter(',')
      ->allow_extra_args(false)  // what follows is a recording
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
  CLI::Option* live = command->add_flag("--live", options->decoding.live,
                                        "Transcribe the microphone while somebody speaks, until Ctrl-C; a wav as it "
                                        "comes through a pipe; a file as if it "
                                        "were spoken now");
  command->add_option("--input-device", options->input_device, "Microphone for --live: its name or a part of it")
      ->needs(live);
  command->add_flag("--list-devices", options->lists_devices, "Show the microphones there are");
  command->add_option("--speed", options->speed, "How many times faster --live plays a file")
      ->needs(live)
      ->check(CLI::Range(0.1, 1000.0))
      ->capture_default_str();
  command->add_flag("--no-vad", options->no_vad, "Also transcribe where the voice detector hears nobody");
  command
      ->add_option("-o,--output-format", options->format, "txt, srt, vtt, tsv, or json, which has everything: --json")
      ->check(CLI::IsMember({"txt", "srt", "vtt", "tsv", "json"}))
      ->capture_default_str();
  command->add_option("--output-dir", options->output_dir,
                      "Write each transcript into a file of this folder, by the recording's name and the format, and "
                      "over one that is there");
  add_decoding(*command, options);
  options->common.add_to(*command);
  options->common.add_quantize_to(*command);
  command->footer(
      "What could be heard is written, whatever happens after it. Exit status: 0 that is all of every recording; 1 "
      "some "
      "is missing, as one is no sound, cut off or damaged, and a line on standard error says so; 130 stopped by "
      "Ctrl-C.");
  command->callback([options] {
    if (options->common.json) options->format = "json";
    options->common.json = options->format == "json";
    run(*options);
  });
}

}  // namespace wick::cli
