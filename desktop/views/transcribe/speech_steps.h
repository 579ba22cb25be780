#pragma once
// What the engine's worker does to transcribe.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/transcriber.h"
#include "views/model_host.h"
#include "views/settings.h"
#include "views/transcribe/sound_queue.h"

namespace wick::views {

/// A transcription as the engine's worker has it. Only its steps touch it.
struct SpeechWork {
  SpeechSettings settings;
  bool live = false;
  std::shared_ptr<SoundQueue> sound;
  std::unique_ptr<Transcriber> transcriber;
  double told_ms = 0;
};

/// What it tells from time to time.
struct SpeechTold {
  std::vector<Segment> segments;  // that are settled since the last time
  std::string preview;
  std::string language;                  // a code; "" until it is known
  double seconds = 0, seconds_done = 0;  // of sound that it got, and of it that is transcribed
  bool waiting = false;                  // it has ended until there is more sound
  bool done = false;
};

/// Transcribes what is in the queue, then ends. To be started anew once there is more, until all is done. `found` is
/// called where Worker::deliver() is.
Worker::Step speech_steps(std::shared_ptr<LoadedModels> models, std::shared_ptr<SpeechWork> work,
                          std::function<void(SpeechTold&&)> found);

}  // namespace wick::views
