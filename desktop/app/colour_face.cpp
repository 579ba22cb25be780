#include "colour_face.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "mapped_file.h"

namespace wick::app {
namespace {

/// The mean of a bitmap's pixels (blue, green, red, alpha; the colours times alpha) that fall into one of the picture,
/// as the screen wants it.
std::uint32_t mean_pixel(const FT_Bitmap& bitmap, float left, float top, float right, float bottom) {
  const int last_row = std::min(static_cast<int>(std::ceil(bottom)), static_cast<int>(bitmap.rows)),
            last_column = std::min(static_cast<int>(std::ceil(right)), static_cast<int>(bitmap.width));
  std::array<float, 4> sum{};
  float area = 0;
  for (int y = static_cast<int>(top); y < last_row; ++y) {
    const auto row = static_cast<float>(y);
    const float height = std::min(row + 1, bottom) - std::max(row, top);
    const unsigned char* pixel = bitmap.buffer + y * bitmap.pitch + 4 * static_cast<int>(left);
    for (int x = static_cast<int>(left); x < last_column; ++x) {
      const auto column = static_cast<float>(x);
      const float part = height * (std::min(column + 1, right) - std::max(column, left));
      for (float& channel : sum) channel += part * static_cast<float>(*pixel++);
      area += part;
    }
  }
  const float alpha = sum[3];
  if (alpha <= 0 || area <= 0) return 0;
  const auto byte = [](float value) { return static_cast<std::uint32_t>(std::lround(std::min(value, 255.0F))); };
  return byte(255 * sum[2] / alpha) | byte(255 * sum[1] / alpha) << 8 | byte(255 * sum[0] / alpha) << 16 |
         byte(alpha / area) << 24;
}

}  // namespace

struct ColourFace::State {
  explicit State(const std::string& path) : file(path) {}

  MappedFile file;
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  float em = 0;  // of its bitmaps, in their pixels

  ~State() {
    if (face) FT_Done_Face(face);
    if (library) FT_Done_FreeType(library);
  }
};

ColourFace::ColourFace(const std::string& path, int index) : state_(std::make_unique<State>(path)) {
  State& s = *state_;
  const std::span<const std::byte> bytes = s.file.bytes();
  const auto* const data = reinterpret_cast<const FT_Byte*>(bytes.data());
  if (bytes.empty() || FT_Init_FreeType(&s.library) != 0 ||
      FT_New_Memory_Face(s.library, data, static_cast<FT_Long>(bytes.size()), index, &s.face) != 0 ||
      s.face->num_fixed_sizes < 1 || FT_Select_Size(s.face, s.face->num_fixed_sizes - 1) != 0) {
    throw Error("{}: no face of pictures", path);
  }
  s.em = static_cast<float>(s.face->size->metrics.y_ppem);
}

ColourFace::~ColourFace() = default;

ColourGlyph ColourFace::glyph(std::uint32_t letter, float em) const {
  const State& s = *state_;
  const FT_UInt index = FT_Get_Char_Index(s.face, letter);
  if (index == 0 || FT_Load_Glyph(s.face, index, FT_LOAD_COLOR) != 0) return {};
  const FT_Bitmap& bitmap = s.face->glyph->bitmap;
  if (bitmap.pixel_mode != FT_PIXEL_MODE_BGRA || bitmap.width == 0 || bitmap.rows == 0 || s.em <= 0) return {};
  const float scale = em / s.em;
  const auto pixels_of = [&](unsigned length) {
    return std::max(1, static_cast<int>(std::lround(scale * static_cast<float>(length))));
  };
  ColourGlyph glyph{.width = pixels_of(bitmap.width),
                    .height = pixels_of(bitmap.rows),
                    .left = scale * static_cast<float>(s.face->glyph->bitmap_left),
                    .top = scale * static_cast<float>(s.face->glyph->bitmap_top),
                    .advance = scale * static_cast<float>(s.face->glyph->advance.x) / 64};
  const float across = static_cast<float>(bitmap.width) / static_cast<float>(glyph.width),
              down = static_cast<float>(bitmap.rows) / static_cast<float>(glyph.height);
  for (int y = 0; y < glyph.height; ++y) {
    for (int x = 0; x < glyph.width; ++x) {
      const auto column = static_cast<float>(x), row = static_cast<float>(y);
      glyph.pixels.push_back(mean_pixel(bitmap, column * across, row * down, (column + 1) * across, (row + 1) * down));
    }
  }
  return glyph;
}

}  // namespace wick::app
