#pragma once
// Walks over strided operands of one shape.
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/shape.h"

namespace wick {

/// N operands of one shape, each with its own strides (0 where it is broadcast), as runs along the innermost dimension.
/// Neighbouring dimensions that every operand steps through evenly are merged, so contiguous operands are one run.
template <std::size_t N>
class StridedWalk {
 public:
  StridedWalk(const Shape& shape, const std::array<Shape, N>& strides) : empty_(shape.elements() == 0) {
    for (int dim = shape.rank() - 1; dim >= 0; --dim) {
      if (shape[dim] == 1) continue;
      Steps steps;
      for (std::size_t i = 0; i < N; ++i) steps[i] = strides[i][dim];
      add(shape[dim], steps);
    }
    if (levels_ == 0) add(1, Steps{});
  }

  /// Runs along the longest dimension instead, for what may be done in any order.
  void run_longest() {
    const auto longest = static_cast<std::size_t>(std::max_element(counts_.begin(), counts_.end()) - counts_.begin());
    std::swap(counts_[0], counts_[longest]);
    std::swap(steps_[0], steps_[longest]);
  }

  Index run_length() const { return counts_[0]; }
  /// Elements between neighbours of a run in operand i.
  Index run_step(std::size_t i) const { return steps_[0][i]; }

  /// Calls run(offsets) with the offset of each operand's first element, for every run in row-major order.
  template <class Run>
  void for_each_run(Run&& run) const {
    if (!empty_) walk(levels_ - 1, Steps{}, run);
  }

 private:
  using Steps = std::array<Index, N>;

  void add(Index count, const Steps& steps) {
    if (levels_ > 0) {
      bool merges = true;
      for (std::size_t i = 0; i < N; ++i) merges &= steps[i] == outermost_step(i) * outermost_count();
      if (merges) {
        counts_[static_cast<std::size_t>(levels_ - 1)] *= count;
        return;
      }
    }
    counts_[static_cast<std::size_t>(levels_)] = count;
    steps_[static_cast<std::size_t>(levels_)] = steps;
    ++levels_;
  }
  Index outermost_count() const { return counts_[static_cast<std::size_t>(levels_ - 1)]; }
  Index outermost_step(std::size_t i) const { return steps_[static_cast<std::size_t>(levels_ - 1)][i]; }

  template <class Run>
  void walk(int level, Steps offsets, Run& run) const {
    if (level == 0) {
      run(offsets);
      return;
    }
    const auto at = static_cast<std::size_t>(level);
    for (Index i = 0; i < counts_[at]; ++i) {
      walk(level - 1, offsets, run);
      for (std::size_t operand = 0; operand < N; ++operand) offsets[operand] += steps_[at][operand];
    }
  }

  std::array<Index, Shape::kMaxRank + 1> counts_{};  // innermost first
  std::array<Steps, Shape::kMaxRank + 1> steps_{};
  int levels_ = 0;
  bool empty_;
};

}  // namespace wick
