#include "views/segment/mask_fill.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace wick::views {
namespace {

/// Where edges cross the middles of rows.
class Crossings {
 public:
  Crossings(const OutlinePlacement& at, const ScreenRect& clip)
      : at_(at), first_(std::floor(static_cast<double>(clip.y0))), end_(std::ceil(static_cast<double>(clip.y1))) {}

  void add(const Ring& ring) {
    for (std::size_t i = 0; i < ring.size(); ++i) add_edge(ring[i], ring[(i + 1) % ring.size()]);
  }
  /// (row, x), sorted.
  std::vector<std::pair<int, float>> sorted() {
    std::sort(crossings_.begin(), crossings_.end());
    return std::move(crossings_);
  }

 private:
  void add_edge(Point a, Point b) {
    double x0 = static_cast<double>(a.x) * at_.x_scale + at_.x, y0 = static_cast<double>(a.y) * at_.y_scale + at_.y;
    double x1 = static_cast<double>(b.x) * at_.x_scale + at_.x, y1 = static_cast<double>(b.y) * at_.y_scale + at_.y;
    if (y0 > y1) {
      std::swap(x0, x1);
      std::swap(y0, y1);
    }
    const double begin = std::max(first_, std::ceil(y0 - 0.5)), end = std::min(end_, std::ceil(y1 - 0.5));
    for (double row = begin; row < end; ++row) {
      const double part = (row + 0.5 - y0) / (y1 - y0);
      crossings_.emplace_back(static_cast<int>(row), static_cast<float>(x0 + part * (x1 - x0)));
    }
  }

  OutlinePlacement at_;
  double first_, end_;
  std::vector<std::pair<int, float>> crossings_;
};

/// Joins a row's stretch with the rectangle above it.
class Rows {
 public:
  void add(int row, float x0, float x1) {
    const auto y = static_cast<float>(row);
    if (row != row_) {
      above_ = row == row_ + 1 ? begin_ : rects_.size();
      begin_ = rects_.size();
      row_ = row;
    }
    for (std::size_t i = above_; i < begin_; ++i) {
      const ScreenRect above = rects_[i];
      if (above.y1 != y || above.x0 != x0 || above.x1 != x1) continue;
      rects_[i].x1 = x0;  // it goes on below
      rects_.push_back({x0, above.y0, x1, y + 1});
      return;
    }
    rects_.push_back({x0, y, x1, y + 1});
  }
  std::vector<ScreenRect> finish() {
    std::erase_if(rects_, [](const ScreenRect& rect) { return rect.x1 <= rect.x0; });
    return std::move(rects_);
  }

 private:
  std::vector<ScreenRect> rects_;
  std::size_t above_ = 0, begin_ = 0;  // where the rectangles of the row above, and of this one, begin
  int row_ = -1'000'000;
};

}  // namespace

std::vector<ScreenRect> fill_of(const std::vector<Polygon>& outline, const OutlinePlacement& at,
                                const ScreenRect& clip) {
  Crossings crossings(at, clip);
  for (const Polygon& polygon : outline) {
    crossings.add(polygon.outer);
    for (const Ring& hole : polygon.holes) crossings.add(hole);
  }
  const std::vector<std::pair<int, float>> sorted = crossings.sorted();
  Rows rows;
  for (std::size_t i = 0; i + 1 < sorted.size(); i += 2) {  // every line is closed: a row has an even number
    const float x0 = std::max(sorted[i].second, clip.x0), x1 = std::min(sorted[i + 1].second, clip.x1);
    if (x0 < x1) rows.add(sorted[i].first, x0, x1);
  }
  return rows.finish();
}

std::vector<Place> line_of(const Ring& ring, const OutlinePlacement& at, const ScreenRect& clip, double least) {
  std::vector<Place> line;
  ScreenRect around{1e9F, 1e9F, -1e9F, -1e9F};
  for (const Point& corner : ring) {
    const Place place{static_cast<double>(corner.x) * at.x_scale + at.x,
                      static_cast<double>(corner.y) * at.y_scale + at.y};
    around.x0 = std::min(around.x0, static_cast<float>(place.x));
    around.y0 = std::min(around.y0, static_cast<float>(place.y));
    around.x1 = std::max(around.x1, static_cast<float>(place.x));
    around.y1 = std::max(around.y1, static_cast<float>(place.y));
    if (line.empty() || distance(line.back(), place) >= least) line.push_back(place);
  }
  const bool outside =
      around.x1 < clip.x0 || around.x0 > clip.x1 || around.y1 < clip.y0 || around.y0 > clip.y1 || line.size() < 2;
  return outside ? std::vector<Place>() : line;
}

}  // namespace wick::views
