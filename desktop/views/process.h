#pragma once
// This process and others.
#include <cstdint>
#include <string>

namespace wick::views {

/// What this process holds in memory now, 0 where the system does not tell.
std::uint64_t resident_bytes();

/// Lets the desktop open an address of the web or of mail; does nothing for any other. Does not wait.
void open_link(const std::string& url);
/// Lets the desktop's file manager show a folder. Does not wait; does nothing where there is none.
void open_folder(const std::string& path);

}  // namespace wick::views
