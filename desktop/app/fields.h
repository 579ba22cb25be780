#pragma once
// What one writes in or draws along.
#include <imgui.h>

#include <string>

namespace wick::app {

/// A track with label and value above it. True while it changes.
bool slider(const char* label, const std::string& shown, float& value, float least, float most, float step);
/// A line of text with what to write there while it is empty. True when it changed.
bool text_field(const char* name, std::string& text, const char* hint, float width = 0, const char* icon = nullptr);
/// Several lines, wrapped, the same.
bool text_area(const char* name, std::string& text, ImVec2 size, const char* hint);
/// What to write in an empty field whose letters begin at a corner: beside its caret, not under it.
void field_hint(ImVec2 corner, const char* hint);

/// Gives the keyboard to the part that is drawn next.
void focus_next();

}  // namespace wick::app
