#pragma once
// What a picture's visible masks can be saved as.
#include <array>
#include <string>

#include "core/image/compose.h"
#include "views/segment/picture_store.h"

namespace wick::views {

enum class ExportFormat { cutout, mask, overlay, svg, polygons, coco };

struct ExportName {
  ExportFormat format;
  const char *title, *sub, *file;
  const char* copied;  // what it is called in a sentence
};
inline constexpr std::array<ExportName, 6> kExports = {
    {{ExportFormat::cutout, "Cut-out", "PNG, alpha", "cutout.png", "cut-out"},
     {ExportFormat::mask, "Mask", "PNG", "mask.png", "mask"},
     {ExportFormat::overlay, "Picture with overlay", "PNG", "overlay.png", "picture with overlay"},
     {ExportFormat::svg, "Outline", "SVG path", "outline.svg", "outline"},
     {ExportFormat::polygons, "Polygons", "JSON", "polygons.json", "polygons"},
     {ExportFormat::coco, "Run lengths", "COCO RLE", "rle.json", "run lengths"}}};

inline const ExportName& name_of(ExportFormat format) { return kExports[static_cast<std::size_t>(format)]; }
inline bool is_text(ExportFormat format) { return format >= ExportFormat::svg; }

/// Of the style's colours for things.
Colour thing_colour(int colour);
/// A file's name for it: "truck.mask.png" of "truck.jpg".
std::string export_file_name(const std::string& title, ExportFormat format);

/// The visible masks as a text. Throws Error where there are none.
std::string export_text(const PictureRecord& picture, ExportFormat format);
/// The same as a picture.
Image export_image(const PictureRecord& picture, const Image& pixels, ExportFormat format);
/// What is cut out, no larger than its box: what one pastes elsewhere.
Image trimmed_cut_out(const PictureRecord& picture, const Image& pixels);
/// Either as a file that takes its place once it is whole. Throws Error (io) if it cannot be written.
void write_export(const std::string& path, const PictureRecord& picture, const Image& pixels, ExportFormat format);

}  // namespace wick::views
