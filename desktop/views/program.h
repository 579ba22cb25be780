#pragma once
// Programs of the desktop that do what this one cannot.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace wick::views {

/// Whether a program of that name is in one of $PATH's folders.
bool is_installed(const char* program);
/// What a program prints; empty if there is none or it fails. Waits for its end.
std::string output_of(const std::vector<std::string>& command);
/// Runs a program with that to read. Waits for its end; false if there is none, it does not read all, or it fails.
bool feed(const std::vector<std::string>& command, std::span<const std::byte> input);

}  // namespace wick::views
