#pragma once
// What the parts themselves are made of: an item of the toolkit that draws nothing, and what each part draws alike.
#include <imgui.h>
#include <imgui_internal.h>

#include <string_view>

namespace wick::app {

constexpr float kIcon = 18, kSmallIcon = 15;  // in units of the design

struct Pressed {
  bool pressed, hovered, held;
  ImRect box;
};
/// Takes the mouse and the keys at the cursor, on a place of so many pixels, and tells the probe of it.
Pressed item(const char* label, ImVec2 size);

/// What shows of a label: all before "##".
std::string_view shown(const char* label);
/// In the face at hand, in pixels.
ImVec2 size_of(std::string_view words);
/// One line, on whole pixels.
void draw_text(ImDrawList* canvas, ImVec2 at, ImU32 colour, std::string_view words);
/// The ring of what the keyboard has reached, outside the last item.
void focus_ring(const ImRect& box, float rounding);

}  // namespace wick::app
