#include "core/image/mask_logits.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/image/resize.h"

namespace wick {
namespace {

/// Of an output pixel along one axis: the two input pixels it lies between, and how much of each it takes.
struct Between {
  std::size_t low, high;
  float low_weight, high_weight;
};

/// The first `count` of `out` pixels, from `in`, as torch's upsample_bilinear2d places them.
std::vector<Between> bilinear(Index in, Index out, Index count) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  std::vector<Between> axis;
  axis.reserve(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) {
    const float at = std::max(scale * (static_cast<float>(i) + 0.5F) - 0.5F, 0.0F);
    const Index low = std::min(static_cast<Index>(at), in - 1);
    const float high_weight = std::min(at - static_cast<float>(low), 1.0F);
    axis.push_back({static_cast<std::size_t>(low), static_cast<std::size_t>(std::min(low + 1, in - 1)),
                    1.0F - high_weight, high_weight});
  }
  return axis;
}

/// Rows of the frame of kSamSide pixels, already as wide as the picture: one serves all the picture's rows beside it.
/// The sums are those of both steps done one after the other, in the same order.
class FrameRows {
 public:
  FrameRows(std::span<const float> low_res, ImageSize frame, Index width)
      : low_res_(low_res),
        down_(bilinear(kLowResSide, kSamSide, frame.height)),
        across_(bilinear(kLowResSide, kSamSide, frame.width)),
        to_picture_(bilinear(frame.width, width, width)),
        frame_row_(across_.size()) {
    for (Held& held : held_) held.row.resize(to_picture_.size());
  }

  /// Lasts until a row that is not beside it is asked for.
  const float* row(std::size_t y) {
    Held& held = held_[y % held_.size()];
    if (held.y != y) make(held, y);
    return held.row.data();
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  struct Held {
    std::size_t y = kNone;
    std::vector<float> row;
  };

  void make(Held& held, std::size_t y) {
    const Between& down = down_[y];
    const float* low = low_res_.data() + down.low * kLowResSide;
    const float* high = low_res_.data() + down.high * kLowResSide;
    std::transform(across_.begin(), across_.end(), frame_row_.begin(), [&](const Between& x) {
      return down.low_weight * (x.low_weight * low[x.low] + x.high_weight * low[x.high]) +
             down.high_weight * (x.low_weight * high[x.low] + x.high_weight * high[x.high]);
    });
    std::transform(to_picture_.begin(), to_picture_.end(), held.row.begin(), [&](const Between& x) {
      return x.low_weight * frame_row_[x.low] + x.high_weight * frame_row_[x.high];
    });
    held.y = y;
  }

  std::span<const float> low_res_;
  std::vector<Between> down_, across_;  // low resolution to frame
  std::vector<Between> to_picture_;     // across, frame to picture
  std::vector<float> frame_row_;
  std::array<Held, 2> held_;
};

}  // namespace

void upsample_logits(std::span<const float> low_res, ImageSize picture,
                     const std::function<void(Index y, std::span<const float> row)>& use) {
  if (low_res.size() != static_cast<std::size_t>(kLowResSide * kLowResSide)) {
    throw Error("upsample_logits: {} logits, expected {} x {}", low_res.size(), kLowResSide, kLowResSide);
  }
  const ImageSize frame = sam_size(picture);
  FrameRows rows(low_res, frame, picture.width);
  const std::vector<Between> down = bilinear(frame.height, picture.height, picture.height);
  std::vector<float> out(static_cast<std::size_t>(picture.width));
  for (Index y = 0; y < picture.height; ++y) {
    const Between at = down[static_cast<std::size_t>(y)];
    const float *low = rows.row(at.low), *high = rows.row(at.high);
    for (std::size_t x = 0; x < out.size(); ++x) out[x] = at.low_weight * low[x] + at.high_weight * high[x];
    use(y, out);
  }
}

UpsampledMask upsample_mask(std::span<const float> low_res, ImageSize picture) {
  UpsampledMask made{Mask(picture), 0};
  Stability stability;
  upsample_logits(low_res, picture, [&](Index y, std::span<const float> logits) {
    std::transform(logits.begin(), logits.end(), made.mask.row(y),
                   [](float logit) { return static_cast<std::uint8_t>(logit > kMaskThreshold); });
    stability.add(logits);
  });
  made.stability = stability.score();
  return made;
}

void Stability::add(std::span<const float> logits) {
  int narrow = 0, wide = 0;
  for (const float logit : logits) {
    narrow += logit > kMaskThreshold + kStabilityOffset;
    wide += logit > kMaskThreshold - kStabilityOffset;
  }
  narrow_ += narrow;
  wide_ += wide;
}

}  // namespace wick
