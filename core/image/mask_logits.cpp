#include "core/image/mask_logits.h"

#include <algorithm>
#include <array>
#include <limits>

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

/// Neighbouring columns of the picture, and those of low resolution that they depend on.
struct Span {
  std::size_t begin, end;
  std::size_t low_begin, low_end;
};

/// What is known of a part of a row before any of its logits is computed.
enum class Part : std::uint8_t { outside, inside, mixed };

struct Range {
  float least = std::numeric_limits<float>::infinity(), most = -least;

  void add(const Range& other) {
    least = std::min(least, other.least);
    most = std::max(most, other.most);
  }
  /// Of anything that is a weighted mean of these logits.
  Part part() const {
    constexpr float kRounding = 1e-3F;  // more than the mean's
    if (most < kMaskThreshold - kStabilityOffset - kRounding) return Part::outside;
    return least > kMaskThreshold + kStabilityOffset + kRounding ? Part::inside : Part::mixed;
  }
};

/// The picture's logits, as far as they are asked for.
class PictureLogits {
 public:
  PictureLogits(std::span<const float> low_res, ImageSize picture)
      : low_res_(low_res),
        frame_(sam_size(picture)),
        down_(bilinear(kLowResSide, kSamSide, frame_.height)),
        across_(bilinear(kLowResSide, kSamSide, frame_.width)),
        picture_down_(bilinear(frame_.height, picture.height, picture.height)),
        picture_across_(bilinear(frame_.width, picture.width, picture.width)),
        frame_row_(across_.size()) {
    make_spans();
    for (Held& held : held_) held = {kNone, std::vector<float>(picture_across_.size()), {}};
  }

  std::size_t spans() const { return spans_.size(); }
  const Span& span(std::size_t i) const { return spans_[i]; }

  Part part(std::size_t y, std::size_t span) const {
    const Between& at = picture_down_[y];
    Range all;
    for (std::size_t low = down_[at.low].low; low <= down_[at.high].high; ++low) {
      all.add(ranges_[low * spans_.size() + span]);
    }
    return all.part();
  }

  /// Spans [first, end) of a row of the picture, from the top row down. Lasts until the next. The sums are those of
  /// both steps done one after the other, in the same order.
  struct Rows {
    const float *low, *high;
    float low_weight, high_weight;
    float at(std::size_t x) const { return low_weight * low[x] + high_weight * high[x]; }
  };
  Rows rows(std::size_t y, std::size_t first, std::size_t end) {
    const Between& at = picture_down_[y];
    return {frame_row(at.low, first, end), frame_row(at.high, first, end), at.low_weight, at.high_weight};
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX, kSpans = 64;
  /// A row of the frame, already as wide as the picture: one serves all the picture's rows beside it.
  struct Held {
    std::size_t y = kNone;
    std::vector<float> row;
    std::array<bool, kSpans> made = {};
  };

  void make_spans() {
    const std::size_t width = picture_across_.size(), count = std::min(kSpans, width);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t begin = width * i / count, end = width * (i + 1) / count;
      spans_.push_back(
          {begin, end, across_[picture_across_[begin].low].low, across_[picture_across_[end - 1].high].high + 1});
    }
    ranges_.resize(kLowResSide * count);
    for (std::size_t y = 0; y < kLowResSide; ++y) {
      for (std::size_t i = 0; i < count; ++i) {
        const float* row = low_res_.data() + y * kLowResSide;
        for (std::size_t x = spans_[i].low_begin; x < spans_[i].low_end; ++x) {
          ranges_[y * count + i].add({row[x], row[x]});
        }
      }
    }
  }

  const float* frame_row(std::size_t y, std::size_t first, std::size_t end) {
    Held& held = held_[y % held_.size()];
    if (held.y != y) {
      held.y = y;
      held.made = {};
    }
    for (std::size_t i = first; i < end; ++i) {
      if (!held.made[i]) make(held, i);
      held.made[i] = true;
    }
    return held.row.data();
  }

  void make(Held& held, std::size_t i) {
    const Between& down = down_[held.y];
    const float* low = low_res_.data() + down.low * kLowResSide;
    const float* high = low_res_.data() + down.high * kLowResSide;
    const Span& span = spans_[i];
    const std::size_t frame_end = picture_across_[span.end - 1].high + 1;
    for (std::size_t at = picture_across_[span.begin].low; at < frame_end; ++at) {
      const Between& x = across_[at];
      frame_row_[at] = down.low_weight * (x.low_weight * low[x.low] + x.high_weight * low[x.high]) +
                       down.high_weight * (x.low_weight * high[x.low] + x.high_weight * high[x.high]);
    }
    for (std::size_t at = span.begin; at < span.end; ++at) {
      const Between& x = picture_across_[at];
      held.row[at] = x.low_weight * frame_row_[x.low] + x.high_weight * frame_row_[x.high];
    }
  }

  std::span<const float> low_res_;
  ImageSize frame_;
  std::vector<Between> down_, across_;                  // low resolution to frame
  std::vector<Between> picture_down_, picture_across_;  // frame to picture
  std::vector<Span> spans_;
  std::vector<Range> ranges_;  // [kLowResSide, spans]
  std::vector<float> frame_row_;
  std::array<Held, 2> held_;
};

/// The rows of the picture's mask, from the top down.
class MaskRows {
 public:
  MaskRows(std::span<const float> low_res, ImageSize picture)
      : logits_(low_res, picture),
        runs_(picture),
        bits_(static_cast<std::size_t>(picture.width)),
        parts_(logits_.spans(), Part::outside) {}

  void add(std::size_t y) {
    for (std::size_t i = 0; i < parts_.size();) {
      const Part part = logits_.part(y, i);
      if (part != Part::mixed) {
        fill(i++, part);
        continue;
      }
      const std::size_t first = i;
      do parts_[i++] = Part::mixed;
      while (i < parts_.size() && logits_.part(y, i) == Part::mixed);
      threshold(logits_.rows(y, first, i), logits_.span(first).begin, logits_.span(i - 1).end);
    }
    runs_.end_row();
  }

  UpsampledMask finish() const { return {runs_.finish(), stability_}; }

 private:
  void fill(std::size_t i, Part part) {
    const Span& span = logits_.span(i);
    if (part == Part::inside) {
      const auto pixels = static_cast<Index>(span.end - span.begin);
      stability_.narrow += pixels;
      stability_.wide += pixels;
    }
    if (parts_[i] == part) return;  // as the row above
    parts_[i] = part;
    std::fill(bits_.data() + span.begin, bits_.data() + span.end, static_cast<std::uint8_t>(part == Part::inside));
    runs_.compare(bits_.data(), span.begin, span.end);
  }

  void threshold(const PictureLogits::Rows& rows, std::size_t begin, std::size_t end) {
    int narrow = 0, wide = 0;
    std::uint8_t* bits = bits_.data();
    for (std::size_t x = begin; x < end; ++x) {
      const float logit = rows.at(x);
      bits[x] = static_cast<std::uint8_t>(logit > kMaskThreshold);
      narrow += logit > kMaskThreshold + kStabilityOffset;
      wide += logit > kMaskThreshold - kStabilityOffset;
    }
    stability_.narrow += narrow;
    stability_.wide += wide;
    runs_.compare(bits, begin, end);
  }

  PictureLogits logits_;
  RleBuilder runs_;
  Stability stability_;
  std::vector<std::uint8_t> bits_;  // of the row
  std::vector<Part> parts_;         // of each span of it
};

void check_size(std::span<const float> low_res) {
  if (low_res.size() == static_cast<std::size_t>(kLowResSide * kLowResSide)) return;
  throw Error("upsample_mask: {} logits, expected {} x {}", low_res.size(), kLowResSide, kLowResSide);
}

bool has_pixel(PictureLogits& logits, std::size_t y, std::size_t span) {
  const Part part = logits.part(y, span);
  if (part != Part::mixed) return part == Part::inside;
  const PictureLogits::Rows rows = logits.rows(y, span, span + 1);
  for (std::size_t x = logits.span(span).begin; x < logits.span(span).end; ++x) {
    if (rows.at(x) > kMaskThreshold) return true;
  }
  return false;
}

}  // namespace

bool is_mask_empty(std::span<const float> low_res, ImageSize picture) {
  check_size(low_res);
  PictureLogits logits(low_res, picture);
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
    for (std::size_t i = 0; i < logits.spans(); ++i) {
      if (has_pixel(logits, y, i)) return false;
    }
  }
  return true;
}

UpsampledMask upsample_mask(std::span<const float> low_res, ImageSize picture) {
  check_size(low_res);
  MaskRows rows(low_res, picture);
  for (Index y = 0; y < picture.height; ++y) rows.add(static_cast<std::size_t>(y));
  return rows.finish();
}

}  // namespace wick
