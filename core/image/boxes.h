#pragma once
// Boxes around things, and choosing among those that overlap.
#include <span>
#include <vector>

#include "kernels/dtype.h"

namespace wick {

/// Two corners, in pixels of the picture: x0 <= x1, y0 <= y1.
struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool operator==(const Box&) const = default;
};

/// The area of both over the area of either. Of two boxes without area, as masks have them that are a pixel wide, that
/// of the pixels from the first to the last.
float iou(const Box& a, const Box& b);

/// Non-maximum suppression (torchvision.ops.nms, which keeps every box without area): from the best score down, each
/// box that overlaps none already kept by more than `iou_threshold`. The indices of those kept, in that order; of equal
/// scores the first comes first. Throws Error unless there is a score for each box.
std::vector<Index> non_maximum_suppression(std::span<const Box> boxes, std::span<const float> scores,
                                           float iou_threshold);

}  // namespace wick
