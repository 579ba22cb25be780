// Segment Anything with the weights of MobileSAM against onnxruntime and PyTorch (tests/golden/make_segment.py, and the
// embedding in the shared data).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/image/rle.h"
#include "truck.h"

using namespace wick;

namespace {

SegmentPrompt prompt_of(const nlohmann::json& test) {
  SegmentPrompt prompt;
  Box box;
  for (std::size_t i = 0; i < test["points"].size(); ++i) {
    const double x = test["points"][i][0], y = test["points"][i][1];
    const int label = test["labels"][i];
    if (label < 2) {
      prompt.points.push_back({x, y, label == 1});
    } else if (label == 2) {
      box.x0 = static_cast<float>(x), box.y0 = static_cast<float>(y);
    } else {
      box.x1 = static_cast<float>(x), box.y1 = static_cast<float>(y);
      prompt.box = box;
    }
  }
  return prompt;
}

}  // namespace

TEST_CASE("segment: every prompt on the truck gives the masks that onnxruntime and PyTorch give") {
  auto t = truck(Precision::precise);
  if (!t) return;
  t->segmenter.resume(t->size, reference_embedding(t->model->device));
  std::map<std::string, Tensor> chosen;
  for (const nlohmann::json& test : t->golden["cases"]) {
    const std::string name = test["name"];
    CAPTURE(name);
    SegmentPrompt prompt = prompt_of(test);
    if (!test["mask_from"].is_null()) prompt.mask = chosen.at(test["mask_from"]);
    const MaskCandidates candidates = t->segmenter.candidates(prompt);
    for (std::size_t i = 0; i < candidates.iou.size(); ++i) {
      CHECK(candidates.iou[i] == Approx(test["iou"][i].get<float>()).margin(0.002));
    }
    const Index best = t->segmenter.best(prompt, candidates);
    REQUIRE(best == test["selected"].get<Index>());
    const Tensor logits = candidates.logits.select(0, best);
    for (const nlohmann::json& sample : test["logits"]) {
      CHECK(logits.data<float>()[sample[0].get<Index>()] == Approx(sample[1].get<float>()).margin(0.05));
    }
    chosen[name] = logits;
    const SegmentMask found = t->segmenter.mask(candidates, best);
    const Mask expected = mask_of(unpacked_counts(test["mask"].get<std::string>(), t->size));
    const Mask mask = mask_of(found.rle);
    CHECK(iou(mask, expected) >= 0.998);
    CHECK(found.area == area(mask));
    CHECK(found.box == bounding_box(mask));
  }
}

TEST_CASE("segment: a candidate without a pixel is the best only where none has any") {
  auto t = truck(Precision::precise);
  if (!t) return;
  Segmenter& s = t->segmenter;
  s.resume({1, 3000}, reference_embedding(t->model->device));
  const SegmentPrompt point{.points = {{0, 0}}}, points{.points = {{0, 0}, {0, 9}}};
  MaskCandidates found{.logits = Tensor::zeros({4, 256, 256}, DType::f32, t->model->device),
                       .iou = {0.2F, 0.4F, 0.8F, 0.6F}};
  CHECK(s.best(point, found) == 2);
  CHECK(s.best(points, found) == 0);
  const auto draw = [&](Index candidate, Index x) {
    std::fill_n(found.logits.data<float>() + (candidate * 256 + 100) * 256 + x, 1, 5.0F);
  };
  draw(2, 1);  // beyond the picture's edge
  CHECK(s.best(point, found) == 2);
  draw(0, 0);
  CHECK(s.best(point, found) == 0);
  draw(1, 0);
  CHECK(s.best(point, found) == 1);
  CHECK(s.mask(found, 1).area > 0);
  CHECK(s.best(points, found) == 0);
  draw(2, 0);
  CHECK(s.best(point, found) == 2);
}

TEST_CASE("segment: a prompt that makes no sense is an error, and the next one is answered") {
  auto t = truck(Precision::precise);
  if (!t) return;
  Segmenter& s = t->segmenter;
  CHECK_THROWS_WITH(s.candidates({.points = {{1, 1}}}), "[segment] the picture is not embedded yet");
  s.resume(t->size, reference_embedding(t->model->device));
  const double nan = std::nan("");
  for (const auto& [x, y] : {std::pair(-1.0, 5.0), {1800.0, 5.0}, {5.0, 1200.0}, {nan, 5.0}}) {
    CHECK_THROWS_WITH(s.candidates({.points = {{x, y}}}), Catch::Contains("lies outside the picture of 1800 x 1200"));
  }
  for (const Box& box : {Box{5, 5, 5, 9}, Box{9, 5, 3, 5}}) {
    CHECK_THROWS_WITH(s.candidates({.box = box}), Catch::Contains("has no area"));
  }
  for (const Box& box : {Box{5, 5, 1801, 9}, Box{-1, 5, 9, 9}, Box{-5, -5, 2000, 2000}}) {
    CHECK_THROWS_WITH(s.candidates({.box = box}), Catch::Contains("reaches beyond the picture of 1800 x 1200"));
  }
  for (const Box& box : {Box{1800, 5, 1900, 9}, Box{5, -9, 9, -1}}) {
    CHECK_THROWS_WITH(s.candidates({.box = box}), Catch::Contains("lies outside the picture of 1800 x 1200"));
  }
  CHECK_THROWS_WITH(s.candidates({}), "[segment] neither a point nor a box nor a mask");
  const Tensor small = Tensor::zeros({2, 2}, DType::f32, t->model->device);
  CHECK_THROWS_WITH(s.candidates({.points = {{5, 5}}, .mask = small}), Catch::Contains("expected [256, 256]"));
  const SegmentPrompt corners{.box = Box{700, 875, 425, 600}}, turned{.box = Box{425, 600, 700, 875}};
  CHECK(s.candidates(corners).iou == s.candidates(turned).iou);
}
