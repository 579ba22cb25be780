#pragma once
// A popover with choices.
#include <imgui.h>

#include <string_view>

namespace wick::app {

/// Opens at a corner in pixels when `opens`; lives while it is filled. `above`: the corner is its lower left one.
class Menu {
 public:
  Menu(const char* name, bool opens, ImVec2 corner, float width, bool above = false);
  Menu(const Menu&) = delete;
  Menu& operator=(const Menu&) = delete;
  ~Menu();
  explicit operator bool() const { return open_; }

 private:
  bool open_;
};

/// A line of a menu, with facts at its right end. True when it was chosen; the menu closes.
bool menu_item(const char* label, const char* icon = nullptr, std::string_view facts = {}, bool enabled = true);
void menu_line();

}  // namespace wick::app
