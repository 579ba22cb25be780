#pragma once
// The line around a mask straight from the logits that a decoder writes: smooth, and quick enough to follow a pointer.
#include <span>
#include <vector>

#include "core/image/outline.h"

namespace wick::views {

/// How fine the outline's corners are, in a pixel of what the model sees.
inline constexpr Index kOutlineSteps = 16;

/// Where bilinear logits [kLowResSide, kLowResSide] cross the threshold, within the `seen` upper left part of what they
/// cover, kSamSide square: rings for the even-odd rule, in steps of 1 / kOutlineSteps pixels. Marching squares, with
/// straight lines across each square of logits.
std::vector<Polygon> logit_outline(std::span<const float> logits, ImageSize seen);

}  // namespace wick::views
