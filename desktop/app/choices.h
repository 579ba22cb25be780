#pragma once
// One of several, or on and off. Sizes are in units of the design, widths in pixels.
#include <span>
#include <string>

namespace wick::app {

/// A page's name in the bar on top.
bool tab(const char* label, bool current);
/// One of two to four choices; returns the new one.
int segmented(const char* name, std::span<const char* const> labels, int current, float width = 0);
/// A round label that filters or names.
bool chip(const char* label, bool current, const char* icon = nullptr);
/// On or off, with its label on the left and itself at the right end of `width` (0: all there is).
bool toggle(const char* label, bool& value, float width = 0);
/// A menu of choices behind a field. True when another was chosen.
bool select(const char* name, std::span<const std::string> labels, int& current, float width = 0);

}  // namespace wick::app
