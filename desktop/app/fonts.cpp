#include "fonts.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/unicode.h"
#include "mapped_file.h"
#include "substitutes.h"

namespace wick::app {
namespace {

constexpr char kInterRegular[] =
#include "inter_regular.inc"
    ;
constexpr char kInterMedium[] =
#include "inter_medium.inc"
    ;
constexpr char kInterSemibold[] =
#include "inter_semibold.inc"
    ;
constexpr char kInterItalic[] =
#include "inter_italic.inc"
    ;
constexpr char kMonoRegular[] =
#include "mono_regular.inc"
    ;
constexpr char kMonoBold[] =
#include "mono_bold.inc"
    ;

constexpr std::size_t kMostFaces = 13;  // fallbacks: the toolkit numbers a face's sources with four bits

Fonts loaded;
std::set<std::string> opened;  // fallback faces
std::set<ImWchar> asked;       // letters that were looked for, found or not
std::size_t substituted = 0;   // letters that no common face shows
std::string unseen;            // letters that are to be looked for

template <std::size_t size>
ImFont* add(const char (&bytes)[size], const char* name) {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  std::snprintf(config.Name, sizeof config.Name, "%s", name);
  return ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<char*>(bytes), static_cast<int>(size - 1), 14, &config);
}

std::array<ImFont*, 6> all_fonts() {
  return {loaded.regular, loaded.medium, loaded.semibold, loaded.italic, loaded.mono, loaded.mono_bold};
}

struct Face {
  std::string path;
  int index = 0;
};

/// The system's face for a letter, one of letters or one of pictures; an empty path if it has none.
Face face_with(ImWchar letter, bool pictures) {
  const std::unique_ptr<FcCharSet, decltype(&FcCharSetDestroy)> letters(FcCharSetCreate(), FcCharSetDestroy);
  FcCharSetAddChar(letters.get(), letter);
  const std::unique_ptr<FcPattern, decltype(&FcPatternDestroy)> wanted(FcPatternCreate(), FcPatternDestroy);
  FcPatternAddCharSet(wanted.get(), FC_CHARSET, letters.get());
  if (!pictures) FcPatternAddBool(wanted.get(), FC_SCALABLE, FcTrue);
  FcPatternAddBool(wanted.get(), FC_COLOR, pictures ? FcTrue : FcFalse);
  FcPatternAddString(wanted.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(pictures ? "emoji" : "sans-serif"));
  FcConfigSubstitute(nullptr, wanted.get(), FcMatchPattern);
  FcDefaultSubstitute(wanted.get());
  FcResult result = FcResultMatch;
  const std::unique_ptr<FcPattern, decltype(&FcPatternDestroy)> found(FcFontMatch(nullptr, wanted.get(), &result),
                                                                      FcPatternDestroy);
  FcChar8* path = nullptr;
  FcCharSet* has = nullptr;
  int index = 0;
  if (!found || FcPatternGetString(found.get(), FC_FILE, 0, &path) != FcResultMatch) return {};
  if (FcPatternGetCharSet(found.get(), FC_CHARSET, 0, &has) != FcResultMatch || !FcCharSetHasChar(has, letter))
    return {};
  FcBool coloured = FcFalse;
  FcPatternGetBool(found.get(), FC_COLOR, 0, &coloured);
  if (pictures && !coloured) return {};
  FcPatternGetInteger(found.get(), FC_INDEX, 0, &index);
  return {reinterpret_cast<const char*>(path), index & 0xFFFF};
}

/// Ascent and descent of a face, of an em; 0 for what is no face.
float extent_of(std::span<const std::byte> bytes, int index) {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  if (FT_Init_FreeType(&library) != 0) return 0;
  const auto* const data = reinterpret_cast<const FT_Byte*>(bytes.data());
  float extent = 0;
  if (FT_New_Memory_Face(library, data, static_cast<FT_Long>(bytes.size()), index, &face) == 0) {
    if (face->units_per_EM > 0)
      extent = static_cast<float>(face->ascender - face->descender) / static_cast<float>(face->units_per_EM);
    FT_Done_Face(face);
  }
  FT_Done_FreeType(library);
  return extent;
}

/// Adds a face's letters, as large as those of the window's own faces. The file is read in place: its letters come to
/// memory as they show. False for a file that is no face.
bool merge(const Face& face) {
  static std::vector<std::unique_ptr<MappedFile>> files;  // that the toolkit reads as long as there is a window
  auto file = std::make_unique<MappedFile>(face.path);
  const std::span<const std::byte> bytes = file->bytes();
  const float extent = bytes.empty() ? 0 : extent_of(bytes, face.index);
  if (extent <= 0) return false;
  files.push_back(std::move(file));
  for (ImFont* font : all_fonts()) {
    ImFontConfig config;
    config.MergeMode = true;
    config.DstFont = font;
    config.FontNo = static_cast<ImU32>(face.index);
    config.FontDataOwnedByAtlas = false;
    config.ExtraSizeScale = extent / toolkit_size(font, 1);  // the toolkit's size is ascent and descent
    config.Flags |= ImFontFlags_NoLoadError;
    ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<std::byte*>(bytes.data()), static_cast<int>(bytes.size()), 14,
                                               &config);
  }
  return true;
}

/// Emoji and other pictures, which have a look of their own.
bool is_picture(ImWchar letter) { return letter >= 0x1F000 && letter < 0x1FB00; }

/// Finds what shows a letter that no face here has. True if it is something new.
bool look_for(ImWchar letter) {
  const auto key = [](const Face& face) { return face.path + ':' + std::to_string(face.index); };
  const Face pictures = is_picture(letter) ? face_with(letter, true) : Face{};
  const Face face = pictures.path.empty() ? face_with(letter, false) : Face{};
  if (!face.path.empty() && opened.contains(key(face))) return false;
  if (!face.path.empty() && opened.size() < kMostFaces && merge(face)) {
    opened.insert(key(face));
    return true;
  }
  const Face last = pictures.path.empty() ? face_with(letter, true) : pictures;
  substitute(letter, last.path, last.index);
  ++substituted;
  return true;
}

/// Looks for the letters of `text` that no face here has. True if anything new was found for them.
bool load_fallbacks(std::string_view text) {
  bool any = false, substitutes = false;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {  // the faces here have all of these
      ++at;
      continue;
    }
    const text::Utf8Step step = text::decode_utf8(text, at);
    at += step.length;
    const auto letter = static_cast<ImWchar>(step.code);
    const bool at_hand = !is_picture(letter) && loaded.regular->IsGlyphInFont(letter);
    if (has_no_look(letter) || at_hand || !asked.insert(letter).second) continue;
    const std::size_t before = substituted;
    any |= look_for(letter);
    substitutes |= substituted > before;
  }
  if (substitutes)  // the toolkit remembers that it had nothing for them
    for (ImFont* font : all_fonts()) ImFontAtlasFontDiscardBakes(ImGui::GetIO().Fonts, font, 0);
  return any;
}

}  // namespace

const Fonts& fonts() { return loaded; }

float toolkit_size(const ImFont* font, float em) {
  constexpr float kInter = 1.21F, kMono = 1.32F;  // ascent and descent of an em: hhea of the faces
  return em * (font == loaded.mono || font == loaded.mono_bold ? kMono : kInter);
}

void load_fonts() {
  loaded.regular = add(kInterRegular, "Inter");
  loaded.medium = add(kInterMedium, "Inter Medium");
  loaded.semibold = add(kInterSemibold, "Inter SemiBold");
  loaded.italic = add(kInterItalic, "Inter Italic");
  loaded.mono = add(kMonoRegular, "JetBrains Mono");
  loaded.mono_bold = add(kMonoBold, "JetBrains Mono Bold");
  for (ImFont* font : all_fonts()) add_substitutes(font);
}

void want_letters(std::string_view words) {
  if (std::any_of(words.begin(), words.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    if (unseen.size() < 1 << 16) unseen += words;
  }
}

bool find_letters() {
  const bool found = !unseen.empty() && load_fallbacks(unseen);
  unseen.clear();
  return found;
}

std::size_t faces_opened() { return opened.size() + substituted; }

}  // namespace wick::app
