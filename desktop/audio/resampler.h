#pragma once
// From one rate to another, by a windowed sinc, in pieces.
#include <memory>
#include <span>
#include <vector>

#include "core/audio/log_mel.h"

namespace wick {

class Resampler {
 public:
  /// From `rate` Hz to `wanted`, as a rule the one that Whisper hears. Throws Error for rates that are too far apart.
  explicit Resampler(int rate, int wanted = static_cast<int>(kSampleRate));

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
