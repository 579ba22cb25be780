#pragma once
// Recordings and reference outputs for the tests of Whisper.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "models/model_files.h"

namespace wick::test {

/// A module under Node, on one thread.
#if defined(__EMSCRIPTEN__)
inline constexpr bool kSlow = true;
#else
inline constexpr bool kSlow = false;
#endif

inline const std::string kShared = WICK_SHARED_DIR "/data/";

/// The samples of a 16-bit mono WAV file.
inline std::vector<float> read_speech(const std::string& name) {
  const std::string bytes = read_text(*open_file(kShared + "speech/" + name));
  const std::size_t begin = bytes.find("data") + 8;
  std::vector<float> samples((bytes.size() - begin) / 2);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::int16_t value;
    std::memcpy(&value, bytes.data() + begin + 2 * i, sizeof value);
    samples[i] = static_cast<float>(value) / 32768;
  }
  return samples;
}

/// As tests/golden/make_voice.py makes them.
inline std::vector<float> noise(std::size_t samples, float gain) {
  std::uint32_t state = 1;
  std::vector<float> values(samples);
  for (float& value : values) {
    state = state * 1664525 + 1013904223;
    value = (static_cast<float>(state >> 16) - 32768) / 32768 * gain;
  }
  return values;
}

inline std::vector<float> tone(std::size_t samples) {
  std::vector<float> values(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    values[i] = static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * 440 / 16000 * static_cast<double>(i)));
  }
  return values;
}

/// The files of a model of the catalogue by their first one, or nothing, said aloud, where it or the shared data is
/// missing.
inline std::optional<ModelFiles> whisper_files(const std::string& name = "whisper-tiny.en") {
  const std::string path = WICK_MODELS_DIR "/" + name + ".model.bin";
  if (!std::filesystem::exists(path) || !std::filesystem::exists(kShared)) {
    WARN("skipped: " << name << " or the shared data is not here");
    return {};
  }
  return ModelFiles::open(path);
}

}  // namespace wick::test
