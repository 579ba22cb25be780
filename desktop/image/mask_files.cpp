#include "image/mask_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/image/mask_runs.h"
#include "core/image/outline.h"

namespace wick {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::size_t> back_to_front(std::span<const ShownMask> masks) {
  std::vector<Index> areas;
  for (const ShownMask& mask : masks) areas.push_back(area(mask.rle));
  std::vector<std::size_t> order(masks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(-areas[i], i); });
  return order;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '&') {
      out += "&amp;";
    } else if (letter == '<') {
      out += "&lt;";
    } else if (letter == '>') {
      out += "&gt;";
    } else {
      out += letter;
    }
  }
  return out;
}

Json ring_json(const Ring& corners) {
  Json list = Json::array();
  for (const Point& corner : corners) list.push_back({corner.x, corner.y});
  return list;
}

}  // namespace

Image overlay_of(const ImageView& picture, std::span<const ShownMask> masks) {
  Image painted = opaque(picture);
  for (const std::size_t i : back_to_front(masks)) paint(painted, mask_of(masks[i].rle), masks[i].colour);
  return painted;
}

std::string svg_of(ImageSize size, std::span<const ShownMask> masks, double tolerance) {
  std::string svg =
      fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\">\n",
                  size.width, size.height);
  for (const std::size_t i : back_to_front(masks)) {
    const ShownMask& mask = masks[i];
    svg += fmt::format("<path fill=\"#{:02x}{:02x}{:02x}\" fill-rule=\"evenodd\" d=\"{}\"", mask.colour[0],
                       mask.colour[1], mask.colour[2], svg_path(outline(mask_of(mask.rle), tolerance)));
    svg += mask.title.empty() ? "/>\n" : fmt::format("><title>{}</title></path>\n", escaped(mask.title));
  }
  return svg + "</svg>\n";
}

Json polygons_json(const Rle& rle, double tolerance) {
  Json polygons = Json::array();
  for (const Polygon& polygon : outline(mask_of(rle), tolerance)) {
    Json holes = Json::array();
    for (const Ring& hole : polygon.holes) holes.push_back(ring_json(hole));
    polygons.push_back({{"outer", ring_json(polygon.outer)}, {"holes", std::move(holes)}});
  }
  return polygons;
}

Json rle_json(const Rle& rle) { return {{"size", {rle.size.height, rle.size.width}}, {"counts", packed_counts(rle)}}; }

Rle rle_of_json(const Json& json) {
  const bool fine = json.is_object() && json.contains("size") && json["size"].is_array() && json["size"].size() == 2 &&
                    json["size"][0].is_number_integer() && json["size"][1].is_number_integer() &&
                    json.contains("counts") && json["counts"].is_string();
  if (!fine) throw Error("mask: expected {{size, counts}}");
  const auto height = json["size"][0].get<std::int64_t>(), width = json["size"][1].get<std::int64_t>();
  check_image_size("mask", width, height);
  return unpacked_counts(json["counts"].get_ref<const std::string&>(),
                         {static_cast<Index>(width), static_cast<Index>(height)});
}

Json box_json(const Box& box) {
  return {static_cast<Index>(box.x0), static_cast<Index>(box.y0), static_cast<Index>(box.x1),
          static_cast<Index>(box.y1)};
}

}  // namespace wick
