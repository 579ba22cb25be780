#include <fmt/format.h>

#include "models/bench/measure.h"

namespace wick {
namespace {

/// Noise as the encoder takes pictures, which all take as long.
Tensor noise_for(const SegmentModel& model) {
  const Index size = model.encoder.size();
  return Tensor::randn({size, size, 3}, 1, model.device);
}

Tensor embed(const ImageEncoder& encoder, Tensor x) {
  for (Index stage = 0; stage < encoder.stages(); ++stage) x = encoder.run(stage, x);
  return x;
}

/// A model and a picture, embedded when it is first asked about.
struct Subject {
  std::shared_ptr<const SegmentModel> model;
  std::shared_ptr<const Image> picture;
  Segmenter segmenter{model};

  Segmenter& embedded() {
    if (!segmenter.ready()) {
      segmenter.start(*picture);
      while (segmenter.step()) {
      }
    }
    return segmenter;
  }
  SegmentPrompt middle() const {
    return {.points = {{0.5 * static_cast<double>(picture->width), 0.5 * static_cast<double>(picture->height)}}};
  }
};

}  // namespace

std::vector<BenchCase> segment_bench(const std::shared_ptr<const SegmentModel>& model, const std::string& weights,
                                     const std::shared_ptr<const Image>& picture, const Peaks& peaks,
                                     const BenchOptions& options) {
  const auto subject = std::make_shared<Subject>(Subject{model, picture});
  std::vector<BenchCase> cases;
  const auto add = [&](const char* part, double peak, const std::function<std::vector<double>()>& run) {
    const std::string name = fmt::format("segment/{}/{}/t{}", part, weights, model->device.threads());
    cases.push_back({name, [=] { return BenchRow{name, "ms", run(), peak}; }});
  };
  const double least_ms = model->encoder.operations() / peaks.fma_gflops / 1e6;
  add("prepare", 0, [=] {
    Segmenter segmenter(model);
    return measure_ms(options, [&] { segmenter.start(*picture); });
  });
  add("encode", weights == info(DType::f32).name ? least_ms : 0, [=] {
    const Tensor pixels = noise_for(*model);
    return measure_ms(options, [&] { embed(model->encoder, pixels); });
  });
  add("remember", 0, [=] {
    const Tensor embedding = subject->embedded().embedding();
    return measure_ms(options, [&] { model->decoder.remember(embedding); });
  });
  add("decode", 0, [=] {
    const Segmenter& segmenter = subject->embedded();
    return measure_ms(options, [&] { segmenter.candidates(subject->middle()); });
  });
  add("mask", 0, [=] {
    const Segmenter& segmenter = subject->embedded();
    const SegmentPrompt prompt = subject->middle();
    const MaskCandidates candidates = segmenter.candidates(prompt);
    const Index best = segmenter.best(prompt, candidates);
    return measure_ms(options, [&] { segmenter.mask(candidates, best); });
  });
  return cases;
}

}  // namespace wick
