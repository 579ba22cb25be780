#pragma once
// Writing a file so that its name never holds half of it.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wick {

/// A file that is written beside its place and takes it on commit(). Without a commit, whatever was there stays and
/// what was written goes. Throws Error (io) naming the path and the reason: no space, no permission, no such folder.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Appends bytes.
  void write(std::span<const std::byte> bytes);
  /// Bytes so far.
  std::uint64_t size() const { return size_; }
  /// Appends zeros until the size is a multiple of `alignment`.
  void pad(std::uint64_t alignment);
  /// Flushes to the disk and renames. Nothing may be written after it.
  void commit();

 private:
  [[noreturn]] void fail(const char* doing) const;

  std::string path_, temporary_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// Writes a file of this text, whole or not at all. Throws Error as AtomicFile does.
void write_text(const std::string& path, std::string_view text);

}  // namespace wick
