#include "core/image/outline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "core/image/mask_runs.h"
#include "core/image/regions.h"

namespace wick {
namespace {

enum Direction { kUp, kRight, kDown, kLeft, kDirections };

constexpr std::array<Point, kDirections> kStep{{{0, -1}, {1, 0}, {0, 1}, {-1, 0}}};

/// Walks along the edges between a mask and what lies outside it, the mask on its right.
class Tracer {
 public:
  Tracer(const Mask& mask, const Regions& regions) : mask_(mask), regions_(regions), walked_(regions.runs()) {}

  /// Whether the edge up along the left end of a run has been walked.
  bool walked(std::size_t run) const { return walked_[run]; }

  /// The ring that begins at the left end of a run of row y.
  Ring ring(const Run& run, Index y) {
    Ring corners;
    const Point start{run.begin, y};
    Point at = start;
    Direction heading = kUp;
    mark(at);
    do {
      const Direction next = turn(at, heading);
      if (next != heading) corners.push_back(at);
      heading = next;
      at = {at.x + kStep[heading].x, at.y + kStep[heading].y};
      if (heading == kUp) mark(at);
    } while (at != start || heading != kUp);
    return corners;
  }

 private:
  bool inside(Index x, Index y) const {
    return x >= 0 && x < mask_.width && y >= 0 && y < mask_.height && mask_.row(y)[x] != 0;
  }

  /// Left as soon as there is a pixel, so that pixels which touch at a corner are walked around together.
  Direction turn(const Point& at, Direction heading) const {
    constexpr std::array<Point, kDirections> kAheadLeft{{{-1, -1}, {0, -1}, {0, 0}, {-1, 0}}};  // from the corner
    const Point left = kAheadLeft[heading], right = kAheadLeft[(heading + 1) % kDirections];
    if (inside(at.x + left.x, at.y + left.y)) return static_cast<Direction>((heading + 3) % kDirections);
    if (inside(at.x + right.x, at.y + right.y)) return heading;
    return static_cast<Direction>((heading + 1) % kDirections);
  }

  /// The edge up that ends at `at` is a run's left end.
  void mark(const Point& at) {
    const std::span<const Run> row = regions_.row(at.y);
    const auto run = std::lower_bound(row.begin(), row.end(), at.x, [](const Run& r, Index x) { return r.begin < x; });
    walked_[regions_.first_run(at.y) + static_cast<std::size_t>(run - row.begin())] = true;
  }

  const Mask& mask_;
  const Regions& regions_;
  std::vector<bool> walked_;  // [runs]
};

/// Whether a ring goes clockwise, y pointing down: an outer one.
bool is_clockwise(const Ring& ring) {
  std::int64_t twice_area = 0;
  Point last = ring.back();
  for (const Point& point : ring) {
    twice_area += static_cast<std::int64_t>(last.x) * point.y - static_cast<std::int64_t>(point.x) * last.y;
    last = point;
  }
  return twice_area > 0;
}

/// From a point to the nearest of the line between two others, squared.
double squared_distance(const Point& point, const Point& from, const Point& to) {
  const auto along_x = static_cast<double>(to.x - from.x), along_y = static_cast<double>(to.y - from.y);
  const auto x = static_cast<double>(point.x - from.x), y = static_cast<double>(point.y - from.y);
  const double squared_length = along_x * along_x + along_y * along_y;
  const double at = squared_length > 0 ? std::clamp((x * along_x + y * along_y) / squared_length, 0.0, 1.0) : 0;
  return (x - at * along_x) * (x - at * along_x) + (y - at * along_y) * (y - at * along_y);
}

/// Of the corners strictly between two, the furthest from the line between those, and how far it is, squared.
std::pair<std::size_t, double> furthest(const Ring& ring, std::size_t from, std::size_t to) {
  std::pair<std::size_t, double> found{from, -1};
  for (std::size_t i = from + 1; i < to; ++i) {
    const double distance = squared_distance(ring[i], ring[from], ring[to]);
    if (distance > found.second) found = {i, distance};
  }
  return found;
}

/// Douglas and Peucker's line from the first corner to the one furthest away and back.
Ring simplified(Ring ring, double tolerance) {
  ring.push_back(ring.front());
  std::vector<bool> kept(ring.size());
  kept.front() = kept.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> parts{{0, ring.size() - 1}};
  while (!parts.empty()) {
    const auto [from, to] = parts.back();
    parts.pop_back();
    const auto [corner, distance] = furthest(ring, from, to);
    if (distance <= tolerance * tolerance) continue;
    kept[corner] = true;
    parts.insert(parts.end(), {{from, corner}, {corner, to}});
  }
  Ring simple;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    if (kept[i]) simple.push_back(ring[i]);
  }
  return simple;
}

bool has_area(const Ring& ring) { return ring.size() >= 3; }

void simplify(std::vector<Polygon>& polygons, double tolerance) {
  for (Polygon& polygon : polygons) {
    if (Ring outer = simplified(polygon.outer, tolerance); has_area(outer)) polygon.outer = std::move(outer);
    for (Ring& hole : polygon.holes) hole = simplified(std::move(hole), tolerance);
    std::erase_if(polygon.holes, [](const Ring& hole) { return !has_area(hole); });
  }
}

void append_path(const Ring& ring, std::string& path) {
  Point last = ring.front();
  auto out = std::back_inserter(path);
  fmt::format_to(out, "M{} {}", last.x, last.y);
  for (std::size_t i = 1; i < ring.size(); ++i) {
    const Point point = ring[i];
    if (point.y == last.y) {
      fmt::format_to(out, "H{}", point.x);
    } else if (point.x == last.x) {
      fmt::format_to(out, "V{}", point.y);
    } else {
      fmt::format_to(out, "L{} {}", point.x, point.y);
    }
    last = point;
  }
  path += 'Z';
}

template <class Move>
std::vector<Polygon> moved(std::vector<Polygon> polygons, Move&& move) {
  const auto move_ring = [&](Ring& ring) { std::for_each(ring.begin(), ring.end(), move); };
  for (Polygon& polygon : polygons) {
    move_ring(polygon.outer);
    std::for_each(polygon.holes.begin(), polygon.holes.end(), move_ring);
  }
  return polygons;
}

}  // namespace

std::vector<Polygon> outline(const Mask& mask, double tolerance) {
  const Regions regions(mask, 1);
  std::vector<Polygon> polygons(static_cast<std::size_t>(regions.count()));
  Tracer tracer(mask, regions);
  for (Index y = 0; y < mask.height; ++y) {
    const std::span<const Run> row = regions.row(y);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (tracer.walked(regions.first_run(y) + i)) continue;
      Ring ring = tracer.ring(row[i], y);
      Polygon& polygon = polygons[static_cast<std::size_t>(row[i].region)];
      if (is_clockwise(ring)) {
        polygon.outer = std::move(ring);
      } else {
        polygon.holes.push_back(std::move(ring));
      }
    }
  }
  if (tolerance > 0) simplify(polygons, tolerance);
  return polygons;
}

std::vector<Polygon> outline_near(const Rle& rle, double tolerance) {
  constexpr double kMostStep = 64, kStray = 0.75;  // pixels of such a pixel that its edge may be off, along a diagonal
  const auto step = static_cast<Index>(std::clamp(tolerance, 1.0, kMostStep));
  if (step == 1) {  // of the rows that have any of the mask
    const Box box = bounding_box(rle);
    const auto top = static_cast<Index>(box.y0), rows = static_cast<Index>(box.y1) + 1 - top;
    return moved(outline(rows_of(rle, top, rows), tolerance), [&](Point& corner) { corner.y += top; });
  }
  const double left = tolerance / static_cast<double>(step) - kStray;
  return moved(outline(coarse_mask(rle, step), left), [&](Point& corner) {
    corner = {std::min(corner.x * step, rle.size.width), std::min(corner.y * step, rle.size.height)};
  });
}

std::string svg_path(const std::vector<Polygon>& polygons) {
  std::string path;
  for (const Polygon& polygon : polygons) {
    append_path(polygon.outer, path);
    for (const Ring& hole : polygon.holes) append_path(hole, path);
  }
  return path;
}

}  // namespace wick
