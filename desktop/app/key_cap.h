#pragma once
// A key, as it is printed on it: "Esc".
#include <imgui.h>

namespace wick::app {

void key_cap(const char* keys);
/// In pixels; 0 for no keys.
float key_width(const char* keys);
/// In the middle of a line of that height, all in pixels.
void draw_keys(ImDrawList* canvas, ImVec2 at, float height, const char* keys, ImU32 colour);

}  // namespace wick::app
