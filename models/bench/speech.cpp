#include <fmt/format.h>

#include "core/audio/mel_recording.h"
#include "core/random.h"
#include "models/bench/measure.h"

namespace wick {
namespace {

constexpr Index kWindowSeconds = 30;
constexpr Index kTokens = 64;

/// Noise: it takes as long as speech.
std::vector<float> noise(Index samples) {
  Random random(1);
  std::vector<float> values(static_cast<std::size_t>(samples));
  for (float& value : values) value = 0.2F * random.uniform() - 0.1F;
  return values;
}

Tensor mel_of(const Whisper& model) {
  MelRecording recording(model.config().mels, model.device());
  recording.push(noise(model.config().frames() * kHop));
  recording.finish();
  while (recording.advance()) {
  }
  return recording.window(0, model.config().frames(), recording.frames());
}

/// 10^9 operations of the encoder for a window.
double encoder_gflop(const WhisperConfig& c) {
  const auto frames = static_cast<double>(c.frames()), positions = static_cast<double>(c.audio_context);
  const auto dim = static_cast<double>(c.dim), mels = static_cast<double>(c.mels);
  const double convolutions = frames * 3 * mels * dim + positions * 3 * dim * dim;
  const double block = positions * 12 * dim * dim + 2 * positions * positions * dim;
  return 2e-9 * (convolutions + static_cast<double>(c.audio_layers) * block);
}

std::vector<double> run_decode(const BenchOptions& options, const Whisper& model, Index beams) {
  const AudioMemory audio = model.remember(model.encode(mel_of(model)));
  PagedCache cache = model.make_cache((beams + 1) * kPageTokens);
  Batch batch;
  return measure(options, static_cast<double>(kTokens), [&] {
    std::vector<Sequence> sequences(static_cast<std::size_t>(beams), Sequence(cache));
    for (Index i = 0; i < kTokens; ++i) {
      batch.clear();
      const auto token = static_cast<TokenId>(100 + i);
      for (Sequence& sequence : sequences) batch.add(sequence, {&token, 1});
      model.decode(batch, cache, audio);
    }
  });
}

}  // namespace

std::vector<BenchCase> speech_bench(const std::shared_ptr<const Whisper>& model, const Peaks& peaks,
                                    const BenchOptions& options) {
  const int threads = model->device().threads();
  const auto name_of = [&](const std::string& what) { return fmt::format("speech/{}/t{}", what, threads); };
  std::vector<BenchCase> cases;
  const std::string log_mel = name_of("log-mel"), encode = name_of("encode"), remember = name_of("remember");
  cases.push_back(
      {log_mel, [=] {
         const std::vector<float> samples = noise(kWindowSeconds * kSampleRate);
         const LogMel filters(model->config().mels);
         return BenchRow{
             log_mel, "x real time",
             measure(options, kWindowSeconds,
                     [&] { filters.energies(samples, 0, LogMel::frames(std::ssize(samples)), model->device()); }),
             0};
       }});
  cases.push_back({encode, [=] {
                     const Tensor mel = mel_of(*model);
                     return BenchRow{encode, "windows/s", measure(options, 1, [&] { model->encode(mel); }),
                                     peaks.fma_gflops / encoder_gflop(model->config())};
                   }});
  cases.push_back({remember, [=] {
                     const Tensor encoded = model->encode(mel_of(*model));
                     return BenchRow{remember, "windows/s", measure(options, 1, [&] { model->remember(encoded); }), 0};
                   }});
  for (const Index beams : {Index{1}, Index{5}}) {
    const std::string name = name_of(fmt::format("decode{}", beams));
    cases.push_back({name, [=] { return BenchRow{name, "tokens/s", run_decode(options, *model, beams), 0}; }});
  }
  return cases;
}

}  // namespace wick
