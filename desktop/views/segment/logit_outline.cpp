#include "views/segment/logit_outline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/image/mask_logits.h"
#include "core/image/resize.h"

namespace wick::views {
namespace {

constexpr double kPixels = static_cast<double>(kSamSide) / static_cast<double>(kLowResSide);  // from logit to logit
constexpr float kOutside = kMaskThreshold - 1;

/// A place along one side of the logits, between two of them.
struct Sample {
  double at;  // in pixels of what the model sees
  Index first;
  float part;       // of the one after it
  bool is_outside;  // beyond the picture, where its edge lies
};

/// Both edges of the picture, each once outside it, and the logits between them.
std::vector<Sample> samples(Index length) {
  const auto most = static_cast<double>(length);
  const auto sample = [](double at, bool is_outside) {
    const double place = std::clamp(at / kPixels - 0.5, 0.0, static_cast<double>(kLowResSide - 1));
    const auto first = std::min(static_cast<Index>(place), kLowResSide - 2);
    return Sample{at, first, static_cast<float>(place - static_cast<double>(first)), is_outside};
  };
  std::vector<Sample> all = {sample(0, true), sample(0, false)};
  for (double at = kPixels / 2; at < most; at += kPixels) all.push_back(sample(at, false));
  all.insert(all.end(), {sample(most, false), sample(most, true)});
  return all;
}

/// The corners of squares, row by row, and the edges between them that the line crosses.
class Squares {
 public:
  Squares(std::span<const float> logits, ImageSize seen) : xs_(samples(seen.width)), ys_(samples(seen.height)) {
    values_.reserve(xs_.size() * ys_.size());
    for (const Sample& y : ys_)
      for (const Sample& x : xs_) values_.push_back(value(logits, x, y));
    next_.resize(2 * values_.size(), kNone);
    for (std::size_t row = 0; row + 1 < ys_.size(); ++row)
      for (std::size_t column = 0; column + 1 < xs_.size(); ++column) link(row * xs_.size() + column);
  }

  std::vector<Polygon> rings() {
    std::vector<Polygon> polygons;
    for (std::size_t edge = 0; edge < next_.size(); ++edge) {
      Ring ring;
      for (std::size_t at = edge; next_[at] != kNone;) {
        const Point corner = crossing(at);
        if (ring.empty() || ring.back() != corner) ring.push_back(corner);
        at = std::exchange(next_[at], kNone);
      }
      if (ring.size() >= 3) polygons.push_back({std::move(ring), {}});
    }
    return polygons;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  static float value(std::span<const float> logits, const Sample& x, const Sample& y) {
    if (x.is_outside || y.is_outside) return kOutside;
    const float* const upper = logits.data() + y.first * kLowResSide + x.first;
    const float* const lower = upper + kLowResSide;
    const float above = upper[0] + (upper[1] - upper[0]) * x.part, below = lower[0] + (lower[1] - lower[0]) * x.part;
    return above + (below - above) * y.part;
  }
  bool inside(std::size_t corner) const { return values_[corner] > kMaskThreshold; }

  /// The line through a square, the inside on its right: in where the corners, clockwise, turn to the inside, and out
  /// where they next leave it. An edge is 2 * corner to the right of that corner, 2 * corner + 1 below it.
  void link(std::size_t corner) {
    const std::size_t below = corner + xs_.size();
    const std::array<std::size_t, 4> corners = {corner, corner + 1, below + 1, below};
    const std::array<std::size_t, 4> edges = {2 * corner, 2 * (corner + 1) + 1, 2 * below, 2 * corner + 1};
    for (std::size_t i = 0; i < 4; ++i) {
      if (inside(corners[i]) || !inside(corners[(i + 1) % 4])) continue;
      std::size_t out = (i + 1) % 4;
      while (inside(corners[(out + 1) % 4])) out = (out + 1) % 4;
      next_[edges[i]] = edges[out];
    }
  }

  Point crossing(std::size_t edge) const {
    const std::size_t corner = edge / 2, other = edge % 2 == 0 ? corner + 1 : corner + xs_.size();
    const auto a = static_cast<double>(values_[corner]), b = static_cast<double>(values_[other]);
    const double part = (static_cast<double>(kMaskThreshold) - a) / (b - a);
    const auto between = [&](double first, double second) {
      return static_cast<Index>(std::lround((first + (second - first) * part) * static_cast<double>(kOutlineSteps)));
    };
    const auto x = [&](std::size_t i) { return xs_[i % xs_.size()].at; };
    const auto y = [&](std::size_t i) { return ys_[i / xs_.size()].at; };
    return {between(x(corner), x(other)), between(y(corner), y(other))};
  }

  std::vector<Sample> xs_, ys_;
  std::vector<float> values_;      // [ys, xs]
  std::vector<std::size_t> next_;  // after each edge that the line crosses
};

}  // namespace

std::vector<Polygon> logit_outline(std::span<const float> logits, ImageSize seen) {
  if (logits.size() != static_cast<std::size_t>(kLowResSide * kLowResSide) || seen.width < 1 || seen.height < 1 ||
      seen.width > kSamSide || seen.height > kSamSide) {
    throw Error("outline: {} logits do not cover {} x {} pixels", logits.size(), seen.width, seen.height);
  }
  return Squares(logits, seen).rings();
}

}  // namespace wick::views
