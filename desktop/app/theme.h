#pragma once
// The colours, sizes and faces of the window: those of the pages.
#include <imgui.h>

namespace wick::app {

/// What each colour is for; see the pages' style sheet.
struct Theme {
  bool dark;
  ImU32 sunken, background, surface, raised, hover, press;
  ImU32 text, text_2, text_3;           // text; support; captions
  ImU32 line, line_strong, line_field;  // hairline; control; an edge that carries meaning
  ImU32 ink, on_ink, ink_hover;         // what acts
  ImU32 flame, flame_deep, flame_text, flame_soft, flame_line, on_flame;  // what is lit
  ImU32 ok, ok_soft, danger, danger_soft, doubt, doubt_soft;
  ImU32 code, code_string, code_comment;
};

/// Of the frame that is being drawn.
const Theme& theme();
void set_theme(bool dark);

/// Pixels of the screen for a length in the units of the design.
inline float px(float length) { return length * ImGui::GetStyle().FontScaleDpi; }
inline ImVec2 px(float x, float y) { return {px(x), px(y)}; }

/// Lengths and colours of the toolkit's own parts, for a screen of so many pixels a unit.
void apply_style(float scale);

/// The same colour with a part of its opacity.
ImU32 faded(ImU32 colour, float part);

}  // namespace wick::app
