#include "core/image/boxes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace wick {
namespace {

/// With `edge` 1 the pixels from the first to the last, which a box around a line or a pixel has too.
float area(const Box& box, float edge) {
  return std::max(box.x1 - box.x0 + edge, 0.0F) * std::max(box.y1 - box.y0 + edge, 0.0F);
}

Box common(const Box& a, const Box& b) {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

/// The indices of `scores` from the best down; what is no number comes last.
std::vector<Index> ranked(std::span<const float> scores) {
  std::vector<Index> order(scores.size());
  std::iota(order.begin(), order.end(), Index{0});
  const auto rank = [&](Index i) {
    const float score = scores[static_cast<std::size_t>(i)];
    return std::isnan(score) ? -INFINITY : score;
  };
  std::sort(order.begin(), order.end(),
            [&](Index a, Index b) { return std::pair(-rank(a), a) < std::pair(-rank(b), b); });
  return order;
}

}  // namespace

float iou(const Box& a, const Box& b) {
  const float edge = area(a, 0) + area(b, 0) > 0 ? 0 : 1;
  const float both = area(common(a, b), edge);
  return both / (area(a, edge) + area(b, edge) - both);
}

std::vector<Index> non_maximum_suppression(std::span<const Box> boxes, std::span<const float> scores,
                                           float iou_threshold) {
  if (boxes.size() != scores.size()) throw Error("nms: {} boxes have {} scores", boxes.size(), scores.size());
  const auto box = [&](Index i) { return boxes[static_cast<std::size_t>(i)]; };
  std::vector<Index> kept;
  for (const Index next : ranked(scores)) {
    const auto covers = [&](Index other) { return iou(box(other), box(next)) > iou_threshold; };
    if (std::none_of(kept.begin(), kept.end(), covers)) kept.push_back(next);
  }
  return kept;
}

}  // namespace wick
