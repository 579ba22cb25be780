#include "fonts.h"

#include <fontconfig/fontconfig.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/unicode.h"

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

Fonts loaded;
std::set<std::string> opened;  // fallback faces
std::set<ImWchar> asked;       // letters that were looked for, found or not
std::string unseen;            // letters that are to be looked for

template <std::size_t size>
ImFont* add(const char (&bytes)[size], const char* name) {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  std::snprintf(config.Name, sizeof config.Name, "%s", name);
  return ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<char*>(bytes), static_cast<int>(size - 1), 14, &config);
}

struct Face {
  std::string path;
  int index;
};

/// The system's face for a letter, an empty path if it has none.
Face face_with(ImWchar letter) {
  const std::unique_ptr<FcCharSet, decltype(&FcCharSetDestroy)> letters(FcCharSetCreate(), FcCharSetDestroy);
  FcCharSetAddChar(letters.get(), letter);
  const std::unique_ptr<FcPattern, decltype(&FcPatternDestroy)> wanted(FcPatternCreate(), FcPatternDestroy);
  FcPatternAddCharSet(wanted.get(), FC_CHARSET, letters.get());
  FcPatternAddBool(wanted.get(), FC_SCALABLE, FcTrue);
  FcPatternAddBool(wanted.get(), FC_COLOR, FcFalse);
  FcPatternAddString(wanted.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>("sans-serif"));
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
  FcPatternGetInteger(found.get(), FC_INDEX, 0, &index);
  return {reinterpret_cast<const char*>(path), index & 0xFFFF};
}

void merge(const Face& face) {
  for (ImFont* font : {loaded.regular, loaded.medium, loaded.semibold, loaded.italic, loaded.mono, loaded.mono_bold}) {
    ImFontConfig config;
    config.MergeMode = true;
    config.DstFont = font;
    config.FontNo = static_cast<ImU32>(face.index);
    config.Flags |= ImFontFlags_NoLoadError;
    ImGui::GetIO().Fonts->AddFontFromFileTTF(face.path.c_str(), 14, &config);
  }
}

/// Opens the system's faces for the letters of `text` that no face here has. True if there are new ones.
bool load_fallbacks(std::string_view text) {
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {  // the faces here have all of these
      ++at;
      continue;
    }
    const text::Utf8Step step = text::decode_utf8(text, at);
    at += step.length;
    const auto letter = static_cast<ImWchar>(step.code);
    if (loaded.regular->IsGlyphInFont(letter) || !asked.insert(letter).second) continue;
    const Face face = face_with(letter);
    if (face.path.empty() || !opened.insert(face.path + ':' + std::to_string(face.index)).second) continue;
    merge(face);
    any = true;
  }
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

std::size_t faces_opened() { return opened.size(); }

}  // namespace wick::app
