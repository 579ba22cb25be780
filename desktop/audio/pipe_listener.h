#pragma once
// Sound that comes through a pipe, read beside the transcription.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "audio/audio_file.h"
#include "audio/pipe.h"

namespace wick {

/// Reads a recording as it comes through a pipe, in a thread of its own: who writes there is not held up while a window
/// is transcribed, but for what nobody has taken for a minute.
class PipeListener {
 public:
  /// Waits for the beginning. Throws Error as AudioFile.
  explicit PipeListener(std::shared_ptr<Pipe> pipe);
  PipeListener(const PipeListener&) = delete;
  PipeListener& operator=(const PipeListener&) = delete;
  ~PipeListener() { stop(); }

  /// What has come since, at 16 kHz; nothing after the end.
  std::optional<std::vector<float>> take();
  /// Nothing more is read.
  void stop();
  /// Reads nothing more, and says why the end came before the recording's own: empty where it did not, or stop() made
  /// it.
  std::string broken();

 private:
  void read();

  std::shared_ptr<Pipe> pipe_;
  AudioFile file_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::vector<float> heard_;
  bool ended_ = false, stopped_ = false;
  std::string failure_;
  std::thread thread_;
};

}  // namespace wick
