#pragma once
// Reads little-endian numbers and strings one after another from a ByteSource.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_source.h"

namespace wick {

static_assert(std::endian::native == std::endian::little, "model files are little-endian and read as they are");

/// A position in a source and a window of the bytes after it, so that many small reads cost few calls. Every read
/// throws Error, naming what was wanted and where, if the file ends before it.
class BinaryReader {
 public:
  explicit BinaryReader(const ByteSource& source, std::uint64_t offset = 0) : source_(source), offset_(offset) {}

  std::uint64_t offset() const { return offset_; }
  std::uint64_t remaining() const { return offset_ < source_.size() ? source_.size() - offset_ : 0; }
  const std::string& file() const { return source_.name(); }

  /// One number of type T; `what` ("the version") is for the message.
  template <class T>
  T read(std::string_view what) {
    T value;
    std::memcpy(&value, take(sizeof(T), what), sizeof(T));
    return value;
  }

  /// A string of `length` bytes. Nothing is allocated for a length that the file does not have.
  std::string text(std::uint64_t length, std::string_view what);
  void skip(std::uint64_t count, std::string_view what);

 private:
  /// Throws Error if fewer than `count` bytes are left.
  void expect(std::uint64_t count, std::string_view what) const;
  /// The next `count` bytes (at most the window's size) and moves past them.
  const std::byte* take(std::size_t count, std::string_view what);

  const ByteSource& source_;
  std::uint64_t offset_;
  std::vector<std::byte> window_;
  std::uint64_t window_offset_ = 0;
};

/// Text from a file, made fit for a message: long names are cut, bytes outside printable ASCII are escaped.
std::string shown(std::string_view text);

}  // namespace wick
