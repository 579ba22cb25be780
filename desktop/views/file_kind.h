#pragma once
// What a file that someone opens or drops is for.
#include <string>

namespace wick::views {

enum class FileKind { none, picture, recording, model, conversation };

/// Looks at the first bytes, and at the name where they do not tell. Throws Error for a file that cannot be read, or
/// that is none of these, saying what it looks like and what is expected.
FileKind kind_of_file(const std::string& path);

}  // namespace wick::views
