#pragma once
// What a worker does to read a recording, or to listen to a microphone.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audio/audio_file.h"
#include "audio/sound_device.h"
#include "views/transcribe/level.h"
#include "views/transcribe/sound_queue.h"
#include "views/worker.h"

namespace wick::views {

/// What was found in the sound since the last time.
struct SoundPart {
  std::vector<std::uint8_t> peaks;  // see peaks.h
  double seconds = 0;               // of sound so far
  bool over = false;                // that was all
  std::string problem;              // why it ended early, or what of it is not kept
  Level level;                      // of a microphone
};
/// Called where Worker::deliver() is.
using FoundSound = std::function<void(SoundPart&&)>;

/// Sound that is read before somebody takes it: its waveform shows meanwhile.
inline constexpr std::size_t kAheadSamples = 15 * 60 * static_cast<std::size_t>(kSampleRate);

/// Opens a file, which must be one, at `rate` samples a second. Throws Error as open_audio, or where it is empty.
AudioFile open_recording(const std::string& path, int rate = static_cast<int>(kSampleRate));

/// Reads a file to its end, piece by piece, into a queue.
Worker::Step read_steps(std::shared_ptr<AudioFile> file, std::shared_ptr<SoundQueue> into, FoundSound found);

/// Listens until `stop`, or until the microphone has gone, and keeps what it hears in a wav file as well.
struct Hearing {
  std::function<std::unique_ptr<SoundInput>()> open;
  std::function<void()> opened;  // as FoundSound
  std::string path;              // of the wav file; its folder is made
  std::shared_ptr<SoundQueue> into;
  std::shared_ptr<std::atomic<bool>> stop;
};
Worker::Step hear_steps(Hearing hearing, FoundSound found);

}  // namespace wick::views
