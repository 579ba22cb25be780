#pragma once
// From the small logits that Segment Anything's decoder writes to a mask of the picture.
#include <functional>
#include <span>

#include "core/image/mask.h"

namespace wick {

inline constexpr Index kLowResSide = 256;
inline constexpr float kMaskThreshold = 0, kStabilityOffset = 1;

/// Logits at the picture's size, a row at a time, as Sam.postprocess_masks has them: bilinear from kLowResSide to
/// kSamSide, cut to sam_size(picture), bilinear to the picture; pixel centres at halves, no antialiasing. Rows come
/// from the top down and last until the next. `low_res`: [kLowResSide, kLowResSide]. Throws Error for other sizes.
void upsample_logits(std::span<const float> low_res, ImageSize picture,
                     const std::function<void(Index y, std::span<const float> row)>& use);

struct UpsampledMask {
  Mask mask;             // logits over kMaskThreshold
  double stability = 0;  // calculate_stability_score at the picture's size
};

/// The mask of upsample_logits(), in one pass and without keeping the logits.
UpsampledMask upsample_mask(std::span<const float> low_res, ImageSize picture);

/// How little a mask changes with its threshold: logits over kMaskThreshold + kStabilityOffset, over those that are
/// over kMaskThreshold - kStabilityOffset; 0 where there are none.
class Stability {
 public:
  void add(std::span<const float> logits);
  double score() const { return wide_ == 0 ? 0 : static_cast<double>(narrow_) / static_cast<double>(wide_); }

 private:
  Index narrow_ = 0, wide_ = 0;  // pixels
};

}  // namespace wick
