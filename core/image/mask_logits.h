#pragma once
// From the small logits that Segment Anything's decoder writes to a mask of the picture.
#include <span>

#include "core/image/rle.h"

namespace wick {

inline constexpr Index kLowResSide = 256;
inline constexpr float kMaskThreshold = 0, kStabilityOffset = 1;

/// How little a mask changes with its threshold (calculate_stability_score).
struct Stability {
  Index narrow = 0, wide = 0;  // pixels over kMaskThreshold + kStabilityOffset, over kMaskThreshold - kStabilityOffset

  /// Of the two; 0 where there are none.
  double score() const { return wide == 0 ? 0 : static_cast<double>(narrow) / static_cast<double>(wide); }
};

struct UpsampledMask {
  Rle rle;  // logits over kMaskThreshold
  Stability stability;
};

/// The mask of the logits at the picture's size, as Sam.postprocess_masks has them: bilinear from kLowResSide to
/// kSamSide, cut to sam_size(picture), bilinear to the picture; pixel centres at halves, no antialiasing. In one pass,
/// without keeping logits or pixels, and most of them are not computed: where all that a part depends on is well beyond
/// the thresholds, so is the part. `low_res`: [kLowResSide, kLowResSide]. Throws Error for other sizes.
UpsampledMask upsample_mask(std::span<const float> low_res, ImageSize picture);

/// Whether that mask has no pixel at all. Much faster, as it ends at the first one. Throws Error as upsample_mask does.
bool is_mask_empty(std::span<const float> low_res, ImageSize picture);

}  // namespace wick
