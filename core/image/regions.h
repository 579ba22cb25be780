#pragma once
// The pieces that a mask is made of.
#include <span>
#include <vector>

#include "core/image/mask.h"

namespace wick {

/// Pixels beside each other in one row, [begin, end), and the region they are part of.
struct Run {
  Index begin = 0, end = 0, region = 0;
};

/// The regions of a mask's pixels, or of those outside it: pixels that touch, at a corner at least, are one region.
/// Regions are counted from the top left.
class Regions {
 public:
  /// Of the pixels whose bit is `bit`.
  Regions(const Mask& mask, std::uint8_t bit);

  Index count() const { return static_cast<Index>(areas_.size()); }
  /// [count], pixels.
  const std::vector<Index>& areas() const { return areas_; }
  /// The runs of a row, from left to right.
  std::span<const Run> row(Index y) const;
  /// Where row y begins among all runs.
  std::size_t first_run(Index y) const { return first_runs_[static_cast<std::size_t>(y)]; }
  std::size_t runs() const { return runs_.size(); }

 private:
  void find_runs(const Mask& mask, std::uint8_t bit);
  void number();

  std::vector<Run> runs_;                // row by row
  std::vector<std::size_t> first_runs_;  // [height + 1]
  std::vector<Index> areas_;
};

enum class SmallRegions { holes, islands };

/// Fills the holes, or takes away the islands, of fewer than `min_area` pixels, as remove_small_regions of Segment
/// Anything does: what lies around the mask counts as a hole as well, and if all islands are small the largest stays.
/// Whether there were any.
bool remove_small_regions(Mask& mask, Index min_area, SmallRegions which);

}  // namespace wick
