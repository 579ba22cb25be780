#pragma once
// A tiny random Whisper, made in the test, and what it computes: so that a test can write it in any format.
#include <map>
#include <string>
#include <vector>

#include "models/tiny_model.h"
#include "models/whisper.h"

namespace wick::test {

inline constexpr Index kWhisperDim = 64, kWhisperMels = 80, kWhisperAudio = 8, kWhisperText = 16, kWhisperVocab = 96;

/// One head of 64, two blocks on each side, under OpenAI's names.
inline TinyModel tiny_whisper(Index vocab = kWhisperVocab) {
  constexpr Index kDim = kWhisperDim;
  TinyModel model;
  model.metadata["general.architecture"] = std::string("whisper");
  const auto linear = [&](const std::string& name, Index outputs, Index inputs, bool bias = true) {
    model.add(name + ".weight", {outputs, inputs}, 0.2F);
    if (bias) model.add(name + ".bias", {outputs}, 0.2F);
  };
  const auto norm = [&](const std::string& name) {
    model.add(name + ".weight", {kDim}, 0.3F, 1);
    model.add(name + ".bias", {kDim}, 0.1F);
  };
  const auto attention = [&](const std::string& name) {
    linear(name + ".query", kDim, kDim);
    linear(name + ".key", kDim, kDim, false);
    linear(name + ".value", kDim, kDim);
    linear(name + ".out", kDim, kDim);
  };
  model.add("encoder.conv1.weight", {kDim, kWhisperMels, 3}, 0.1F);
  model.add("encoder.conv1.bias", {kDim}, 0.1F);
  model.add("encoder.conv2.weight", {kDim, kDim, 3}, 0.1F);
  model.add("encoder.conv2.bias", {kDim}, 0.1F);
  model.add("encoder.positional_embedding", {kWhisperAudio, kDim}, 0.5F);
  model.add("decoder.positional_embedding", {kWhisperText, kDim}, 0.5F);
  model.add("decoder.token_embedding.weight", {vocab, kDim}, 0.5F);
  norm("encoder.ln_post");
  norm("decoder.ln");
  for (const std::string side : {"encoder", "decoder"}) {
    for (int layer = 0; layer < 2; ++layer) {
      const std::string block = fmt::format("{}.blocks.{}.", side, layer);
      norm(block + "attn_ln");
      attention(block + "attn");
      if (side == "decoder") {
        norm(block + "cross_attn_ln");
        attention(block + "cross_attn");
      }
      norm(block + "mlp_ln");
      linear(block + "mlp.0", 4 * kDim, kDim);
      linear(block + "mlp.2", kDim, 4 * kDim);
    }
  }
  return model;
}

/// What a model makes of a log-mel and some tokens.
struct WhisperOutput {
  Tensor encoded;  // [audio_context, dim]
  Tensor logits;   // [tokens, vocab]
};

inline WhisperOutput run_whisper(const Whisper& model, const Tensor& mel, const std::vector<TokenId>& tokens) {
  WhisperOutput output{model.encode(mel), {}};
  const AudioMemory audio = model.remember(output.encoded);
  PagedCache cache = model.make_cache(model.config().text_context);
  Sequence sequence(cache);
  Batch batch;
  batch.add(sequence, tokens);
  output.logits = model.decode(batch, cache, audio);
  return output;
}

/// The same log-mel and tokens every time.
inline WhisperOutput run_whisper(const Whisper& model) {
  const Tensor mel = Tensor::randn({model.config().frames(), model.config().mels}, 7, model.device());
  return run_whisper(model, mel, {3, 14, 15, 92});
}

inline std::shared_ptr<const Whisper> load_whisper(Checkpoint checkpoint, std::optional<DType> quantize = {}) {
  ModelFiles files;
  files.checkpoint = std::move(checkpoint);
  return WhisperLoader(files, Device::cpu(1), Precision::precise, quantize).finish();
}

/// The largest difference relative to the largest value of `b`.
inline double relative_error(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double error = 0, largest = 0;
  for (Index i = 0; i < a.elements(); ++i) {
    error = std::max<double>(error, std::abs(a.data<float>()[i] - b.data<float>()[i]));
    largest = std::max<double>(largest, std::abs(b.data<float>()[i]));
  }
  return error / largest;
}

inline void check_same(const WhisperOutput& a, const WhisperOutput& b, double tolerance) {
  CHECK(relative_error(a.encoded, b.encoded) <= tolerance);
  CHECK(relative_error(a.logits, b.logits) <= tolerance);
}

}  // namespace wick::test
