#pragma once
// What a file that someone opens or drops is for.
#include <string>
#include <vector>

namespace wick::views {

enum class FileKind { none, picture, recording, model, conversation };

/// By the name alone.
FileKind kind_by_name(std::string name);
/// "*.wav", ..., of a kind, for a dialogue.
std::vector<std::string> patterns_of(FileKind kind);
/// Looks at the first bytes, and at the name where they do not tell. Throws Error for a file that cannot be read, or
/// that is none of these, saying what it looks like and what is expected. A folder is of the kind of what is in it.
FileKind kind_of_file(const std::string& path);

}  // namespace wick::views
