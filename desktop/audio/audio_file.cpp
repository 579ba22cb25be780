#include "audio/audio_file.h"

#include <samplerate.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>

#include "core/audio/log_mel.h"
#include "core/error.h"

namespace wick {
namespace {

constexpr sf_count_t kFramesAtOnce = 1 << 16;

struct Recording {
  std::vector<float> samples;  // mono
  int rate;                    // Hz
};

/// Reads and mixes whatever libsndfile has opened.
Recording read_mono(SNDFILE* file, const SF_INFO& info) {
  Recording recording{{}, info.samplerate};
  const auto channels = static_cast<std::size_t>(info.channels);
  std::vector<float> frames(static_cast<std::size_t>(kFramesAtOnce) * channels);
  for (sf_count_t count; (count = sf_readf_float(file, frames.data(), kFramesAtOnce)) > 0;) {
    for (std::size_t frame = 0; frame < static_cast<std::size_t>(count); ++frame) {
      float sum = 0;
      for (std::size_t channel = 0; channel < channels; ++channel) sum += frames[frame * channels + channel];
      recording.samples.push_back(sum / static_cast<float>(channels));
    }
  }
  return recording;
}

/// A file in memory, as libsndfile wants to read it.
struct Memory {
  std::string bytes;
  sf_count_t at = 0;

  sf_count_t size() const { return static_cast<sf_count_t>(bytes.size()); }

  static Memory& of(void* user) { return *static_cast<Memory*>(user); }
  static SF_VIRTUAL_IO calls() {
    return {.get_filelen = [](void* user) { return of(user).size(); },
            .seek =
                [](sf_count_t offset, int whence, void* user) {
                  Memory& m = of(user);
                  const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? m.at : m.size();
                  return m.at = std::clamp<sf_count_t>(base + offset, 0, m.size());
                },
            .read =
                [](void* into, sf_count_t count, void* user) {
                  Memory& m = of(user);
                  const sf_count_t some = std::min(count, m.size() - m.at);
                  std::memcpy(into, m.bytes.data() + m.at, static_cast<std::size_t>(some));
                  m.at += some;
                  return some;
                },
            .write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
            .tell = [](void* user) { return of(user).at; }};
  }
};

using File = std::unique_ptr<SNDFILE, decltype(&sf_close)>;

/// The error of the last file that would not open.
[[noreturn]] void cannot_read(const std::string& name) {
  throw Error("{}: not a recording that can be read: {}", name, sf_strerror(nullptr));
}

Recording read_file(const std::string& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status)) throw Error(ErrorKind::io, fmt::format("{}: no such file", path));
  if (std::filesystem::is_directory(status)) throw Error("{}: a folder, not a recording", path);
  SF_INFO info{};
  const File file(sf_open(path.c_str(), SFM_READ, &info), sf_close);
  if (!file) cannot_read(path);
  return read_mono(file.get(), info);
}

Recording read_standard_input() {
  Memory memory{{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()}};
  SF_VIRTUAL_IO calls = Memory::calls();
  SF_INFO info{};
  const File file(sf_open_virtual(&calls, SFM_READ, &info, &memory), sf_close);
  if (!file) cannot_read("standard input");
  return read_mono(file.get(), info);
}

std::vector<float> resampled(Recording recording) {
  if (recording.rate == kSampleRate || recording.samples.empty()) return std::move(recording.samples);
  const double ratio = static_cast<double>(kSampleRate) / recording.rate;
  std::vector<float> result(static_cast<std::size_t>(std::ceil(static_cast<double>(recording.samples.size()) * ratio)) +
                            1);
  SRC_DATA data{};
  data.data_in = recording.samples.data();
  data.input_frames = static_cast<long>(recording.samples.size());
  data.data_out = result.data();
  data.output_frames = static_cast<long>(result.size());
  data.src_ratio = ratio;
  if (const int error = src_simple(&data, SRC_SINC_MEDIUM_QUALITY, 1)) {
    throw Error("{} Hz cannot be resampled to {}: {}", recording.rate, kSampleRate, src_strerror(error));
  }
  result.resize(static_cast<std::size_t>(data.output_frames_gen));
  return result;
}

}  // namespace

std::vector<float> read_audio(const std::string& path) {
  return resampled(path == "-" ? read_standard_input() : read_file(path));
}

}  // namespace wick
