#pragma once
// Of several channels one.
#include <cstddef>
#include <span>

namespace wick {

/// The channels of a block of frames as one: the mean of each frame, into `mono`. Where that has less than a hundredth
/// of the channels' mean energy, as of a pair of which one is wired the wrong way round, they cancel each other out,
/// and the first channel is taken. `frames`: [mono.size(), channels].
inline void mix(std::span<const float> frames, std::span<float> mono) {
  if (mono.empty()) return;
  constexpr double kCancelled = 0.01;
  const std::size_t channels = frames.size() / mono.size();
  double of_channels = 0, of_mean = 0;
  for (std::size_t i = 0; i < mono.size(); ++i) {
    float sum = 0;
    for (const float sample : frames.subspan(i * channels, channels)) {
      sum += sample;
      of_channels += static_cast<double>(sample) * static_cast<double>(sample);
    }
    mono[i] = sum / static_cast<float>(channels);
    of_mean += static_cast<double>(mono[i]) * static_cast<double>(mono[i]);
  }
  if (of_mean >= kCancelled * of_channels / static_cast<double>(channels)) return;
  for (std::size_t i = 0; i < mono.size(); ++i) mono[i] = frames[i * channels];
}

}  // namespace wick
