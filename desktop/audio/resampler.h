#pragma once
// From any rate to the one that Whisper hears, by a windowed sinc, in pieces.
#include <memory>
#include <span>
#include <vector>

namespace wick {

class Resampler {
 public:
  /// From `rate` Hz to kSampleRate. Throws Error for a rate that is too far from it.
  explicit Resampler(int rate);

  /// The samples that the next ones of the recording make: all of them together are those of the whole at once,
  /// whatever the pieces. `last`: no more will come.
  std::vector<float> push(std::span<const float> samples, bool last);

 private:
  struct Free {
    void operator()(void* state) const;
  };
  double ratio_;
  std::unique_ptr<void, Free> state_;  // libsamplerate's; null where there is nothing to do
};

}  // namespace wick
