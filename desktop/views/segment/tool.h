#pragma once
// What the pointer does on the picture.
#include <array>

namespace wick::views {

/// With points and the box a drag draws a box.
enum class Tool { point, exclude, box, brush, select, move };

struct ToolName {
  Tool tool;
  const char *title, *icon, *key;
};
inline constexpr std::array<ToolName, 6> kTools = {{{Tool::point, "Add to it", "point", "P"},
                                                    {Tool::exclude, "Leave out", "exclude", "X"},
                                                    {Tool::box, "Box", "boxsel", "B"},
                                                    {Tool::brush, "Brush", "brush", "R"},
                                                    {Tool::select, "Select an object", "select", "V"},
                                                    {Tool::move, "Move", "hand", "Space"}}};

inline constexpr int kLeastBrush = 2, kMostBrush = 200;

struct Brush {
  int size = 24;  // pixels of the picture
  bool erases = false;
};

enum class Drag { none, box, pan, stroke };

/// What a drag with a tool does.
inline Drag drag_of(Tool tool) {
  switch (tool) {
    case Tool::select:
    case Tool::move:
      return Drag::pan;
    case Tool::brush:
      return Drag::stroke;
    case Tool::point:
    case Tool::exclude:
    case Tool::box:
      break;
  }
  return Drag::box;
}

}  // namespace wick::views
