#pragma once
// Recordings in folders.
#include <string>
#include <vector>

namespace wick::views {

/// Those paths, but of a folder the recordings in it, not in its folders, by name. Throws Error for a folder without.
std::vector<std::string> recordings_at(const std::string& path);

}  // namespace wick::views
