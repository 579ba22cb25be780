#pragma once
// A recording that is being transcribed.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "views/model_host.h"
#include "views/transcribe/progress.h"
#include "views/transcribe/recording.h"
#include "views/transcribe/sound_steps.h"
#include "views/transcribe/speech_steps.h"

namespace wick::views {

/// What of it shows, beside the recording's own text.
struct SpeechJob {
  enum class Phase { waiting, reading, transcribing };  // for the model; to the file's end, before its first words
  Phase phase = Phase::waiting;
  bool hearing = false;  // the microphone is on
  std::string preview;   // what is heard but not settled
  Progress progress;
};

/// Follows one recording's way from sound to text. Its sound comes through measure() and sound(), from a file's reader
/// or a microphone; the text is made as soon as there is a model. Of one thread; what is on its way when this ends does
/// not arrive.
class Transcription {
 public:
  /// Goes on from the second `recording.done` on.
  Transcription(Worker& engine, ModelHost& models, const SpeechSettings& settings, Recording recording);
  /// Of a microphone, whose sound comes through a queue that is there.
  Transcription(Worker& engine, ModelHost& models, const SpeechSettings& settings, Recording recording,
                std::shared_ptr<SoundQueue> microphone);
  ~Transcription() { job_.stop(); }
  Transcription(const Transcription&) = delete;
  Transcription& operator=(const Transcription&) = delete;

  Recording recording;  // with all that was found

  const SpeechJob& job() const { return job_state_; }
  const std::shared_ptr<SoundQueue>& sound() const { return work_->sound; }
  /// What the sound's reader found.
  void measure(SoundPart&& part);
  /// Has the engine go on where there is something to do. To be called after each deliver().
  void update();
  /// Ends it where it is: what is done is kept.
  void stop();
  bool over() const { return over_; }
  /// It ended since there was no model.
  bool lacks_model() const { return lacks_model_; }
  /// Changes since this was asked last.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  void take(SpeechTold&& told);
  void fail(const std::string& problem);
  void finish(bool complete, const std::string& problem);

  Worker& engine_;
  ModelHost& models_;
  std::shared_ptr<SpeechWork> work_;
  double from_;  // seconds
  std::vector<std::uint8_t> peaks_;
  SpeechJob job_state_;
  std::optional<ProgressMeter> meter_;
  Job job_;
  bool running_ = false, measured_ = false, done_ = false, failed_ = false, over_ = false, lacks_model_ = false,
       changed_ = true;
  std::string sound_problem_;
};

/// What people call a model: its title of the catalogue, or its file's name.
std::string model_title(const std::string& model);

}  // namespace wick::views
