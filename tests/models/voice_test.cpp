// The voice detector against Silero's own (tests/golden/make_voice.py).
#include "models/voice.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "models/whisper_support.h"

using namespace wick;

namespace {

/// A beginning that says how loud the recording is, then pieces of odd sizes, as a microphone gives them.
std::vector<float> hear(std::span<const float> samples, std::size_t piece) {
  constexpr std::size_t kBeginning = 2 * 16000;
  VoiceStream stream(VoiceDetector::built_in(Device::cpu(2)));
  for (std::size_t at = 0; at < samples.size();) {
    const std::size_t count = std::min(at == 0 ? std::max(kBeginning, piece) : piece, samples.size() - at);
    stream.push(samples.subspan(at, count));
    while (stream.advance()) {
    }
    at += count;
  }
  stream.finish();
  while (stream.advance()) {
  }
  return {stream.probabilities().begin(), stream.probabilities().end()};
}

}  // namespace

TEST_CASE("voice: each 32 ms is as likely speech as Silero's detector says") {
  if (!std::filesystem::exists(test::kShared)) {
    WARN("skipped: the shared data is not here");
    return;
  }
  const auto golden = nlohmann::json::parse(read_text(*open_file(WICK_TESTS_DIR "/golden/whisper/voice.json")));
  for (const auto& [name, expected] : golden.items()) {
    CAPTURE(name);
    const std::vector<float> samples = name == "noise"  ? test::noise(3 * 16000, 0.1F)
                                       : name == "tone" ? test::tone(3 * 16000)
                                                        : test::read_speech(name);
    for (const std::size_t piece : {samples.size(), std::size_t{1001}}) {
      const std::vector<float> got = hear(samples, piece);
      REQUIRE(got.size() == expected.size());
      for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(got[i] == Approx(expected[i].get<float>()).margin(0.01));  // its weights are f16 in our file
      }
    }
  }
}

TEST_CASE("voice: speech is heard at any level, noise at none") {
  const auto spans = [](std::vector<float> samples, float gain) {
    for (float& sample : samples) sample *= gain;
    return speech_spans(hear(samples, samples.size()));
  };
  for (const float gain : {1.0F, 1e-2F, 1e-4F, 0.0F}) {
    CAPTURE(gain);
    CHECK(spans(test::noise(5 * 16000, 0.1F), gain).empty());
  }
  if (!std::filesystem::exists(test::kShared)) {
    WARN("skipped in part: the shared data is not here");
    return;
  }
  const std::vector<float> speech = test::read_speech("jfk.wav");
  const std::vector<TimeSpan> expected = spans(speech, 1);
  for (const float gain : {0.1F, 3e-3F, 3e-4F, 32768.0F}) {
    CAPTURE(gain);
    const std::vector<TimeSpan> got = spans(speech, gain);
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(got[i].begin == Approx(expected[i].begin).margin(0.2));
      CHECK(got[i].end == Approx(expected[i].end).margin(0.2));
    }
  }
}

TEST_CASE("voice: what is kept around speech ends where what is kept around the next begins") {
  std::vector<float> p(100, 0.0F);
  std::fill_n(p.begin() + 10, 4, 1.0F);
  std::fill_n(p.begin() + 40, 4, 1.0F);
  const std::vector<TimeSpan> spans = speech_spans(p, {.least_silence = 0.8, .before = 0.6, .after = 0.3});
  REQUIRE(spans.size() == 2);
  CHECK(spans[0].begin == 0);
  CHECK(spans[0].end == Approx(14 * 0.032 + 0.3));
  CHECK(spans[1].begin == spans[0].end);
}

TEST_CASE("voice: speech is joined over pauses, padded, and noises are left out") {
  std::vector<float> p(400, 0);  // of 12.8 s
  const auto speak = [&](std::size_t from, std::size_t to) {
    std::fill(p.begin() + static_cast<std::ptrdiff_t>(from), p.begin() + static_cast<std::ptrdiff_t>(to), 0.9F);
  };
  speak(0, 31);     // 0 to 1 s
  speak(60, 90);    // after a pause of 0.9 s
  speak(200, 202);  // a noise of 64 ms
  speak(300, 400);  // to the end
  const std::vector<TimeSpan> spans = speech_spans(p);
  REQUIRE(spans.size() == 2);
  CHECK(spans[0].begin == 0);
  CHECK(spans[0].end == Approx(90 * 0.032 + 0.4));
  CHECK(spans[1].begin == Approx(300 * 0.032 - 0.4));
  CHECK(spans[1].end == Approx(12.8));
  CHECK(speech_spans(std::vector<float>(100, 0.1F)).empty());
}

TEST_CASE("voice: speech lies between two times where any of it does") {
  const std::vector<TimeSpan> speech = {{1, 2}, {4, 5}};
  for (const auto& [begin, end] : {std::pair(0.0, 1.1), {1.2, 1.3}, {1.9, 3.0}, {0.0, 9.0}, {4.5, 6.0}}) {
    CHECK(is_speech_between(speech, begin, end));
  }
  for (const auto& [begin, end] : {std::pair(0.0, 1.0), {2.0, 4.0}, {2.5, 3.0}, {5.0, 9.0}}) {
    CHECK_FALSE(is_speech_between(speech, begin, end));
  }
  CHECK_FALSE(is_speech_between({}, 0, 9));
}

TEST_CASE("voice: another file is an error") {
  const Device device = Device::cpu(1);
  CHECK_THROWS_WITH(VoiceDetector::load(memory_source("x.bin", {}), device),
                    "x.bin: not a Silero voice detector for 16 kHz");
  std::vector<std::byte> cut(2000);
  const SourcePtr whole = open_file(WICK_TESTS_DIR "/../assets/silero-vad-6.2.0.bin");
  whole->read(0, cut);
  CHECK_THROWS_AS(VoiceDetector::load(memory_source("cut.bin", cut), device), Error);
}
