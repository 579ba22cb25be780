#include "core/image/outline.h"

#include <algorithm>

#include "core/image_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

void toggle_right_of(Mask& mask, Point from, Point to) {
  for (Index y = std::min(from.y, to.y); y < std::max(from.y, to.y); ++y) {
    for (Index x = from.x; x < mask.width; ++x) mask.row(y)[x] ^= 1;
  }
}

/// Rings filled by the even-odd rule; their lines run along pixels.
Mask filled(const std::vector<Polygon>& polygons, ImageSize size) {
  Mask mask(size);
  const auto fill = [&](const Ring& ring) {
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point from = ring[i], to = ring[(i + 1) % ring.size()];
      REQUIRE((from.x == to.x) != (from.y == to.y));
      if (from.x == to.x) toggle_right_of(mask, from, to);
    }
  };
  for (const Polygon& polygon : polygons) {
    fill(polygon.outer);
    std::for_each(polygon.holes.begin(), polygon.holes.end(), fill);
  }
  return mask;
}

/// A disc of that radius.
Mask disc(Index radius) {
  Mask mask({2 * radius + 1, 2 * radius + 1});
  for (Index y = -radius; y <= radius; ++y) {
    for (Index x = -radius; x <= radius; ++x) mask.row(y + radius)[x + radius] = x * x + y * y <= radius * radius;
  }
  return mask;
}

}  // namespace

TEST_CASE("outline: exact polygons make the mask again") {
  for (const int density : {0, 20, 128, 236, 256}) {
    for (const Index square : {1, 3}) {
      CAPTURE(density, square);
      const Mask mask = noise_mask({53, 41}, square, density);
      CHECK(filled(outline(mask), mask.size()).bits == mask.bits);
    }
  }
}

TEST_CASE("outline: a region is one polygon, what is inside it are its holes") {
  Mask mask({7, 6});
  for (Index y = 0; y < 5; ++y) std::fill_n(mask.row(y) + 1, 5, std::uint8_t{1});
  std::fill_n(mask.row(1) + 2, 3, std::uint8_t{0});
  std::fill_n(mask.row(2) + 2, 3, std::uint8_t{0});
  mask.row(2)[3] = 1;  // an island in the hole
  mask.row(5)[6] = 1;  // touches at a corner
  const std::vector<Polygon> polygons = outline(mask);
  REQUIRE(polygons.size() == 1);  // the island touches the hole's lower edge
  CHECK(polygons[0].outer == Ring{{1, 0}, {6, 0}, {6, 5}, {7, 5}, {7, 6}, {6, 6}, {6, 5}, {1, 5}});
  REQUIRE(polygons[0].holes.size() == 1);
  CHECK(svg_path(polygons) == "M1 0H6V5H7V6H6V5H1ZM5 1H2V3H3V2H4V3H5Z");
}

TEST_CASE("outline: a single pixel and an empty mask") {
  Mask mask({3, 2});
  CHECK(outline(mask).empty());
  CHECK(svg_path({}).empty());
  mask.row(1)[2] = 1;
  CHECK(svg_path(outline(mask)) == "M2 1H3V2H2Z");
  CHECK(svg_path(outline(mask, 100)) == "M2 1H3V2H2Z");  // nothing would be left of it
}

TEST_CASE("outline: fewer corners, none of them far from the edge") {
  const Mask mask = disc(100);
  const std::size_t all = outline(mask).at(0).outer.size();
  std::size_t before = all;
  for (const double tolerance : {0.5, 1.0, 2.0, 8.0}) {
    CAPTURE(tolerance);
    const Ring ring = outline(mask, tolerance).at(0).outer;
    CHECK(ring.size() < before);
    before = ring.size();
    for (const Point& point : ring) {
      const double x = static_cast<double>(point.x) - 100.5, y = static_cast<double>(point.y) - 100.5;
      CHECK(std::hypot(x, y) == Approx(100).margin(1.5));  // corners are the mask's own
    }
  }
  CHECK(before < all / 10);
}

TEST_CASE("outline: small holes vanish as the line gets coarser") {
  Mask mask({40, 40});
  std::fill(mask.bits.begin(), mask.bits.end(), std::uint8_t{1});
  mask.row(20)[20] = 0;
  CHECK(outline(mask).at(0).holes.size() == 1);
  CHECK(outline(mask, 2).at(0).holes.empty());
  CHECK(outline(mask, 2).at(0).outer == Ring{{0, 0}, {40, 0}, {40, 40}, {0, 40}});
}
