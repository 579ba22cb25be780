#pragma once
// Regions of a page.
#include <imgui.h>

namespace wick::app {

struct PanelOptions {
  ImVec2 padding = {16, 16};  // in units of the design
  bool scrolls = true;
  bool takes_arrows = false;  // for itself: the keyboard does not go from part to part with them
};

/// A region at a place of the screen, in pixels, with its own cursor and scrolling while it lives.
class Panel {
 public:
  Panel(const char* name, ImVec2 from, ImVec2 to, const PanelOptions& options = {});
  Panel(const Panel&) = delete;
  Panel& operator=(const Panel&) = delete;
  ~Panel();
};

/// A line from `from` down to `bottom` that can be drawn sideways: changes a width in units of the design. `grows`:
/// 1 where the panel is on its left, -1 where it is on its right. True when it was let go.
bool splitter(const char* name, ImVec2 from, float bottom, float& width, float least, float most, float grows);

}  // namespace wick::app
