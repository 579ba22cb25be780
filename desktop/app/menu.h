#pragma once
// Rows of a menu that opened over the page.

namespace wick::app {

/// A row: what it does, and a word on it in grey at its right end. Closes the menu when it was chosen.
bool menu_item(const char* label, const char* sub = "", bool enabled = true);

}  // namespace wick::app
