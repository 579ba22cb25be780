#pragma once
#include <string>

namespace wick::views {

/// Lets the desktop's file manager show a folder. Does not wait; does nothing where there is none.
void open_folder(const std::string& path);

}  // namespace wick::views
