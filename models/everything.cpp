#include "models/everything.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/error.h"
#include "core/image/boxes.h"
#include "core/image/mask_runs.h"
#include "core/image/regions.h"

namespace wick {
namespace {

void check(const EverythingOptions& options) {
  constexpr Index kMostPoints = 256, kMostLayers = 4;
  const auto require = [](std::string_view name, Index value, Index least, Index most) {
    if (value < least || value > most) {
      throw Error("[everything] {} is {}, expected {} to {}", name, value, least, most);
    }
  };
  require("points_per_side", options.points_per_side, 1, kMostPoints);
  require("crop_layers", options.crop_layers, 0, kMostLayers);
  require("crop_points_divisor", options.crop_points_divisor, 1, kMostPoints);
  require("min_region_area", options.min_region_area, 0, kMaxPixels);
  if (!(options.crop_overlap >= 0 && options.crop_overlap <= 1)) {
    throw Error("[everything] crop_overlap is {:g}, expected 0 to 1", options.crop_overlap);
  }
}

/// Where crops of one side begin, and how long they are.
struct CropSide {
  Index length, step;

  CropSide(Index side, Index count, Index overlap)
      : length((overlap * (count - 1) + side + count - 1) / count), step(length - overlap) {}
};

Box moved(const Box& box, const Crop& crop) {
  const auto x = static_cast<float>(crop.x), y = static_cast<float>(crop.y);
  return {box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y};
}

}  // namespace

std::vector<Crop> crops_of(ImageSize picture, const EverythingOptions& options) {
  std::vector<Crop> crops{{0, 0, picture, 0}};
  const auto shorter = static_cast<double>(std::min(picture.width, picture.height));
  for (Index layer = 1; layer <= options.crop_layers; ++layer) {
    const Index count = Index{1} << layer;
    const auto overlap = static_cast<Index>(options.crop_overlap * shorter * (2.0 / static_cast<double>(count)));
    const CropSide across(picture.width, count, overlap), down(picture.height, count, overlap);
    for (Index column = 0; column < count; ++column) {
      for (Index row = 0; row < count; ++row) {
        const Index x = column * across.step, y = row * down.step;
        const ImageSize size{std::min(across.length, picture.width - x), std::min(down.length, picture.height - y)};
        if (size.width > 0 && size.height > 0) crops.push_back({x, y, size, layer});  // a tiny picture has fewer
      }
    }
  }
  return crops;
}

Everything::Everything(std::shared_ptr<const SegmentModel> model, const ImageView& picture,
                       const EverythingOptions& options, const Tensor& embedding)
    : model_(std::move(model)), picture_(picture), options_(options), segmenter_(model_) {
  check(options_);
  const ImageSize size{picture.width, picture.height};
  check_image_size("the picture", size.width, size.height);
  crops_ = crops_of(size, options_);
  for (const Crop& crop : crops_) {
    const Index points = points_per_side(crop);
    total_ += model_->encoder.stages() + points * points;
  }
  if (!embedding) {
    start_crop();
  } else {
    segmenter_.resume(size, embedding);
    done_ = model_->encoder.stages();
  }
}

Index Everything::points_per_side(const Crop& crop) const {
  Index points = options_.points_per_side;
  for (Index layer = 0; layer < crop.layer; ++layer) points /= options_.crop_points_divisor;
  return std::max(points, Index{1});
}

ImageView Everything::pixels(const Crop& crop) const {
  ImageView view = picture_;
  view.pixels = picture_.row(crop.y) + crop.x * picture_.channels;
  view.width = crop.size.width;
  view.height = crop.size.height;
  return view;
}

void Everything::start_crop() {
  point_ = 0;
  segmenter_.start(pixels(crops_[crop_]));
}

bool Everything::step() {
  if (done_ == total_) return false;
  ++done_;
  if (crop_ == crops_.size()) {
    tidy(elsewhere_[tidied_++]);
  } else if (segmenter_.ready()) {
    ask_point();
  } else {
    segmenter_.step();
  }
  return true;
}

void Everything::ask_point() {
  const Crop& crop = crops_[crop_];
  const Index side = points_per_side(crop);
  const auto at = [&](Index i, Index pixels) {
    return (static_cast<double>(i) + 0.5) / static_cast<double>(side) * static_cast<double>(pixels);
  };
  const double x = at(point_ % side, crop.size.width), y = at(point_ / side, crop.size.height);
  const MaskCandidates candidates = segmenter_.candidates({.points = {{x, y}}});
  for (Index i = 1; i < MaskCandidates::kCount; ++i) {  // the first one is for clearer prompts
    const float score = candidates.iou[static_cast<std::size_t>(i)];
    if (static_cast<double>(score) > options_.least_iou) {  // before the picture's size is filled with it
      add(segmenter_.mask(candidates, i), score, x, y);
    }
  }
  if (++point_ == side * side) end_crop();
}

void Everything::add(SegmentMask mask, float score, double x, double y) {
  if (mask.stability < options_.least_stability || mask.area == 0 || is_cut_off(mask.box)) return;
  const Crop& crop = crops_[crop_];
  mask.rle = placed(mask.rle, crop.x, crop.y, {picture_.width, picture_.height});
  mask.box = moved(mask.box, crop);
  here_.push_back({{std::move(mask), x + static_cast<double>(crop.x), y + static_cast<double>(crop.y)}, score});
}

/// Whether the box, of a mask in this crop, comes near an edge of the crop that is none of the picture's: the thing may
/// go on beyond it.
bool Everything::is_cut_off(const Box& box) const {
  constexpr float kNear = 20;  // pixels
  const Crop& crop = crops_[crop_];
  const auto cuts = [](float at, Index crop_edge, Index picture_edge) {
    const auto is_near = [at](Index edge) { return std::abs(at - static_cast<float>(edge)) <= kNear; };
    return is_near(crop_edge) && !is_near(picture_edge);
  };
  const Box whole = moved(box, crop);
  return cuts(whole.x0, crop.x, 0) || cuts(whole.y0, crop.y, 0) ||
         cuts(whole.x1, crop.x + crop.size.width, picture_.width) ||
         cuts(whole.y1, crop.y + crop.size.height, picture_.height);
}

Everything::Candidates Everything::without_duplicates(Candidates candidates, float most_overlap) {
  std::vector<Box> boxes;
  std::vector<float> scores;
  for (const Candidate& candidate : candidates) {
    boxes.push_back(candidate.found.box);
    scores.push_back(candidate.score);
  }
  Candidates kept;
  for (const Index i : non_maximum_suppression(boxes, scores, most_overlap)) {
    kept.push_back(std::move(candidates[static_cast<std::size_t>(i)]));
  }
  return kept;
}

/// What this crop and those before it have. Of the same thing in two crops, that of the smaller one stays.
Everything::Candidates Everything::joined() const {
  Candidates found = elsewhere_;
  if (crop_ < crops_.size()) {
    const ImageSize size = crops_[crop_].size;
    for (Candidate& candidate : without_duplicates(here_, options_.most_overlap)) {
      candidate.score = 1 / static_cast<float>(size.width * size.height);
      found.push_back(std::move(candidate));
    }
  }
  return found;
}

void Everything::end_crop() {
  elsewhere_ = joined();
  here_.clear();
  if (++crop_ < crops_.size()) return start_crop();
  if (crops_.size() > 1) elsewhere_ = without_duplicates(std::move(elsewhere_), options_.most_crop_overlap);
  if (options_.min_region_area == 0) return;
  for (Candidate& candidate : elsewhere_) candidate.score = 1;
  total_ += static_cast<Index>(elsewhere_.size());
}

/// Fills its small holes and removes its small islands. Of two that overlap then, one that is as it was stays.
void Everything::tidy(Candidate& candidate) const {
  Mask mask = mask_of(candidate.found.rle);
  const bool holes = remove_small_regions(mask, options_.min_region_area, SmallRegions::holes);
  const bool islands = remove_small_regions(mask, options_.min_region_area, SmallRegions::islands);
  if (!holes && !islands) return;
  candidate.found.rle = rle_of(mask);
  candidate.found.area = area(mask);
  candidate.found.box = bounding_box(mask);
  candidate.score = 0;
}

std::vector<FoundMask> Everything::masks() const {
  Candidates found = joined();
  if (crop_ < crops_.size() && crop_ > 0) found = without_duplicates(std::move(found), options_.most_crop_overlap);
  if (tidied_ > 0) {
    found = without_duplicates(std::move(found), std::max(options_.most_overlap, options_.most_crop_overlap));
  }
  std::vector<FoundMask> masks;
  std::transform(found.begin(), found.end(), std::back_inserter(masks),
                 [](Candidate& candidate) { return std::move(candidate.found); });
  return masks;
}

}  // namespace wick
