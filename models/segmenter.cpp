#include "models/segmenter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

#include "core/error.h"
#include "core/image/mask_runs.h"
#include "core/image/resize.h"

namespace wick {
namespace {

/// Of RGB in the pictures that it was trained on.
constexpr float kMean[] = {123.675F, 116.28F, 103.53F}, kDeviation[] = {58.395F, 57.12F, 57.375F};

/// The picture normalised, at the top left of [kSamSide, kSamSide, 3] zeros.
Tensor normalised(const Image& picture, const Device& device) {
  Tensor x = Tensor::zeros({kSamSide, kSamSide, 3}, DType::f32, device);
  for (Index row = 0; row < picture.height; ++row) {
    const std::uint8_t* from = picture.pixels.data() + row * picture.width * 3;
    float* to = x.data<float>() + row * kSamSide * 3;
    for (Index i = 0; i < picture.width * 3; ++i)
      to[i] = (static_cast<float>(from[i]) - kMean[i % 3]) / kDeviation[i % 3];
  }
  return x;
}

void check_inside(double x, double y, ImageSize picture) {
  const bool inside =
      x >= 0 && y >= 0 && x < static_cast<double>(picture.width) && y < static_cast<double>(picture.height);
  if (!inside) {
    throw Error("[segment] ({:g}, {:g}) lies outside the picture of {} x {}", x, y, picture.width, picture.height);
  }
}

/// Corners in order, the far ones at most at the picture's edges.
Box checked(const Box& box, ImageSize picture) {
  const auto [x0, x1] = std::minmax(box.x0, box.x1);
  const auto [y0, y1] = std::minmax(box.y0, box.y1);
  const auto width = static_cast<float>(picture.width), height = static_cast<float>(picture.height);
  if (!(x0 >= 0 && y0 >= 0 && x1 <= width && y1 <= height)) {
    const bool partly = x0 < width && y0 < height && x1 > 0 && y1 > 0;
    throw Error("[segment] the box ({:g}, {:g}) to ({:g}, {:g}) {} the picture of {} x {}", box.x0, box.y0, box.x1,
                box.y1, partly ? "reaches beyond" : "lies outside", picture.width, picture.height);
  }
  if (!(x1 > x0 && y1 > y0)) {
    throw Error("[segment] the box ({:g}, {:g}) to ({:g}, {:g}) has no area", box.x0, box.y0, box.x1, box.y1);
  }
  return {x0, y0, x1, y1};
}

/// Nothing that a person does makes them: it is what the model was given beside the prompt.
void check_numbers(const MaskCandidates& found) {
  const auto all_finite = [](std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
  };
  // A row with a number that is none has no finite sum, and sums are quick; but numbers may add up to none.
  const auto logits_finite = [&] {
    const std::vector<float> sums = sum(found.logits, 2).to_vector<float>();
    if (all_finite(sums)) return true;
    return all_finite({found.logits.data<float>(), static_cast<std::size_t>(found.logits.elements())});
  };
  if (all_finite(found.iou) && logits_finite()) return;
  throw Error("[segment] the answer is no numbers: the weights, the embedding or the earlier mask are damaged");
}

}  // namespace

void check_prompt(const SegmentPrompt& prompt, ImageSize picture) {
  if (prompt.points.size() > kMostPoints) {
    throw Error("[segment] {} points are too many for one thing: at most {}", prompt.points.size(), kMostPoints);
  }
  for (const SegmentPrompt::Point& point : prompt.points) check_inside(point.x, point.y, picture);
  if (prompt.box) checked(*prompt.box, picture);
}

SegmentLoader::SegmentLoader(const ModelFiles& files, const Device& device, Precision precision,
                             std::optional<DType> quantize)
    : tensors_(files.checkpoint, device, precision, quantize),
      encoder_(tensors_, kSamSide),
      model_(std::make_shared<SegmentModel>(SegmentModel{{}, {}, device})) {
  for (const auto& [name, tensor] : files.checkpoint.tensors) bytes_total_ += tensor.bytes;
}

bool SegmentLoader::step() {
  if (loaded_) return false;
  if (encoder_.step()) return true;
  model_->encoder = encoder_.finish();
  tensors_.keep_matrices();
  model_->decoder = MaskDecoder::load(tensors_, model_->encoder.size());
  model_->weight_bytes = tensors_.tensors().weight_bytes();
  return loaded_ = true;
}

std::shared_ptr<const SegmentModel> SegmentLoader::finish() {
  while (step()) {
  }
  return model_;
}

void Segmenter::start(const ImageView& copy, ImageSize picture) {
  Tensor pixels = normalised(resize(copy, sam_size(picture)), model_->device);
  picture_ = picture;
  stage_ = 0;
  embedded_.reset();
  state_ = std::move(pixels);
}

void Segmenter::resume(ImageSize picture, const Tensor& embedding) {
  check_image_size("the picture", picture.width, picture.height);
  embedded_ = model_->decoder.remember(embedding);
  picture_ = picture;
  state_ = embedding;
  stage_ = model_->encoder.stages();
}

bool Segmenter::step() {
  if (!state_ || embedded_) return false;
  state_ = model_->encoder.run(stage_++, state_);
  if (stage_ == model_->encoder.stages()) embedded_ = model_->decoder.remember(state_);
  return !embedded_;
}

double Segmenter::progress() const {
  return static_cast<double>(stage_) / static_cast<double>(model_->encoder.stages());
}

Tensor Segmenter::embedding() const {
  if (!embedded_) throw Error("[segment] the picture is not embedded yet");
  return state_;
}

MaskCandidates Segmenter::candidates(const SegmentPrompt& prompt) const {
  if (!embedded_) throw Error("[segment] the picture is not embedded yet");
  const ImageSize seen = sam_size(picture_);
  const auto x_scale = static_cast<double>(seen.width) / static_cast<double>(picture_.width);
  const auto y_scale = static_cast<double>(seen.height) / static_cast<double>(picture_.height);
  const auto x_of = [&](double x) { return static_cast<float>(x * x_scale); };
  const auto y_of = [&](double y) { return static_cast<float>(y * y_scale); };
  check_prompt(prompt, picture_);
  MaskPrompt p;
  for (const SegmentPrompt::Point& point : prompt.points) {
    p.points.push_back({x_of(point.x), y_of(point.y), point.inside});
  }
  if (prompt.box) {
    const Box box = checked(*prompt.box, picture_);
    p.box = {x_of(static_cast<double>(box.x0)), y_of(static_cast<double>(box.y0)), x_of(static_cast<double>(box.x1)),
             y_of(static_cast<double>(box.y1))};
  }
  p.mask = prompt.mask;
  MaskCandidates found = model_->decoder.decode(*embedded_, p);
  check_numbers(found);
  return found;
}

/// As the ONNX model of segment-anything chooses: a point that is none ends points without a box. It looks at no mask,
/// and in a picture a pixel wide the likeliest can be empty.
Index Segmenter::best(const SegmentPrompt& prompt, const MaskCandidates& candidates) const {
  const std::size_t tokens = prompt.points.size() + (prompt.box ? 2 : 1);
  const bool clear = tokens > 2;
  const auto rank = [&](Index i) {
    return std::tuple((i == 0) != clear, -candidates.iou[static_cast<std::size_t>(i)], i);
  };
  std::array<Index, MaskCandidates::kCount> order = {};
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return rank(a) < rank(b); });
  const auto found = std::find_if(order.begin(), order.end(),
                                  [&](Index i) { return !is_mask_empty(candidates.logits_of(i), picture_); });
  return found == order.end() ? order.front() : *found;
}

SegmentMask Segmenter::mask(const MaskCandidates& candidates, Index index) const {
  UpsampledMask found = upsample_mask(candidates.logits_of(index), picture_);
  const double iou = std::clamp(static_cast<double>(candidates.iou[static_cast<std::size_t>(index)]), 0.0, 1.0);
  const Index pixels = area(found.rle);
  const Box box = bounding_box(found.rle);
  return {std::move(found.rle), pixels, box, iou, found.stability.score()};
}

}  // namespace wick
