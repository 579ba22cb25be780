#pragma once
// What the desktop's clipboard holds beside text.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace wick::views {

/// The file that a text names, by its path or as file://, or "" if there is no such file.
std::string path_of_text(std::string text);

/// The clipboard's picture as PNG, by wl-paste or xclip. Throws Error, saying what to do, where there is none or
/// neither program.
std::vector<std::byte> clipboard_picture();
/// Puts a PNG there, by wl-copy or xclip, where it stays when this program ends. Throws Error, saying what to do, where
/// there is neither program or it fails.
void copy_picture(std::span<const std::byte> png);

}  // namespace wick::views
