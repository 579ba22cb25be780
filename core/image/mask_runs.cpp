#include "core/image/mask_runs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace wick {
namespace {

/// Calls use(x, top, below) for every stretch of pixels inside the mask, down the columns from left to right.
template <class Use>
void for_each_stretch(const Rle& rle, Use&& use) {
  const Index height = rle.size.height;
  Index pixel = 0;
  bool inside = false;
  for (const std::uint32_t count : rle.counts) {
    const Index end = pixel + static_cast<Index>(count);
    while (inside && pixel < end) {
      const Index x = pixel / height, next = std::min(end, (x + 1) * height);
      use(x, pixel - x * height, next - x * height);
      pixel = next;
    }
    pixel = end;
    inside = !inside;
  }
}

/// The runs of a mask, pixel after pixel.
struct RunReader {
  const std::vector<std::uint32_t>& counts;
  std::size_t next = 0;
  std::uint32_t left = 0;
  bool inside = true;  // turned at the first run

  /// Moves on to a run that has pixels; false after the last.
  bool reach() {
    while (left == 0 && next < counts.size()) {
      left = counts[next++];
      inside = !inside;
    }
    return left > 0;
  }
};

template <class Both>
Rle combined(const Rle& a, const Rle& b, Both&& both) {
  if (a.size != b.size) {
    throw Error("mask: {} x {} and {} x {} pixels do not go together", a.size.width, a.size.height, b.size.width,
                b.size.height);
  }
  RunReader of_a{a.counts}, of_b{b.counts};
  RunWriter runs;
  while (of_a.reach() && of_b.reach()) {
    const std::uint32_t pixels = std::min(of_a.left, of_b.left);
    runs.add(both(of_a.inside, of_b.inside), pixels);
    of_a.left -= pixels;
    of_b.left -= pixels;
  }
  return {a.size, runs.finish()};
}

/// Calls use(cell, share) for each of `count` cells from `first` to `end` of which [from, to) covers a share.
template <class Use>
void for_each_cell(double from, double to, double first, double end, Index count, Use&& use) {
  const double side = (end - first) / static_cast<double>(count);
  const double begin = (from - first) / side, stop = (to - first) / side;
  const auto last = std::min(static_cast<double>(count), std::ceil(stop));
  for (double cell = std::max(0.0, std::floor(begin)); cell < last; ++cell) {
    use(static_cast<Index>(cell), std::min(stop, cell + 1) - std::max(begin, cell));
  }
}

/// Writes stretches of pixels inside a mask that come in the order of the runs, none over another.
class StretchWriter {
 public:
  explicit StretchWriter(ImageSize size) : size_(size) {}
  void add(Index x, Index top, Index below) {
    const Index first = x * size_.height + top;
    runs_.add(false, static_cast<std::uint32_t>(first - written_));
    runs_.add(true, static_cast<std::uint32_t>(below - top));
    written_ = first + below - top;
  }
  Rle finish() {
    runs_.add(false, static_cast<std::uint32_t>(size_.width * size_.height - written_));
    return {size_, runs_.finish()};
  }

 private:
  ImageSize size_;
  RunWriter runs_;
  Index written_ = 0;  // pixels
};

/// Where a column at `x` cuts the line from one place to another that is `radius` thick at either side and round at its
/// ends: two ordinates, the second one less than the first where it does not.
std::pair<double, double> cut(const StrokePlace& from, const StrokePlace& to, double radius, double x) {
  std::pair<double, double> found{1, 0};
  const auto take = [&](double top, double below) {
    found = found.second < found.first ? std::pair(top, below)
                                       : std::pair(std::min(found.first, top), std::max(found.second, below));
  };
  for (const StrokePlace& end : {from, to}) {
    const double across = x - end.x, squared = radius * radius - across * across;
    if (squared >= 0) take(end.y - std::sqrt(squared), end.y + std::sqrt(squared));
  }
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  if (length == 0 || to.x == from.x) return found;
  const double slope = (to.y - from.y) / (to.x - from.x);
  for (const double side : {-radius, radius}) {
    const double shift = side * (to.y - from.y) / length, reach = (x + shift - from.x) / (to.x - from.x);
    const double y = from.y + (x + shift - from.x) * slope + side * (to.x - from.x) / length;
    if (reach >= 0 && reach <= 1) take(y, y);
  }
  return found;
}

using Rows = std::pair<Index, Index>;  // [first, end)

/// Sorted and put together where they touch.
void merge(std::vector<Rows>& stretches) {
  std::sort(stretches.begin(), stretches.end());
  std::size_t kept = 0;
  for (const Rows& stretch : stretches) {
    if (kept > 0 && stretch.first <= stretches[kept - 1].second) {
      stretches[kept - 1].second = std::max(stretches[kept - 1].second, stretch.second);
    } else {
      stretches[kept++] = stretch;
    }
  }
  stretches.resize(kept);
}

/// The pixels of a side whose middles lie in [from, to], at most `count`.
Rows pixels_between(double from, double to, Index count) {
  const auto pixel = [count](double at) { return static_cast<Index>(std::clamp(at, 0.0, static_cast<double>(count))); };
  return {pixel(std::ceil(from - 0.5)), pixel(std::floor(to + 0.5))};
}

void check_stroke(std::span<const StrokePlace> places, double radius) {
  constexpr double kFar = 2.0 * kMaxSide;  // beyond any picture, and numbers stay exact
  if (!(radius > 0 && radius <= kFar)) throw Error("mask: a brush of {:g} pixels", radius);
  for (const StrokePlace& place : places) {
    if (!(std::abs(place.x) <= kFar && std::abs(place.y) <= kFar)) {
      throw Error("mask: a stroke through ({:g}, {:g})", place.x, place.y);
    }
  }
}

}  // namespace

Index area(const Rle& rle) {
  Index pixels = 0;
  for (std::size_t i = 1; i < rle.counts.size(); i += 2) pixels += static_cast<Index>(rle.counts[i]);
  return pixels;
}

Box bounding_box(const Rle& rle) {
  Index left = rle.size.width, right = -1, top = rle.size.height, bottom = -1;
  for_each_stretch(rle, [&](Index x, Index first, Index end) {
    left = std::min(left, x);
    right = x;
    top = std::min(top, first);
    bottom = std::max(bottom, end - 1);
  });
  if (right < 0) return {};
  return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right), static_cast<float>(bottom)};
}

bool contains(const Rle& rle, Index x, Index y) {
  if (x < 0 || y < 0 || x >= rle.size.width || y >= rle.size.height) return false;
  Index left = x * rle.size.height + y;
  for (std::size_t i = 0; i < rle.counts.size(); ++i) {
    left -= static_cast<Index>(rle.counts[i]);
    if (left < 0) return i % 2 == 1;
  }
  return false;
}

Rle united(const Rle& a, const Rle& b) {
  return combined(a, b, [](bool in_a, bool in_b) { return in_a || in_b; });
}

Rle without(const Rle& a, const Rle& b) {
  return combined(a, b, [](bool in_a, bool in_b) { return in_a && !in_b; });
}

Rle placed(const Rle& part, Index x, Index y, ImageSize picture) {
  const bool fits = x >= 0 && y >= 0 && x + part.size.width <= picture.width && y + part.size.height <= picture.height;
  if (!fits) throw Error("mask: a part leaves the picture of {} x {}", picture.width, picture.height);
  if (part.size == picture) return part;
  StretchWriter writer(picture);
  for_each_stretch(part, [&](Index column, Index top, Index below) { writer.add(x + column, y + top, y + below); });
  return writer.finish();
}

Mask rows_of(const Rle& rle, Index first, Index count) {
  if (first < 0 || count < 1 || count > rle.size.height - first) {
    throw Error("mask: rows {} to {} of {}", first, first + count, rle.size.height);
  }
  Mask rows({rle.size.width, count});
  for_each_stretch(rle, [&](Index x, Index top, Index below) {
    const Index end = std::min(below - first, count);
    for (Index y = std::max(top - first, Index{0}); y < end; ++y) rows.row(y)[x] = 1;
  });
  return rows;
}

std::vector<float> coverage(const Rle& rle, const Box& part, ImageSize size) {
  const auto x0 = static_cast<double>(part.x0), x1 = static_cast<double>(part.x1);
  const auto y0 = static_cast<double>(part.y0), y1 = static_cast<double>(part.y1);
  if (!(x1 > x0 && y1 > y0) || size.width < 1 || size.height < 1) throw Error("mask: a part without area");
  std::vector<float> covered(static_cast<std::size_t>(size.width * size.height));
  for_each_stretch(rle, [&](Index x, Index top, Index below) {
    const auto left = static_cast<double>(x), upper = static_cast<double>(top), lower = static_cast<double>(below);
    for_each_cell(left, left + 1, x0, x1, size.width, [&](Index column, double across) {
      for_each_cell(upper, lower, y0, y1, size.height, [&](Index row, double down) {
        covered[static_cast<std::size_t>(row * size.width + column)] += static_cast<float>(across * down);
      });
    });
  });
  return covered;
}

Mask coarse_mask(const Rle& rle, Index step) {
  if (step < 1) throw Error("mask: every {} pixels", step);
  const auto squares = [step](Index side) { return (side + step - 1) / step; };
  Mask mask({squares(rle.size.width), squares(rle.size.height)});
  const auto middle = [step](Index square, Index side) { return std::min(square * step + step / 2, side - 1); };
  for_each_stretch(rle, [&](Index x, Index top, Index below) {
    const Index column = x / step;
    if (x != middle(column, rle.size.width)) return;
    for (Index row = top / step; row < mask.height; ++row) {
      const Index y = middle(row, rle.size.height);
      if (y >= below) break;
      if (y >= top) mask.row(row)[column] = 1;
    }
  });
  return mask;
}

Rle stroke_of(std::span<const StrokePlace> places, double radius, ImageSize picture) {
  check_image_size("the picture", picture.width, picture.height);
  check_stroke(places, radius);
  std::vector<std::vector<Rows>> columns(static_cast<std::size_t>(picture.width));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const StrokePlace &to = places[i], &from = i == 0 ? to : places[i - 1];
    const auto [left, right] = std::minmax(from.x, to.x);
    const auto [first, end] = pixels_between(left - radius, right + radius, picture.width);
    for (Index x = first; x < end; ++x) {
      const auto [top, below] = cut(from, to, radius, static_cast<double>(x) + 0.5);
      const Rows rows = pixels_between(top, below, picture.height);
      if (rows.first < rows.second) columns[static_cast<std::size_t>(x)].push_back(rows);
    }
  }
  StretchWriter writer(picture);
  for (std::size_t x = 0; x < columns.size(); ++x) {
    merge(columns[x]);
    for (const auto& [top, below] : columns[x]) writer.add(static_cast<Index>(x), top, below);
  }
  return writer.finish();
}

}  // namespace wick
