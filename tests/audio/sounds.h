#pragma once
// Recordings made byte by byte, and all that is heard of one.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "audio/audio_file.h"

namespace wick {

template <class Number>
void put(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// A wav file of 32-bit floats.
inline std::string wav(const std::vector<float>& samples, int channels, int rate) {
  const auto size = static_cast<std::uint32_t>(samples.size() * sizeof(float));
  std::string bytes = "RIFF";
  put(bytes, 36 + size);
  bytes += "WAVEfmt ";
  put(bytes, std::uint32_t{16});
  put(bytes, std::uint16_t{3});
  put(bytes, static_cast<std::uint16_t>(channels));
  put(bytes, static_cast<std::uint32_t>(rate));
  put(bytes, static_cast<std::uint32_t>(rate * channels * 4));
  put(bytes, static_cast<std::uint16_t>(channels * 4));
  put(bytes, std::uint16_t{32});
  bytes += "data";
  put(bytes, size);
  for (const float sample : samples) put(bytes, sample);
  return bytes;
}

inline std::vector<float> read_all(AudioFile& file, std::size_t piece = 10000) {
  std::vector<float> samples;
  for (std::vector<float> more; !(more = file.read(piece)).empty();) {
    samples.insert(samples.end(), more.begin(), more.end());
  }
  return samples;
}

}  // namespace wick
