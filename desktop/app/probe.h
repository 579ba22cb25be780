#pragma once
// What stands on the screen, for tests that click on it: with WICK_APP_PROBE=FILE each new frame's parts and texts are
// written there as JSON.
#include <imgui.h>

#include <string>
#include <string_view>

namespace wick::app {

/// Whether anyone looks.
bool probing();
/// Says that a part of that name, or a text, was drawn there in this frame.
void probe_part(std::string_view name, ImVec2 from, ImVec2 to);
void probe_text(std::string_view text, ImVec2 from, ImVec2 to);

/// The frame is drawn: writes the file if it changed and begins anew.
void probe_end_frame();

}  // namespace wick::app
