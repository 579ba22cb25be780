// Any samples in pieces of any size, by a tiny model with any options: a transcript of all that are sound.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "choices.h"
#include "core/error.h"
#include "models/tiny_transcriber.h"

namespace {

using namespace wick;
using fuzz::Choices;

TranscribeOptions choose_options(Choices& choices, const test::TinySpeech& speech) {
  static const auto voice = VoiceDetector::built_in(Device::cpu(1));
  TranscribeOptions options;
  const unsigned flags = choices.byte(), more = choices.byte();
  options.live = (flags & 1) != 0;
  options.words = (flags & 2) != 0;
  options.condition_on_previous = (flags & 4) != 0;
  options.timestamps = (flags & 8) != 0;
  if ((flags & 16) != 0) options.voice = voice;
  if ((flags & 32) != 0) options.temperatures = {0, 0.7};
  options.translate = (flags & 64) != 0 && speech.tokenizer->ids().multilingual;
  if ((flags & 128) != 0) options.hotwords = "w300 and more";
  options.beam = 1 + (more & 3);
  options.best_of = 1 + (more >> 2 & 3);
  if ((more & 16) != 0) options.initial_prompt = "w400 w401 before";
  if ((more & 32) != 0) options.most_compression = 0.5;
  if ((more & 64) != 0) options.least_avg_logprob = -100;
  if ((more & 128) != 0) options.most_no_speech = 0;
  return options;
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void check(const TranscribeStep& step, const Transcriber& transcriber) {
  for (const Segment& s : step.segments) {
    require(s.start >= 0 && s.start <= s.end, "a segment ends before it begins");
    for (const Word& word : s.words) require(word.start >= 0 && word.start <= word.end, "a word ends before it begins");
  }
  require(transcriber.seconds_done() <= transcriber.seconds(), "more is done than there is");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::TinySpeech english = test::tiny_speech(), multilingual = test::tiny_speech(true);
  constexpr int kMostPieces = 16;  // a window's text is some hundred million operations, however tiny the model
  Choices choices(data, size);
  const test::TinySpeech& speech = choices.byte() % 2 == 0 ? english : multilingual;
  Transcriber transcriber(speech.model, speech.tokenizer, choose_options(choices, speech));
  transcriber.start();
  Index taken = 0;
  for (int piece = 0; piece < kMostPieces && !choices.empty(); ++piece) {
    std::vector<float> samples(choices.byte() * 4);
    float sample = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = i % 32 == 0 ? sample = choices.number() : -sample;
    try {
      transcriber.push(samples);
      taken += std::ssize(samples);
    } catch (const Error&) {
      require(!std::all_of(samples.begin(), samples.end(), is_sound), "sound is refused");
    }
    for (unsigned steps = choices.byte() % 16; steps > 0; --steps) check(transcriber.step(), transcriber);
  }
  transcriber.finish();
  for (TranscribeStep step; !step.done;) check(step = transcriber.step(), transcriber);
  require(transcriber.seconds() == static_cast<double>(taken) / kSampleRate, "some of what was taken is lost");
  require(transcriber.seconds_done() == transcriber.seconds(), "not all is done");
  return 0;
}
