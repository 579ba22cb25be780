#include "core/formats/binary_reader.h"

#include <algorithm>

#include "core/error.h"

namespace wick {
namespace {

constexpr std::uint64_t kWindow = std::uint64_t{64} << 10;

}  // namespace

void BinaryReader::expect(std::uint64_t count, std::string_view what) const {
  if (count > remaining()) {
    throw Error("{}: {} needs {} bytes from byte {} on, the file has {}: it is truncated", file(), what, count, offset_,
                source_.size());
  }
}

const std::byte* BinaryReader::take(std::size_t count, std::string_view what) {
  expect(count, what);
  if (offset_ < window_offset_ || offset_ + count > window_offset_ + window_.size()) {
    window_.resize(static_cast<std::size_t>(std::min(kWindow, remaining())));
    source_.read(offset_, window_);
    window_offset_ = offset_;
  }
  const std::byte* bytes = window_.data() + (offset_ - window_offset_);
  offset_ += count;
  return bytes;
}

std::string BinaryReader::text(std::uint64_t length, std::string_view what) {
  expect(length, what);
  const auto size = static_cast<std::size_t>(length);
  if (length <= kWindow) return {reinterpret_cast<const char*>(take(size, what)), size};
  std::string text(size, '\0');
  source_.read(offset_, std::as_writable_bytes(std::span(text)));
  offset_ += length;
  return text;
}

void BinaryReader::skip(std::uint64_t count, std::string_view what) {
  expect(count, what);
  offset_ += count;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 100;
  std::string out;
  for (const char c : text.substr(0, kMost)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  if (text.size() > kMost) out += "...";
  return out;
}

}  // namespace wick
