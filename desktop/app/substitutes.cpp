#include "substitutes.h"

#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <vector>

#include "colour_face.h"
#include "core/error.h"
#include "fonts.h"

namespace wick::app {
namespace {

struct Range {
  std::uint32_t first, last;
};
/// Of Unicode's default ignorable letters those that texts have, and the tones of skin.
constexpr std::array kNoLook = {Range{0x034F, 0x034F}, Range{0x061C, 0x061C},   Range{0x200B, 0x200F},
                                Range{0x202A, 0x202E}, Range{0x2060, 0x206F},   Range{0xFE00, 0xFE0F},
                                Range{0xFEFF, 0xFEFF}, Range{0x1F3FB, 0x1F3FF}, Range{0xE0000, 0xE0FFF}};

std::map<std::uint32_t, const ColourFace*> letters;  // that are substituted; nullptr: by a box
std::map<std::string, std::unique_ptr<ColourFace>> faces;

ColourGlyph box_glyph(float em) {
  const int width = std::max(4, static_cast<int>(std::lround(0.5F * em))),
            height = std::max(6, static_cast<int>(std::lround(0.72F * em)));
  const int line = std::max(1, static_cast<int>(std::lround(em / 18)));
  ColourGlyph glyph{.width = width,
                    .height = height,
                    .left = std::round(0.08F * em),
                    .top = static_cast<float>(height),
                    .advance = std::round(0.66F * em)};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool edge = std::min({x, y, width - 1 - x, height - 1 - y}) < line;
      glyph.pixels.push_back(edge ? 0x99FFFFFF : 0);
    }
  }
  return glyph;
}

bool place(ImFontAtlas* atlas, ImFontConfig* source, ImFontBaked* baked, const ColourGlyph& glyph, ImFontGlyph* out) {
  const ImFontAtlasRectId id = ImFontAtlasPackAddRect(atlas, glyph.width, glyph.height);
  if (id == ImFontAtlasRectId_Invalid) return false;
  out->X0 = std::round(glyph.left);
  out->Y0 = std::round(baked->Ascent - glyph.top);
  out->X1 = out->X0 + static_cast<float>(glyph.width);
  out->Y1 = out->Y0 + static_cast<float>(glyph.height);
  out->Visible = true;
  out->PackId = id;
  ImFontAtlasBakedSetFontGlyphBitmap(atlas, baked, source, out, ImFontAtlasPackGetRect(atlas, id),
                                     reinterpret_cast<const unsigned char*>(glyph.pixels.data()),
                                     ImTextureFormat_RGBA32, glyph.width * 4);
  return true;
}

/// The toolkit asks for a letter's advance alone, or for all of it.
bool load(ImFontAtlas* atlas, ImFontConfig* source, ImFontBaked* baked, void*, ImWchar letter, ImFontGlyph* out,
          float* advance) {
  const auto found = letters.find(letter);
  if (found == letters.end() && !has_no_look(letter)) return false;
  ColourGlyph glyph;
  const float em = baked->Size / toolkit_size(baked->OwnerFont, 1);
  if (found != letters.end()) glyph = found->second ? found->second->glyph(letter, em) : box_glyph(em);
  if (advance) {
    *advance = glyph.advance;
    return true;
  }
  out->Codepoint = letter & 0x1FFFFF;
  out->AdvanceX = glyph.advance;
  if (glyph.pixels.empty()) return true;
  out->Colored = found->second != nullptr;
  return place(atlas, source, baked, glyph, out);
}

bool contains(ImFontAtlas*, ImFontConfig*, ImWchar letter) { return letters.contains(letter) || has_no_look(letter); }

const ImFontLoader* loader() {
  static const ImFontLoader only = [] {
    ImFontLoader made;
    made.Name = "substitutes";
    made.FontSrcContainsGlyph = contains;
    made.FontBakedLoadGlyph = load;
    return made;
  }();
  return &only;
}

}  // namespace

bool has_no_look(std::uint32_t letter) {
  return std::ranges::any_of(kNoLook,
                             [&](const Range& range) { return range.first <= letter && letter <= range.last; });
}

void add_substitutes(ImFont* font) {
  ImFontConfig config;
  config.MergeMode = true;
  config.DstFont = font;
  config.FontLoader = loader();
  config.SizePixels = 14;
  std::snprintf(config.Name, sizeof config.Name, "substitutes");
  ImGui::GetIO().Fonts->AddFont(&config);
}

void substitute(std::uint32_t letter, const std::string& path, int index) {
  const ColourFace* face = nullptr;
  if (!path.empty()) {
    try {
      std::unique_ptr<ColourFace>& opened = faces[path + ':' + std::to_string(index)];
      if (!opened) opened = std::make_unique<ColourFace>(path, index);
      if (!opened->glyph(letter, 16).pixels.empty()) face = opened.get();
    } catch (const Error&) {  // a box stands for it
    }
  }
  letters[letter] = face;
}

}  // namespace wick::app
