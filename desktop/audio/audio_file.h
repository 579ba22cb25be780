#pragma once
// Recordings as files: wav, flac, mp3, ogg, opus, aiff and what else libsndfile reads.
#include <memory>
#include <string>
#include <vector>

#include "core/audio/log_mel.h"
#include "core/byte_source.h"

namespace wick {

class Pipe;

/// A recording, its channels mixed and resampled, as a rule to the 16 kHz that Whisper hears, read piece by piece: an
/// hour of it takes no more memory than a second. Of mp3 files that were joined to one, all are heard.
class AudioFile {
 public:
  /// At `rate` samples a second. Throws Error for what is no recording.
  explicit AudioFile(SourcePtr source, int rate = static_cast<int>(kSampleRate));
  /// What comes through a pipe, where it is a wav while it comes: read() waits for it.
  explicit AudioFile(const std::shared_ptr<Pipe>& pipe);
  AudioFile(AudioFile&&) noexcept;
  ~AudioFile();

  /// The next samples: `most` of them, fewer only at the end, none after it.
  std::vector<float> read(std::size_t most);
  /// Whether nothing is left to read.
  bool ended();
  /// How long the file claims to be, of joined ones the first; 0 if it does not say.
  double seconds() const;
  /// Of the file, not of what read() gives.
  int channels() const;
  int rate() const;  // Hz
  /// Goes on at a place, in seconds from the beginning: at once where the format knows places, else by reading up to
  /// there. What broken() tells begins anew.
  void seek(double seconds);

  /// Known once all is read: why the sound ended before its end, as it is cut off, or so damaged that nothing after
  /// that place can be used: "x.wav: only the first 5.5 s can be used: ...". Empty where all of it was there.
  const std::string& broken() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A file by its path; "-" is standard input, and a pipe is read to its end first. Throws Error for one that is
/// missing, a folder or no recording, saying which.
AudioFile open_audio(const std::string& path);

}  // namespace wick
