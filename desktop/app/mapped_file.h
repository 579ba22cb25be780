#pragma once
// A large file of which little is needed.
#include <cstddef>
#include <span>
#include <string>

namespace wick::app {

/// A file's bytes while it lives; those that are read come to memory. For files that nobody writes to, as the system's
/// faces are: one that was cut short meanwhile would end the program.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Empty for a file that cannot be read.
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace wick::app
