// What holds for any model, with one that makes no sense; and what keeps a real one from talking on and on.
#include "models/transcriber.h"

#include <catch2/catch.hpp>

#include "models/repetition.h"
#include "models/tiny_transcriber.h"
#include "models/whisper_support.h"

using namespace wick;
using namespace wick::test;

namespace {

const TinySpeech& speech() {
  static const TinySpeech made = tiny_speech();
  return made;
}

DecodingResult decoded(const DecodingOptions& options) {
  const Whisper& model = *speech().model;
  const WhisperConfig& c = model.config();
  const AudioMemory audio = model.remember(model.encode(Tensor::randn({c.frames(), c.mels}, 7, model.device())));
  WindowDecoding decoding(model, *speech().tokenizer, audio, options);
  while (decoding.step()) {
  }
  return decoding.result();
}

void check_same(const DecodingResult& a, const DecodingResult& b) {
  CHECK(a.tokens == b.tokens);
  CHECK(a.sum_logprob == b.sum_logprob);
}

std::string text_of(std::span<const Segment> segments) {
  std::string text;
  for (const Segment& s : segments) text += s.text;
  return text;
}

}  // namespace

TEST_CASE("decoding: hotwords come before the prompt, and not at all where there is a prefix") {
  const std::vector<TokenId> hot = {300, 301}, said = {400, 401, 402}, both = {300, 301, 400, 401, 402};
  DecodingOptions hotwords, prompt;
  hotwords.hotwords = hot;
  prompt.prompt = hot;
  check_same(decoded(hotwords), decoded(prompt));
  CHECK(decoded(hotwords).sum_logprob != decoded({}).sum_logprob);
  hotwords.prompt = said;
  prompt.prompt = both;
  check_same(decoded(hotwords), decoded(prompt));
  hotwords.prefix = prompt.prefix = {500};
  prompt.prompt = said;
  check_same(decoded(hotwords), decoded(prompt));
}

TEST_CASE("decoding: of too many hotwords the first stay, of too long a prompt what hotwords leave room for") {
  const std::vector<TokenId> many = {300, 301, 302, 303, 304, 305, 306, 307, 308}, few = {300, 301};
  DecodingOptions hotwords, prompt;  // half of a context of 16, less the token that says what they are
  hotwords.hotwords = many;
  hotwords.prompt = few;
  prompt.prompt = {300, 301, 302, 303, 304, 305, 306};
  check_same(decoded(hotwords), decoded(prompt));
  hotwords.hotwords = few;
  hotwords.prompt = many;
  prompt.prompt = {300, 301, 304, 305, 306, 307, 308};
  check_same(decoded(hotwords), decoded(prompt));
}

TEST_CASE("decoding: any beam, patience and number of texts gives a text; what makes no sense is an error") {
  for (const Index beam : {1, 2, 32}) {
    for (const double patience : {0.01, 1.0, 3.0}) {
      DecodingOptions options;
      options.beam = beam;
      options.patience = patience;
      options.length_penalty = beam == 2 ? 1 : 0;
      CHECK_FALSE(decoded(options).tokens.empty());
    }
  }
  DecodingOptions options;
  options.temperature = 1;
  options.best_of = 7;
  CHECK_FALSE(decoded(options).tokens.empty());
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    DecodingOptions patience, temperature;
    patience.patience = bad;
    CHECK_THROWS_AS(decoded(patience), Error);
    if (bad == 0) continue;
    temperature.temperature = bad;
    CHECK_THROWS_AS(decoded(temperature), Error);
  }
}

TEST_CASE("transcriber: hotwords are told to every window, a prompt only to the first where no text is kept") {
  TranscribeOptions options;
  options.temperatures = {0};
  options.condition_on_previous = false;
  const auto with = [&](const char* prompt, const char* hotwords, std::size_t samples) {
    options.initial_prompt = prompt;
    options.hotwords = hotwords;
    Transcriber transcriber(speech().model, speech().tokenizer, options);
    return text_of(transcribed(transcriber, tone(samples)));
  };
  const std::size_t window = 16 * 160;
  CHECK(with("w300", "", window) == with("", "w300", window));
  CHECK(with("w300", "", 4 * window) != with("", "w300", 4 * window));
}

TEST_CASE("transcriber: what a model says again and again, faster than anybody speaks, is written twice") {
  TranscribeOptions options;
  options.temperatures = {0};
  for (const bool prompted : {false, true}) {
    // Every window is to be like the one before: no prompt, or hotwords that leave no room for what was said.
    options.condition_on_previous = prompted;
    if (prompted) options.hotwords = "w300 w301 w302 w303 w304 w305 w306";
    Transcriber transcriber(speech().model, speech().tokenizer, options);
    const auto segments = transcribed(transcriber, std::vector<float>(10 * 16 * 160));  // ten windows of silence
    REQUIRE(segments.size() == 2);
    CHECK(segments[0].text == segments[1].text);
  }
}

TEST_CASE("transcriber: samples that are no sound are refused, and the others still transcribed") {
  Transcriber transcriber(speech().model, speech().tokenizer, {});
  transcriber.start();
  transcriber.push(tone(5000));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -2e10F}) {
    CHECK_THROWS_WITH(transcriber.push(std::vector<float>{0, bad}),
                      "[transcribe] the recording holds samples that are no numbers");
  }
  transcriber.push(std::vector<float>(1000, 1e10F));
  transcriber.finish();
  while (!transcriber.step().done) {
  }
  CHECK(transcriber.seconds() == 6000.0 / 16000);
  CHECK(transcriber.seconds_done() == transcriber.seconds());
}

TEST_CASE("transcriber: in the end all of a recording is done, whatever its length and its pieces") {
  TranscribeOptions options;
  options.temperatures = {0};
  for (const bool live : {false, true}) {
    options.live = live;
    options.voice = live ? VoiceDetector::built_in(speech().model->device()) : nullptr;
    Transcriber transcriber(speech().model, speech().tokenizer, options);
    for (const std::size_t length : {0U, 1U, 159U, 161U, 2561U, 6000U, 20001U}) {
      CAPTURE(live, length);
      const std::vector<float> samples = tone(length);
      transcriber.start();
      for (std::size_t at = 0; at < length; at += 700) {
        transcriber.push(std::span(samples).subspan(at, std::min<std::size_t>(700, length - at)));
        CHECK_FALSE(transcriber.step().done);
      }
      transcriber.finish();
      while (!transcriber.step().done) CHECK(transcriber.seconds_done() <= transcriber.seconds());
      CHECK(transcriber.seconds() == static_cast<double>(length) / 16000);
      CHECK(transcriber.seconds_done() == transcriber.seconds());
    }
  }
}

TEST_CASE("repetition: a text is a repetition from its third time in a row on, whatever its marks") {
  RepeatedText texts;
  CHECK_FALSE(texts.add(" Thank you."));
  CHECK_FALSE(texts.add("thank you"));
  CHECK(texts.add(" Thank you!"));
  CHECK(texts.add(" Thank you."));
  CHECK_FALSE(texts.add(" No, thank you."));
  CHECK_FALSE(texts.add(" Thank you."));
}

TEST_CASE("repetition: so are rounds of up to four texts, from the third round on") {
  for (int size = 1; size <= 4; ++size) {
    RepeatedText texts;
    for (int i = 0; i < 6 * size; ++i) {
      CAPTURE(size, i);
      CHECK(texts.add(fmt::format("text {}", i % size)) == (i >= 2 * size));
    }
  }
  RepeatedText texts;
  for (int i = 0; i < 30; ++i) CHECK_FALSE(texts.add(fmt::format("text {}", i % 5)));
}

TEST_CASE("repetition: of a run of eight equal pieces two stay, shorter runs stay whole") {
  const std::vector<TokenId> begin = {1, 2, 3}, end = {7, 8};
  for (const std::size_t size : {1U, 2U, 5U, 16U}) {
    for (const std::size_t run : {2U, 7U, 8U, 20U}) {
      CAPTURE(size, run);
      std::vector<TokenId> looped = begin, expected = begin;
      for (std::size_t i = 0; i < run * size; ++i) {
        const auto id = static_cast<TokenId>(100 + i % size);
        looped.push_back(id);
        if (run < 8 || i < 2 * size) expected.push_back(id);
      }
      looped.insert(looped.end(), end.begin(), end.end());
      expected.insert(expected.end(), end.begin(), end.end());
      CHECK(without_loops(looped) == expected);
    }
  }
  CHECK(without_loops({}).empty());
}
