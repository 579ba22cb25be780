#pragma once
// A field for a path, where the desktop has no window of its own to choose a file.
#include "views/file_dialog.h"

namespace wick::app {

/// Draws nothing while nothing is asked.
void draw_path_question(views::FileDialog& dialog);

}  // namespace wick::app
