#pragma once
// The faces of the window.
#include <imgui.h>

#include <string_view>

namespace wick::app {

struct Fonts {
  ImFont *regular, *medium, *semibold, *italic, *mono, *mono_bold;
};

/// Loads Inter and JetBrains Mono, which the program carries. What they lack (Chinese, Japanese, Korean, Arabic,
/// symbols) comes from the system's faces, each opened once one of its letters shows.
void load_fonts();
const Fonts& fonts();

/// Opens the system's faces for the letters of `text` that no face here has. True if there are new ones.
bool load_fallbacks(std::string_view text);
/// How many there are: what was measured with fewer may have other widths.
std::size_t faces_opened();

/// The toolkit's size of a face, ascent and descent together, for the design's, which is that of an em.
float toolkit_size(const ImFont* font, float em);

/// A face and a size, that of an em in units of the design, while it lives.
class WithFont {
 public:
  WithFont(ImFont* font, float size) { ImGui::PushFont(font, toolkit_size(font, size)); }
  explicit WithFont(float size) : WithFont(fonts().regular, size) {}
  WithFont(const WithFont&) = delete;
  WithFont& operator=(const WithFont&) = delete;
  ~WithFont() { ImGui::PopFont(); }
};

}  // namespace wick::app
