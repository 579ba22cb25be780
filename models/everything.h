#pragma once
// Every thing in a picture (Kirillov et al. 2023, section B): a grid of points, each asked what lies there, and of the
// masks those that are sure and not found twice. The numbers match segment-anything's SamAutomaticMaskGenerator.
#include <vector>

#include "core/image/rle.h"
#include "models/segmenter.h"

namespace wick {

struct EverythingOptions {
  Index points_per_side = 32;
  double least_iou = 0.88, least_stability = 0.95;  // a mask with less is left out
  float most_overlap = 0.7F;                        // IoU of two masks' boxes in one crop, else one is left out
  Index crop_layers = 0;                            // the picture's parts are looked at as well: 4, then 16, ...
  float most_crop_overlap = 0.7F;                   // the same between crops
  double crop_overlap = 512.0 / 1500;               // of the shorter side, how far crops of the first layer overlap
  Index crop_points_divisor = 1;                    // each layer's points per side are so many times fewer
  Index min_region_area = 0;                        // pixels: smaller holes are filled, smaller islands removed
};

/// A part of a picture, in pixels.
struct Crop {
  Index x = 0, y = 0;
  ImageSize size;
  Index layer = 0;  // 0 is the whole picture
};

/// The whole picture, then the crops of each layer, column by column.
std::vector<Crop> crops_of(ImageSize picture, const EverythingOptions& options);

/// A mask of the whole picture.
struct FoundMask : SegmentMask {
  double x = 0, y = 0;  // the point that found it
};

/// Finds everything a point at a time. What it has found can be read at any time, so one that is stopped loses nothing.
class Everything {
 public:
  /// The picture's pixels have to last as long as this. With `embedding`, one that is known, the whole picture is not
  /// embedded again. Throws Error for a picture without pixels, and for options that make no sense.
  Everything(std::shared_ptr<const SegmentModel> model, const ImageView& picture, const EverythingOptions& options,
             const Tensor& embedding = {});

  /// One stage of an embedding, one point, or one mask tidied up; false when all is done.
  bool step();
  /// Of the steps, from 0 to 1.
  double progress() const { return static_cast<double>(done_) / static_cast<double>(total_); }
  /// What is found so far, likeliest first within each crop.
  std::vector<FoundMask> masks() const;

 private:
  struct Candidate {
    FoundMask found;
    float score = 0;  // which of two that overlap stays
  };
  using Candidates = std::vector<Candidate>;

  static Candidates without_duplicates(Candidates candidates, float most_overlap);
  Index points_per_side(const Crop& crop) const;
  ImageView pixels(const Crop& crop) const;
  void start_crop();
  void ask_point();
  void end_crop();
  void add(SegmentMask mask, float score, double x, double y);
  bool is_cut_off(const Box& box) const;
  void tidy(Candidate& candidate) const;
  Candidates joined() const;

  std::shared_ptr<const SegmentModel> model_;
  ImageView picture_;
  EverythingOptions options_;
  std::vector<Crop> crops_;
  Segmenter segmenter_;
  std::size_t crop_ = 0;    // that is looked at
  Index point_ = 0;         // the next one of its grid
  Candidates here_;         // in it
  Candidates elsewhere_;    // in the crops before it; after the last, what is left of all
  std::size_t tidied_ = 0;  // of the latter
  Index done_ = 0, total_ = 0;
};

}  // namespace wick
