#pragma once
// Recordings as files: wav, flac, mp3, ogg, opus, aiff and what else libsndfile reads.
#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"

namespace wick {

/// A recording as Whisper hears it, the mean of its channels resampled to 16 kHz, read piece by piece: an hour of it
/// takes no more memory than a second.
class AudioFile {
 public:
  /// Throws Error for what is no recording.
  explicit AudioFile(SourcePtr source);
  AudioFile(AudioFile&&) noexcept;
  ~AudioFile();

  /// The next samples: `most` of them, fewer only at the end, none after it.
  std::vector<float> read(std::size_t most);
  /// Whether nothing is left to read.
  bool ended();
  /// How long the file claims to be; 0 if it does not say.
  double seconds() const;

  /// Whether and why what was read ends before its end: the file is cut off, or damaged so that nothing after that
  /// place can be trusted. `reason`: "x.wav: only the first 5.5 s can be used: ...".
  struct Break {
    bool damaged = false;
    std::string reason;
  };
  /// Known once all is read.
  const Break& broken() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A file by its path; "-" is standard input, and a pipe is read to its end first. Throws Error for one that is
/// missing, a folder or no recording, saying which.
AudioFile open_audio(const std::string& path);

}  // namespace wick
