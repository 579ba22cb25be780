#pragma once
// Which files are recordings, by their names.
#include <string>
#include <vector>

namespace wick::views {

/// "*.wav", ..., for a dialogue.
std::vector<std::string> sound_patterns();

/// Those paths, but of a folder the recordings in it, not in its folders, by name. Throws Error for a folder without.
std::vector<std::string> recordings_at(const std::string& path);

}  // namespace wick::views
