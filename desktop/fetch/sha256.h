#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "core/byte_source.h"

namespace wick {

/// SHA-256 of all bytes as lower-case hexadecimal. `progress` gets the bytes done and may throw to stop. Throws Error
/// if they cannot be read.
std::string sha256_of(const ByteSource& source, const std::function<void(std::uint64_t)>& progress = {});

/// The same of a file.
std::string sha256_of_file(const std::string& path, const std::function<void(std::uint64_t)>& progress = {});

}  // namespace wick
