#include "audio/audio_file.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <optional>

#include "audio/cut_off.h"
#include "audio/mix.h"
#include "audio/pipe.h"
#include "audio/quiet.h"
#include "audio/resampler.h"
#include "core/audio/log_mel.h"
#include "core/error.h"

namespace wick {
namespace {

constexpr int kBlocksASecond = 4;
constexpr std::size_t kMostAtOnce = 1 << 20;  // numbers, of a file with many channels
// Of an mp3 that is damaged, libsndfile forgets what it has read so far in the same call: half an mp3's frame at most.
constexpr std::size_t kFramesACall = 576;

/// A source from a place on, as libsndfile wants to read it. Its own errors wait here, C code has no place for them.
struct Reading {
  SourcePtr source;
  std::shared_ptr<Pipe> pipe;  // the source, where its bytes may still come
  sf_count_t first = 0;        // byte of the source
  sf_count_t at = 0;
  std::string error;

  sf_count_t size() const { return static_cast<sf_count_t>(source->size()) - first; }

  sf_count_t read(void* into, sf_count_t count) {
    sf_count_t some = 0;
    try {
      if (pipe) pipe->wait_for(static_cast<std::uint64_t>(first + at + count));
      some = std::clamp<sf_count_t>(count, 0, std::max<sf_count_t>(size() - at, 0));
      source->read(static_cast<std::uint64_t>(first + at),
                   {static_cast<std::byte*>(into), static_cast<std::size_t>(some)});
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
  int out_rate;                // samples a second
  std::vector<float> pending;  // at that rate, not asked for yet, from `next` on
  std::size_t next = 0;
  sf_count_t frames_read = 0;
  double seconds_claimed = 0;
  double seconds_read = 0;  // of all files that are joined
  bool file_ended = false, ended = false;
  std::string broken;

  State(SourcePtr source, std::shared_ptr<Pipe> pipe, int rate);
  bool open();
  void begin();
  bool open_joined();
  bool is_mp3() const { return (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG; }
  void fill();
  std::size_t read_frames();
  std::string why_broken() const;
  void break_off(const std::string& why);
  bool jump(double seconds);
};

AudioFile::State::State(SourcePtr source, std::shared_ptr<Pipe> pipe, int rate)
    : reading{.source = std::move(source), .pipe = std::move(pipe), .error = {}}, out_rate(rate) {
  const std::string& name = reading.source->name();
  if (reading.size() == 0) throw Error("{}: the recording is empty", name);
  const bool opened = open();
  if (!reading.error.empty()) throw Error(ErrorKind::io, reading.error);
  if (!opened) {
    throw Error(
        "{}: not a recording that can be read: {} Wav, flac, mp3, ogg, opus and aiff can; convert others first.", name,
        sf_strerror(nullptr));
  }
  begin();
  if (info.frames < SF_COUNT_MAX) seconds_claimed = static_cast<double>(info.frames) / info.samplerate;
}

/// Opens what the source has from reading.first on; false if that is no recording.
bool AudioFile::State::open() {
  const QuietLibraries quiet;
  SF_VIRTUAL_IO calls = Reading::calls();
  info = {};
  reading.at = 0;
  file.reset(sf_open_virtual(&calls, SFM_READ, &info, &reading));
  return file && reading.error.empty();
}

/// Makes ready to read the file that is open. Throws Error for a rate that cannot be resampled.
void AudioFile::State::begin() {
  try {
    resampler = std::make_unique<Resampler>(info.samplerate, out_rate);
  } catch (const Error& error) {
    throw Error("{}: {}", reading.source->name(), error.what());
  }
  const auto channels = static_cast<std::size_t>(info.channels);
  const auto rate = static_cast<std::size_t>(info.samplerate);
  frames.resize(std::clamp<std::size_t>(rate / kBlocksASecond, 1, std::max<std::size_t>(kMostAtOnce / channels, 1)) *
                channels);
  frames_read = 0;
  file_ended = false;
}

/// Where an mp3 has ended, opens another that somebody put behind it; false if nothing follows but tags.
bool AudioFile::State::open_joined() {
  constexpr sf_count_t kTag = 128;  // ID3v1
  if (!is_mp3()) return false;
  file.reset();
  reading.first += reading.at;
  reading.at = 0;
  std::array<char, 3> start{};
  reading.read(start.data(), start.size());
  if (std::string_view(start.data(), start.size()) == "TAG") reading.first += std::min(kTag, reading.size());
  if (reading.size() == 0 || !open() || !is_mp3()) return false;
  begin();
  return true;
}

void AudioFile::State::fill() {
  const auto channels = static_cast<std::size_t>(info.channels);
  const std::size_t count = read_frames();
  const auto first = frames.begin(), last = first + static_cast<std::ptrdiff_t>(count * channels);
  const auto bad = static_cast<std::size_t>(std::find_if_not(first, last, is_sound) - first) / channels;
  std::vector<float> mono(std::min(bad, count));
  mix(std::span(frames).first(mono.size() * channels), mono);
  frames_read += static_cast<sf_count_t>(mono.size());
  seconds_read += static_cast<double>(mono.size()) / info.samplerate;
  if (mono.size() < count) {
    break_off(seconds_read == 0 ? "its samples are no numbers" : "samples that are no numbers follow");
  } else if (file_ended) {
    if (const std::string why = why_broken(); !why.empty()) break_off(why);
  }
  pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(next));
  next = 0;
  const std::vector<float> made = resampler->push(mono, file_ended);
  pending.insert(pending.end(), made.begin(), made.end());
  if (!file_ended || ended) return;
  ended = !open_joined();
  if (!reading.error.empty()) break_off(reading.error);
}

/// Fills `frames`; where fewer frames are left, the file has ended. Returns how many there are.
std::size_t AudioFile::State::read_frames() {
  std::optional<QuietLibraries> quiet;
  if (is_mp3()) quiet.emplace();
  const auto channels = static_cast<std::size_t>(info.channels);
  const std::size_t most = frames.size() / channels;
  std::size_t count = 0;
  while (count < most && !file_ended) {
    const auto wanted = static_cast<sf_count_t>(std::min(kFramesACall, most - count));
    const sf_count_t some = sf_readf_float(file.get(), frames.data() + count * channels, wanted);
    file_ended = some <= 0;
    if (!file_ended) count += static_cast<std::size_t>(some);
  }
  return count;
}

/// Of a file that has ended; empty where it did so at its end.
std::string AudioFile::State::why_broken() const {
  const bool knows_length = info.frames > 0 && info.frames < SF_COUNT_MAX && !reading.pipe;
  const bool misses_some = knows_length && info.frames - frames_read > info.samplerate / 10;  // an estimate, in mp3
  if (!reading.error.empty()) return reading.error;
  if (is_mp3() && sf_error(file.get()) != SF_ERR_NO_ERROR) return "it is damaged there";  // libsndfile knows no more
  if (sf_error(file.get()) != SF_ERR_NO_ERROR) return sf_strerror(file.get());
  return misses_some || is_cut_off(*reading.source) ? "it is cut off or damaged there" : "";
}

void AudioFile::State::break_off(const std::string& why) {
  file_ended = ended = true;
  const std::string part = seconds_read == 0 ? "nothing of it can be used"
                                             : fmt::format("only the first {:.1f} s can be used", seconds_read);
  broken = fmt::format("{}: {}: {}", reading.source->name(), part, why);
}

/// False where the format or the file does not let it.
bool AudioFile::State::jump(double seconds) {
  const auto frame = static_cast<sf_count_t>(seconds * info.samplerate);
  const bool joined = reading.first > 0;
  if (joined || reading.pipe || info.seekable == 0 || frame > info.frames) return false;
  {
    const QuietLibraries quiet;
    if (sf_seek(file.get(), frame, SEEK_SET) != frame) return false;
  }
  begin();
  pending.clear();
  next = 0;
  frames_read = frame;
  seconds_read = seconds;
  ended = false;
  broken.clear();
  return true;
}

AudioFile::AudioFile(SourcePtr source, int rate) : state_(std::make_unique<State>(std::move(source), nullptr, rate)) {}
AudioFile::AudioFile(const std::shared_ptr<Pipe>& pipe) {
  pipe->wait_for_header();
  state_ = std::make_unique<State>(pipe, pipe, static_cast<int>(kSampleRate));
}
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

void AudioFile::seek(double seconds) {
  seconds = std::max(0.0, seconds);
  if (state_->jump(seconds)) return;
  const int out_rate = state_->out_rate;
  state_ = std::make_unique<State>(state_->reading.source, nullptr, out_rate);
  for (auto left = static_cast<std::size_t>(seconds * out_rate); left > 0;) {
    const std::size_t count = read(std::min(left, static_cast<std::size_t>(out_rate))).size();
    if (count == 0) return;
    left -= count;
  }
}

int AudioFile::channels() const { return state_->info.channels; }
int AudioFile::rate() const { return state_->info.samplerate; }
double AudioFile::seconds() const { return state_->seconds_claimed; }
const std::string& AudioFile::broken() const { return state_->broken; }

AudioFile open_audio(const std::string& path) {
  const std::shared_ptr<Pipe> pipe = open_pipe(path);
  if (!pipe) return AudioFile(open_file(path));
  pipe->wait_for_all();
  return AudioFile(SourcePtr(pipe));
}

}  // namespace wick
