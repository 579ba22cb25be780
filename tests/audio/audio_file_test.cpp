// Recordings as files: made here byte by byte, so that each says of itself what a test wants.
#include "audio/audio_file.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "audio/cut_off.h"
#include "audio/resampler.h"
#include "core/error.h"
#include "core/random.h"
#include "sounds.h"

using namespace wick;

namespace {

SourcePtr source_of(const std::string& bytes) {
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  return memory_source("a.wav", {first, first + bytes.size()});
}

AudioFile open(const std::string& bytes) { return AudioFile(source_of(bytes)); }

std::vector<float> tone(std::size_t samples, double hertz, int rate) {
  std::vector<float> values(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    values[i] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
  }
  return values;
}

constexpr std::size_t kMp3Frame = 576, kMp3Delay = 529;  // samples, the latter of the decoder and left out

/// Silence as mp3, mono, 16 kHz: `frames` of them, which the one before them counts.
std::string mp3(std::uint8_t frames) {
  constexpr std::size_t kBytes = 288, kHeaderAndSides = 13;
  std::string silence = "\xFF\xF3\x88\xC4";
  silence.resize(kBytes);
  std::string bytes = silence;
  bytes.replace(kHeaderAndSides, 4, "Xing");
  bytes[kHeaderAndSides + 7] = 1;  // the count of frames follows
  bytes[kHeaderAndSides + 11] = static_cast<char>(frames);
  for (int i = 0; i < frames; ++i) bytes += silence;
  return bytes;
}

/// An ogg page of one packet.
std::string ogg_page(int flags, std::size_t size) {
  std::string page = "OggS";
  page += '\0';
  page += static_cast<char>(flags);
  page.append(20, '\0');
  page += '\1';
  page += static_cast<char>(size);
  return page.append(size, 'x');
}

}  // namespace

TEST_CASE("resampler: pieces of any size make what the whole makes at once") {
  const int rate = GENERATE(8000, 11025, 22050, 44100, 48000, 192000);
  CAPTURE(rate);
  const std::vector<float> samples = tone(30001, 300, rate);
  const std::vector<float> whole = Resampler(rate).push(samples, true);
  CHECK(static_cast<double>(whole.size()) == Approx(30001.0 * 16000 / rate).margin(1));
  for (const std::size_t piece : {1U, 777U, 16384U}) {
    Resampler resampler(rate);
    std::vector<float> together;
    for (std::size_t at = 0; at < samples.size(); at += piece) {
      const std::size_t count = std::min(piece, samples.size() - at);
      const auto made = resampler.push(std::span(samples).subspan(at, count), false);
      together.insert(together.end(), made.begin(), made.end());
    }
    const auto last = resampler.push({}, true);
    together.insert(together.end(), last.begin(), last.end());
    REQUIRE(together.size() == whole.size());
    double error = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      error = std::max(error, std::abs(static_cast<double>(together[i]) - static_cast<double>(whole[i])));
    }
    CHECK(error < 1e-5);
  }
}

TEST_CASE("audio file: a tone is the same tone at 16 kHz, whatever its rate and its channels") {
  const int rate = GENERATE(8000, 16000, 44100);
  const int channels = GENERATE(1, 2, 8);
  CAPTURE(rate, channels);
  std::vector<float> frames;
  for (const float sample : tone(static_cast<std::size_t>(rate), 440, rate)) {
    for (int channel = 0; channel < channels; ++channel) frames.push_back(channel % 2 == 0 ? sample : 0.5F * sample);
  }
  AudioFile file = open(wav(frames, channels, rate));
  CHECK(file.seconds() == 1);
  const std::vector<float> heard = read_all(file, 1234), expected = tone(16000, 440, 16000);
  REQUIRE(std::abs(std::ssize(heard) - 16000) <= 1);
  const float gain = channels == 1 ? 1.0F : 0.75F;  // of the mean
  float error = 0;
  for (std::size_t i = 500; i < 15500; ++i) error = std::max(error, std::abs(heard[i] - gain * expected[i]));
  CHECK(error < 2e-3F);
  CHECK(file.ended());
  CHECK(file.broken().empty());
}

TEST_CASE("audio file: as many samples as are asked for, fewer only at the end") {
  AudioFile file = open(wav(std::vector<float>(100000), 1, 16000));
  CHECK(file.read(70000).size() == 70000);
  CHECK_FALSE(file.ended());
  CHECK(file.read(70000).size() == 30000);
  CHECK(file.ended());
  CHECK(file.read(1).empty());
}

TEST_CASE("audio file: the first sample that is no number ends it, what came before is kept") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -3e38F}) {
    for (const int rate : {16000, 8000}) {
      std::vector<float> samples(100000);
      samples[80000] = bad;
      AudioFile file = open(wav(samples, 1, rate));
      const std::vector<float> heard = read_all(file);
      CHECK(std::abs(std::ssize(heard) - 80000L * 16000 / rate) <= 1);
      CHECK(std::all_of(heard.begin(), heard.end(), [](float x) { return x == 0; }));
      CHECK(file.broken() == fmt::format("a.wav: only the first {:.1f} s can be used: samples that are no "
                                         "numbers follow",
                                         80000.0 / rate));
    }
  }
}

TEST_CASE("audio file: one without a single number says so") {
  for (const std::size_t frames : {5U, 100000U}) {
    AudioFile file = open(wav(std::vector<float>(frames, std::numeric_limits<float>::quiet_NaN()), 1, 16000));
    CHECK(file.ended());
    CHECK(file.broken() == "a.wav: nothing of it can be used: its samples are no numbers");
  }
}

TEST_CASE("audio file: channels that cancel each other out are heard by the first, others by their mean") {
  std::vector<float> frames;
  for (const float sample : tone(16000, 440, 16000)) frames.insert(frames.end(), {sample, -sample});
  for (const float sample : tone(16000, 440, 16000)) frames.insert(frames.end(), {sample, -0.5F * sample});
  AudioFile file = open(wav(frames, 2, 16000));
  const std::vector<float> heard = read_all(file);
  REQUIRE(heard.size() == 32000);
  for (std::size_t i = 0; i < 16000; ++i) REQUIRE(heard[i] == frames[2 * i]);
  for (std::size_t i = 16000; i < 32000; ++i) REQUIRE(heard[i] == 0.25F * frames[2 * i]);
}

TEST_CASE("audio file: mp3 files that are joined to one are all heard") {
  const std::string tag = "TAG" + std::string(125, 'x');
  for (const std::string& between : {std::string(), tag}) {
    AudioFile file = open(mp3(20) + between + mp3(30) + between + mp3(7) + between);
    CHECK(file.seconds() == Approx(static_cast<double>(20 * kMp3Frame - kMp3Delay) / 16000));
    CHECK(read_all(file).size() == 57 * kMp3Frame - 3 * kMp3Delay);
    CHECK(file.broken().empty());
  }
  AudioFile file = open(mp3(20) + std::string(3000, 'x'));  // something else that a program put there
  CHECK(read_all(file).size() == 20 * kMp3Frame - kMp3Delay);
  CHECK(file.broken().empty());
}

TEST_CASE("audio file: all that comes before damage in an mp3 is heard") {
  const std::string whole = mp3(200);
  std::string damaged = whole;
  damaged.replace(whole.size() / 2, 20000, 20000, 'x');
  AudioFile file = open(damaged);
  const std::size_t heard = read_all(file).size();
  CHECK(heard >= 99 * kMp3Frame - kMp3Delay);
  CHECK(heard <= 101 * kMp3Frame);
  CHECK(file.broken() == "a.wav: only the first 3.5 s can be used: it is damaged there");
}

TEST_CASE("audio file: one that is cut off is read as far as it goes and says so") {
  const std::string whole = wav(std::vector<float>(32000), 1, 16000);
  AudioFile file = open(whole.substr(0, whole.size() / 2));
  CHECK(std::abs(std::ssize(read_all(file)) - 16000) < 20);
  CHECK(file.broken() == "a.wav: only the first 1.0 s can be used: it is cut off or damaged there");
}

TEST_CASE("audio file: a wav from a pipe does not know its length, and is whole") {
  for (const std::uint32_t size : {0xFFFFFFFFU, 0x7FFFFFFFU, 0x7FFFF024U}) {
    std::string bytes = wav(std::vector<float>(32000), 1, 16000);
    std::memcpy(bytes.data() + 4, &size, 4);
    std::memcpy(bytes.data() + 40, &size, 4);
    AudioFile file = open(bytes);
    CHECK(read_all(file).size() == 32000);
    CHECK(file.broken().empty());
  }
}

TEST_CASE("audio file: an ogg stream is whole where its last page says so and is all there") {
  const std::string whole = ogg_page(2, 30) + ogg_page(0, 200) + ogg_page(4, 100);
  CHECK_FALSE(is_cut_off(*source_of(whole)));
  for (std::size_t size = 8; size < whole.size(); ++size) CHECK(is_cut_off(*source_of(whole.substr(0, size))));
}

TEST_CASE("audio file: what is no recording is an error that names it") {
  CHECK_THROWS_WITH(open(""), "a.wav: the recording is empty");
  CHECK_THROWS_WITH(open("A letter to a friend"), Catch::StartsWith("a.wav: not a recording that can be read: "));
  CHECK_THROWS_WITH(open(wav({0, 0}, 1, 3)), "a.wav: 3 Hz cannot be resampled to 16000: the rates are too far apart");
  CHECK_THROWS_WITH(open_audio("none.wav"), "none.wav: no such file");
  CHECK_THROWS_WITH(open_audio("/"), "/: is a folder, expected a file");
}
