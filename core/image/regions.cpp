#include "core/image/regions.h"

#include <algorithm>
#include <cstring>

namespace wick {
namespace {

/// The first run of its region, and a shorter way to it for the next time. Until regions are numbered, a run's `region`
/// is the index of an earlier run of it, or its own.
Index first_of(std::vector<Run>& runs, Index run) {
  const auto region = [&](Index i) -> Index& { return runs[static_cast<std::size_t>(i)].region; };
  while (region(run) != run) run = region(run) = region(region(run));
  return run;
}

void join(std::vector<Run>& runs, Index a, Index b) {
  a = first_of(runs, a);
  b = first_of(runs, b);
  runs[static_cast<std::size_t>(std::max(a, b))].region = std::min(a, b);
}

/// Joins the runs of two rows, [above, row) and [row, end), where they touch.
void join_rows(std::vector<Run>& runs, std::size_t above, std::size_t row, std::size_t end) {
  for (std::size_t below = row; above < row && below < end;) {
    const Run &a = runs[above], &b = runs[below];
    if (a.begin <= b.end && b.begin <= a.end) join(runs, static_cast<Index>(above), static_cast<Index>(below));
    if (a.end < b.end) {
      ++above;
    } else {
      ++below;
    }
  }
}

}  // namespace

Regions::Regions(const Mask& mask, std::uint8_t bit) {
  find_runs(mask, bit);
  for (std::size_t y = 1; y + 1 < first_runs_.size(); ++y) {
    join_rows(runs_, first_runs_[y - 1], first_runs_[y], first_runs_[y + 1]);
  }
  number();
}

void Regions::find_runs(const Mask& mask, std::uint8_t bit) {
  const auto find = [&](const std::uint8_t* row, Index from, std::uint8_t wanted) {
    const void* found = std::memchr(row + from, wanted, static_cast<std::size_t>(mask.width - from));
    return found == nullptr ? mask.width : static_cast<const std::uint8_t*>(found) - row;
  };
  for (Index y = 0; y < mask.height; ++y) {
    first_runs_.push_back(runs_.size());
    const std::uint8_t* row = mask.row(y);
    for (Index end = 0; end < mask.width;) {
      const Index begin = find(row, end, bit);
      if (begin == mask.width) break;
      end = find(row, begin, bit ^ 1);
      runs_.push_back({begin, end, static_cast<Index>(runs_.size())});
    }
  }
  first_runs_.push_back(runs_.size());
}

void Regions::number() {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    Run& run = runs_[i];
    if (run.region == static_cast<Index>(i)) {
      run.region = count();
      areas_.push_back(0);
    } else {  // the run it names stands before this one and is numbered
      run.region = runs_[static_cast<std::size_t>(run.region)].region;
    }
    areas_[static_cast<std::size_t>(run.region)] += run.end - run.begin;
  }
}

std::span<const Run> Regions::row(Index y) const {
  return std::span(runs_).subspan(first_run(y), first_run(y + 1) - first_run(y));
}

bool remove_small_regions(Mask& mask, Index min_area, SmallRegions which) {
  const std::uint8_t bit = which == SmallRegions::holes ? 0 : 1;
  const Regions regions(mask, bit);
  const std::vector<Index>& areas = regions.areas();
  const auto is_small = [&](Index pixels) { return pixels < min_area; };
  if (std::none_of(areas.begin(), areas.end(), is_small)) return false;
  Index kept = -1;
  if (which == SmallRegions::islands && std::all_of(areas.begin(), areas.end(), is_small)) {
    kept = std::max_element(areas.begin(), areas.end()) - areas.begin();
  }
  for (Index y = 0; y < mask.height; ++y) {
    for (const Run& run : regions.row(y)) {
      if (run.region == kept || !is_small(areas[static_cast<std::size_t>(run.region)])) continue;
      std::fill(mask.row(y) + run.begin, mask.row(y) + run.end, bit ^ 1);
    }
  }
  return true;
}

}  // namespace wick
