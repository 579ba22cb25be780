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

/// Says that letters show which the faces at hand may lack, so that they are looked for before the next frame.
void want_letters(std::string_view text);
/// Opens the system's faces for the letters that were wanted, or substitutes them. True if there is something new: the
/// frame must be drawn again.
bool find_letters();
/// Grows whenever it was true: what was measured with fewer may have other widths.
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
