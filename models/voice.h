#pragma once
// Where in a recording somebody speaks: Silero VAD (https://github.com/snakers4/silero-vad), a short-time Fourier
// transform, four convolutions and an LSTM.
#include <memory>
#include <span>
#include <vector>

#include "core/checkpoint.h"
#include "core/nn.h"

namespace wick {

inline constexpr Index kVoiceWindow = 512;  // samples at 16 kHz for each of its answers: 32 ms

class VoiceDetector {
 public:
  /// From whisper.cpp's ggml file of it. Throws Error for another file.
  static std::shared_ptr<const VoiceDetector> load(const SourcePtr& source, const Device& device);
  /// The one that is built in.
  static std::shared_ptr<const VoiceDetector> built_in(const Device& device);

 private:
  friend class VoiceStream;
  struct Convolution {
    Linear taps;  // [channels * 3] -> [outputs]
    Index step;
  };
  static constexpr Index kConvolutions = 4, kHidden = 128;

  /// The LSTM's input, and its share of the gates, of windows with what comes before them: [windows, 4 * kHidden].
  Tensor gates(const Tensor& windows) const;

  Device device_ = Device::cpu(1);
  Linear fourier_;  // [256] -> the real, then the imaginary parts of 129 frequencies
  Convolution convolutions_[kConvolutions];
  Linear input_, recurrent_;   // [kHidden] -> the gates i, f, g, o
  std::vector<float> output_;  // [kHidden]
  float output_bias_ = 0;
};

/// One recording, as it comes.
class VoiceStream {
 public:
  explicit VoiceStream(std::shared_ptr<const VoiceDetector> detector) : detector_(std::move(detector)) {}

  /// The next samples, 16 kHz mono.
  void push(std::span<const float> samples) { tail_.insert(tail_.end(), samples.begin(), samples.end()); }
  /// No more will come: what is left is a window with silence after it.
  void finish();
  /// Hears some seconds more; false if the samples so far make no window more.
  bool advance();
  /// How likely each window so far is speech.
  std::span<const float> probabilities() const { return probabilities_; }

 private:
  void hear(std::span<const float> samples);
  float gain(std::span<const float> samples);

  std::shared_ptr<const VoiceDetector> detector_;
  std::vector<float> tail_;  // samples of windows that were not heard, from window next_ of it on
  Index next_ = 0;
  float loudness_ = 0;          // root mean square of the loudest window of late
  std::vector<float> context_;  // the last samples of the window before
  std::vector<float> hidden_, cell_;
  std::vector<float> probabilities_;
};

/// A stretch of a recording, in seconds.
struct TimeSpan {
  double begin, end;
};

struct SpeechOptions {
  double threshold = 0.5;     // speech begins above it and ends 0.15 below it
  double least_speech = 0.1;  // seconds; what is shorter is a noise
  double least_silence = 2;   // seconds; what is shorter is a pause in speech
  double before = 0.4;        // seconds of sound kept before speech
  double after = 0.4;         // and after it
};
/// Where somebody speaks, in order, none overlapping.
std::vector<TimeSpan> speech_spans(std::span<const float> probabilities, const SpeechOptions& options = {});
/// Whether somebody speaks anywhere between two times, in seconds.
bool is_speech_between(std::span<const TimeSpan> speech, double begin, double end);

}  // namespace wick
