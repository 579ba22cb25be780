#pragma once
// Whisper's input: the logarithm of the energy in mel bands, 100 frames a second.
#include <span>
#include <vector>

#include "core/tensor.h"

namespace wick {

/// What Whisper hears: mono, samples in [-1, 1].
inline constexpr Index kSampleRate = 16000;  // Hz
inline constexpr Index kHop = 160;           // samples from one frame to the next

/// Whether a number can be a sample: no NaN and nothing infinite, nor so large that its energy would be. Integers of 32
/// bits that nobody has scaled still can.
inline bool is_sound(float sample) { return sample >= -1e10F && sample <= 1e10F; }

/// The filters of Slaney's Auditory Toolbox over a Hann-windowed spectrum of 400 samples, as whisper/audio.py has them
/// (librosa.filters.mel(sr=16000, n_fft=400)).
class LogMel {
 public:
  /// 80 bands, or 128 for large-v3. Throws Error for fewer than 1 or more than 200.
  explicit LogMel(Index bands);

  Index bands() const { return static_cast<Index>(filters_.size()); }
  /// Frames of `samples` samples: whole hops.
  static Index frames(Index samples) { return samples / kHop; }
  /// log10 of the energies, at least 1e-10, of frames [first, first + count): [count, bands]. Frame t is centred at
  /// sample kHop * t; before the first sample the audio is mirrored, after the last it is silent.
  Tensor energies(std::span<const float> samples, Index first, Index count, const Device& device) const;

 private:
  /// A triangle over the spectrum's bins.
  struct Filter {
    Index first;  // bin
    std::vector<float> weights;
  };
  std::vector<Filter> filters_;  // [bands]
  std::vector<float> window_;    // [400]
};

/// What the encoder takes, in place: nothing lies more than 8 (80 dB) below `loudest`, the largest of the whole
/// recording, and speech is about in [-1, 1]. Samples in another scale, as of 16 bits, come out as if they were lower.
void normalise_log_mel(Tensor& energies, float loudest);

}  // namespace wick
