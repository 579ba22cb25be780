#pragma once
// Programs of the desktop that do what this one cannot.
#include <string>
#include <vector>

namespace wick::views {

/// Whether a program of that name is in one of $PATH's folders.
bool is_installed(const char* program);
/// What a program prints; empty if there is none or it fails. Waits for its end.
std::string output_of(const std::vector<std::string>& command);

}  // namespace wick::views
