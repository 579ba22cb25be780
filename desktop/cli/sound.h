#pragma once
// Where the samples of a transcription come from.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/pipe.h"

namespace wick::cli {

/// Why sound ended before its end, or has gaps: one line for a person, empty where all of it was there.
struct SoundBreak {
  bool lost = false;  // something that was asked for, so that the command fails
  std::string reason;
};

struct Sound {
  std::string name;
  double seconds = 0;  // that it claims to last; 0 where nobody knows
  /// The next samples, at 16 kHz, nothing at the end. What is live gives those that have come, and waits a little for
  /// them.
  std::function<std::optional<std::vector<float>>()> next;
  /// Known at the end.
  std::function<SoundBreak()> broken;
};

/// Throws Error as open_audio, or where the recording is empty.
Sound file_sound(const std::string& path);
/// A file as if it were spoken just now, `speed` times as fast, until Ctrl-C.
Sound played_sound(const std::string& path, double speed);
/// What comes through a pipe, a wav while it comes, until it ends or Ctrl-C. Throws Error as PipeListener.
Sound piped_sound(const std::shared_ptr<Pipe>& pipe);
/// Until Ctrl-C. Throws Error as Microphone.
Sound microphone_sound(const std::string& device);

}  // namespace wick::cli
