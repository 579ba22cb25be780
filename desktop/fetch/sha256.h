#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace wick {

/// SHA-256 of a file as lower-case hexadecimal. `progress` gets the bytes done and may throw to stop. Throws Error if
/// the file cannot be read.
std::string sha256_of_file(const std::string& path, const std::function<void(std::uint64_t)>& progress = {});

}  // namespace wick
