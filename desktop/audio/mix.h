#pragma once
// Of several channels one.
#include <span>

namespace wick {

/// The mean of a frame, which has a sample of each channel.
inline float mean_of(std::span<const float> frame) {
  float sum = 0;
  for (const float sample : frame) sum += sample;
  return sum / static_cast<float>(frame.size());
}

}  // namespace wick
