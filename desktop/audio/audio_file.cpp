#include "audio/audio_file.h"

#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "audio/cut_off.h"
#include "audio/mix.h"
#include "audio/pipe.h"
#include "audio/resampler.h"
#include "core/audio/log_mel.h"
#include "core/error.h"

namespace wick {
namespace {

constexpr int kSecondsAtOnce = 4;
constexpr int kMostAtOnce = 1 << 20;  // numbers, of a file with many channels

/// A source, as libsndfile wants to read it. Its own errors wait here, C code has no place for them.
struct Reading {
  SourcePtr source;
  sf_count_t at = 0;
  std::string error;

  sf_count_t size() const { return static_cast<sf_count_t>(source->size()); }

  sf_count_t read(void* into, sf_count_t count) {
    const sf_count_t some = std::clamp<sf_count_t>(count, 0, size() - at);
    try {
      source->read(static_cast<std::uint64_t>(at), {static_cast<std::byte*>(into), static_cast<std::size_t>(some)});
    } catch (const std::exception& failed) {
      error = failed.what();
      return 0;
    }
    at += some;
    return some;
  }

  static Reading& of(void* user) { return *static_cast<Reading*>(user); }
  static SF_VIRTUAL_IO calls() {
    return {.get_filelen = [](void* user) { return of(user).size(); },
            .seek =
                [](sf_count_t offset, int whence, void* user) {
                  Reading& r = of(user);
                  const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? r.at : r.size();
                  return r.at = std::clamp<sf_count_t>(offset, -base, r.size() - base) + base;
                },
            .read = [](void* into, sf_count_t count, void* user) { return of(user).read(into, count); },
            .write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
            .tell = [](void* user) { return of(user).at; }};
  }
};

}  // namespace

struct AudioFile::State {
  Reading reading;
  SF_INFO info{};
  std::unique_ptr<SNDFILE, decltype(&sf_close)> file{nullptr, sf_close};
  std::unique_ptr<Resampler> resampler;
  std::vector<float> frames;   // of the file, interleaved
  std::vector<float> pending;  // at 16 kHz, not asked for yet, from `next` on
  std::size_t next = 0;
  sf_count_t frames_read = 0;
  bool ended = false;
  SoundBreak broken;

  explicit State(SourcePtr source);
  void fill();
  std::vector<float> mix(std::size_t count);
  void end();
  void break_off(bool damaged, const std::string& why);
};

AudioFile::State::State(SourcePtr source) : reading{std::move(source), 0, {}} {
  const std::string& name = reading.source->name();
  if (reading.size() == 0) throw Error("{}: the recording is empty", name);
  SF_VIRTUAL_IO calls = Reading::calls();
  file.reset(sf_open_virtual(&calls, SFM_READ, &info, &reading));
  if (!reading.error.empty()) throw Error(ErrorKind::io, reading.error);
  if (!file) throw Error("{}: not a recording that can be read: {}", name, sf_strerror(nullptr));
  try {
    resampler = std::make_unique<Resampler>(info.samplerate);
  } catch (const Error& error) {
    throw Error("{}: {}", name, error.what());
  }
  const int most = std::max(kMostAtOnce / info.channels / kSecondsAtOnce, 1);
  frames.resize(static_cast<std::size_t>(std::min(info.samplerate, most) * kSecondsAtOnce) *
                static_cast<std::size_t>(info.channels));
}

void AudioFile::State::fill() {
  const auto channels = static_cast<std::size_t>(info.channels);
  const auto most = static_cast<sf_count_t>(frames.size() / channels);
  const auto count = static_cast<std::size_t>(std::max<sf_count_t>(sf_readf_float(file.get(), frames.data(), most), 0));
  const std::vector<float> mono = mix(count);
  frames_read += static_cast<sf_count_t>(mono.size());
  if (count == 0) end();
  if (mono.size() < count) break_off(true, "samples that are no numbers follow");
  pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(next));
  next = 0;
  const std::vector<float> made = resampler->push(mono, ended);
  pending.insert(pending.end(), made.begin(), made.end());
}

/// The mean of the channels of `count` frames, up to the first that is no number.
std::vector<float> AudioFile::State::mix(std::size_t count) {
  const auto channels = static_cast<std::size_t>(info.channels);
  std::vector<float> mono;
  mono.reserve(count);
  for (std::size_t frame = 0; frame < count; ++frame) {
    const float mean = mean_of(std::span(frames).subspan(frame * channels, channels));
    if (!is_sound(mean)) break;
    mono.push_back(mean);
  }
  return mono;
}

void AudioFile::State::end() {
  ended = true;
  const bool knows_length = info.frames > 0 && info.frames < SF_COUNT_MAX;
  const bool misses_some = knows_length && info.frames - frames_read > info.samplerate / 10;  // an estimate, in mp3
  if (!reading.error.empty()) {
    break_off(true, reading.error);
  } else if (sf_error(file.get()) != SF_ERR_NO_ERROR) {
    break_off(true, sf_strerror(file.get()));
  } else if (misses_some || is_cut_off(*reading.source)) {
    break_off(false, "it is cut off or damaged there");
  }
}

void AudioFile::State::break_off(bool damaged, const std::string& why) {
  ended = true;
  const double seconds = static_cast<double>(frames_read) / info.samplerate;
  broken = {damaged, fmt::format("{}: only the first {:.1f} s can be used: {}", reading.source->name(), seconds, why)};
}

AudioFile::AudioFile(SourcePtr source) : state_(std::make_unique<State>(std::move(source))) {}
AudioFile::AudioFile(AudioFile&&) noexcept = default;
AudioFile::~AudioFile() = default;

std::vector<float> AudioFile::read(std::size_t most) {
  State& s = *state_;
  while (s.pending.size() - s.next < most && !s.ended) s.fill();
  const auto first = s.pending.begin() + static_cast<std::ptrdiff_t>(s.next);
  const std::size_t count = std::min(most, s.pending.size() - s.next);
  s.next += count;
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

bool AudioFile::ended() {
  State& s = *state_;
  while (s.pending.size() == s.next && !s.ended) s.fill();
  return s.pending.size() == s.next;
}

double AudioFile::seconds() const {
  const SF_INFO& info = state_->info;
  return info.frames < SF_COUNT_MAX ? static_cast<double>(info.frames) / info.samplerate : 0;
}

const SoundBreak& AudioFile::broken() const { return state_->broken; }

AudioFile open_audio(const std::string& path) {
  if (path == "-") return AudioFile(pipe_source("standard input", STDIN_FILENO));
  std::error_code ignored;
  if (!std::filesystem::is_fifo(path, ignored)) return AudioFile(open_file(path));
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> pipe(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!pipe) throw Error(ErrorKind::io, fmt::format("{}: cannot open: {}", path, std::strerror(errno)));
  return AudioFile(pipe_source(path, ::fileno(pipe.get())));
}

}  // namespace wick
