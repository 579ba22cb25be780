#pragma once
// A tiny random Whisper with a vocabulary that a real one could have, so that it can transcribe: windows of 0.16 s,
// eight tokens of each, and no sense.
#include <memory>

#include "models/tiny_whisper.h"
#include "models/transcriber.h"

namespace wick::test {

struct TinySpeech {
  std::shared_ptr<const Whisper> model;
  std::shared_ptr<const WhisperTokenizer> tokenizer;
};

/// English only, or with 99 languages.
inline TinySpeech tiny_speech(bool multilingual = false) {
  const Index vocab = multilingual ? 51865 : 51864;
  const TemporaryFolder folder;
  tiny_whisper(vocab).write(folder / "whisper.gguf");
  std::vector<std::string> texts;
  for (int byte = 0; byte < 256; ++byte) texts.emplace_back(1, static_cast<char>(byte));
  while (std::ssize(texts) < vocab) texts.push_back(fmt::format(" w{}", texts.size()));
  return {load_whisper(open_checkpoint(folder / "whisper.gguf")),
          std::make_shared<const WhisperTokenizer>(std::move(texts), vocab, "tiny")};
}

/// All that a transcriber makes of a recording.
inline std::vector<Segment> transcribed(Transcriber& transcriber, std::span<const float> samples) {
  transcriber.start(samples);
  while (!transcriber.step().done) {
  }
  return {transcriber.segments().begin(), transcriber.segments().end()};
}

}  // namespace wick::test
