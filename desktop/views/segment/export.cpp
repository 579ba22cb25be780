#include "views/segment/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "core/image/mask_runs.h"
#include "image/mask_files.h"
#include "image/png_writer.h"

namespace wick::views {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<Colour, kThingColours> kColours = {{{0xF5, 0xB0, 0x41},
                                                         {0x4C, 0x9B, 0xE8},
                                                         {0x3F, 0xB2, 0x7F},
                                                         {0xB0, 0x7C, 0xE8},
                                                         {0xEE, 0x6F, 0x80},
                                                         {0x27, 0xB3, 0xC2}}};

std::vector<const Thing*> shown(const PictureRecord& picture) {
  std::vector<const Thing*> things = picture.scene.shown();
  if (things.empty()) throw Error("{}: no object is visible", picture.title);
  return things;
}

Rle union_of(const PictureRecord& picture) {
  const std::vector<const Thing*> things = shown(picture);
  Rle all = things.front()->mask()->rle;
  for (std::size_t i = 1; i < things.size(); ++i) all = united(all, things[i]->mask()->rle);
  return all;
}

std::vector<ShownMask> shown_masks(const std::vector<const Thing*>& things) {
  std::vector<ShownMask> masks;
  for (const Thing* thing : things) masks.push_back({thing->mask()->rle, thing_colour(thing->colour), thing->name});
  return masks;
}

std::string json_of(const PictureRecord& picture, ExportFormat format) {
  Json objects = Json::array();
  for (const Thing* thing : shown(picture)) {
    const MaskPtr mask = thing->mask();
    Json object{{"name", thing->name},
                {"iou", mask->iou},
                {"stability", mask->stability},
                {"area", mask->area},
                {"box", box_json(mask->box)}};
    if (format == ExportFormat::polygons) {
      object["polygons"] = polygons_json(mask->rle);
    } else {
      object["segmentation"] = rle_json(mask->rle);
    }
    objects.push_back(std::move(object));
  }
  const Json json{{"image", picture.title},
                  {"width", picture.size.width},
                  {"height", picture.size.height},
                  {"objects", std::move(objects)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

Colour thing_colour(int colour) { return kColours[static_cast<std::size_t>(colour) % kColours.size()]; }

std::string export_file_name(const std::string& title, ExportFormat format) {
  const std::size_t dot = title.rfind('.');
  std::string stem = dot == std::string::npos || dot == 0 ? title : title.substr(0, dot);
  std::ranges::replace_if(
      stem,
      [](char c) {
        return static_cast<unsigned char>(c) < 0x20 ||
               std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos;
      },
      '-');
  return fmt::format("{}.{}", stem.empty() ? "picture" : stem, name_of(format).file);
}

std::string export_text(const PictureRecord& picture, ExportFormat format) {
  if (format == ExportFormat::svg) return svg_of(picture.size, shown_masks(shown(picture)));
  return json_of(picture, format);
}

Image export_image(const PictureRecord& picture, const Image& pixels, ExportFormat format) {
  switch (format) {
    case ExportFormat::mask:
      return grey(mask_of(union_of(picture)));
    case ExportFormat::cutout:
      return cut_out(pixels, mask_of(union_of(picture)));
    default:
      return overlay_of(pixels, shown_masks(shown(picture)));
  }
}

Image trimmed_cut_out(const PictureRecord& picture, const Image& pixels) {
  const Rle all = union_of(picture);
  const Box box = bounding_box(all);
  const auto x = static_cast<Index>(box.x0), y = static_cast<Index>(box.y0);
  const ImageSize size{static_cast<Index>(box.x1) + 1 - x, static_cast<Index>(box.y1) + 1 - y};
  const Mask rows = rows_of(all, y, size.height);
  Mask mask(size);
  for (Index row = 0; row < size.height; ++row) std::copy_n(rows.row(row) + x, size.width, mask.row(row));
  ImageView part(pixels);
  part.pixels = part.row(y) + x * part.channels;
  part.width = size.width;
  part.height = size.height;
  return cut_out(part, mask);
}

void write_export(const std::string& path, const PictureRecord& picture, const Image& pixels, ExportFormat format) {
  if (is_text(format)) return write_text(path, export_text(picture, format));
  write_png(path, export_image(picture, pixels, format));
}

}  // namespace wick::views
