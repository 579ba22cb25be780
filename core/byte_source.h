#pragma once
// Where a file's bytes come from: a file on disk, memory, a browser's Blob or OPFS file.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wick {

/// Random access to the bytes of one file. Reads are exact and safe to make from one thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The name for error messages: a path, or what the page calls the file.
  virtual const std::string& name() const = 0;
  virtual std::uint64_t size() const = 0;
  /// Fills `into` with the bytes from `offset` on. Throws Error if they reach past the end or cannot be read.
  virtual void read(std::uint64_t offset, std::span<std::byte> into) const = 0;
  /// The same bytes without a copy where they lie in memory, else an empty span. Valid while the source lives.
  virtual std::span<const std::byte> view(std::uint64_t offset, std::uint64_t count) const {
    return (void)offset, (void)count, std::span<const std::byte>{};
  }
};
using SourcePtr = std::shared_ptr<const ByteSource>;

/// A file on disk, read in place. Throws Error if it cannot be opened or is a folder.
SourcePtr open_file(const std::string& path);
/// Bytes that the source owns.
SourcePtr memory_source(std::string name, std::vector<std::byte> bytes);
/// The whole of a source as text; for small files such as config.json. Throws Error over `limit` bytes.
std::string read_text(const ByteSource& source, std::uint64_t limit = std::uint64_t{64} << 20);

}  // namespace wick
