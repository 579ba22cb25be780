#pragma once
// What one presses. Sizes are in units of the design.
#include <imgui.h>

namespace wick::app {

enum class ButtonKind { primary, normal, quiet, danger };
enum class ButtonSize { small, normal, large };

struct ButtonOptions {
  ButtonKind kind = ButtonKind::normal;
  ButtonSize size = ButtonSize::normal;
  const char* icon = nullptr;
  const char* keys = nullptr;  // shown in it: "Esc"
  const char* tip = nullptr;
  const char* trailing_icon = nullptr;  // behind the words, small
  float width = 0;                      // 0: as its text needs
  bool enabled = true;
  bool spread = false;  // its text at the left end, its keys at the right one
  bool lit = false;     // what it turns on is on
};
/// A button; true when it was pressed, by mouse or keys.
bool button(const char* label, const ButtonOptions& options = {});
/// The width that it takes, in pixels.
float button_width(const char* label, const ButtonOptions& options = {});

struct IconOptions {
  bool small = false, lit = false, bordered = false, enabled = true;
  ImU32 colour = 0;  // 0: text_2
  float side = 0;    // 0: 26 or 32
};
/// A button that is an icon; `tip` says what it does and is its name.
bool icon_button(const char* tip, const char* icon, const IconOptions& options = {});

}  // namespace wick::app
