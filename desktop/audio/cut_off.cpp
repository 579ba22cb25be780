#include "audio/cut_off.h"

#include <algorithm>
#include <string>

namespace wick {
namespace {

std::string bytes_of(const ByteSource& source, std::uint64_t first, std::uint64_t count) {
  std::string bytes(static_cast<std::size_t>(count), '\0');
  source.read(first, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

constexpr std::uint64_t kChunkHeader = 8;

/// What the chunk says that follows its header.
std::uint32_t chunk_size(const std::string& header) {
  std::string size = header.substr(4, 4);
  if (header.starts_with("RIFF")) std::reverse(size.begin(), size.end());
  std::uint32_t claimed = 0;
  for (const char c : size) claimed = claimed << 8 | static_cast<unsigned char>(c);
  return claimed;
}

/// A RIFF or FORM chunk is the whole file, after its own eight bytes. A program that writes into a pipe does not know
/// the length and writes the largest, or nothing.
bool chunk_is_cut_off(const std::string& header, std::uint64_t file_size) {
  constexpr std::uint32_t kUnknown = 0x7FFFF000;
  constexpr std::uint64_t kFilling = 1;  // a byte that makes the size even is often left out
  const std::uint32_t claimed = chunk_size(header);
  return claimed < kUnknown && claimed > file_size - header.size() + kFilling;
}

/// The last page of an ogg stream says so (RFC 3533, section 6).
bool ogg_is_cut_off(const ByteSource& source) {
  constexpr std::uint64_t kLargestPage = 65307;
  constexpr std::size_t kHeader = 27, kFlags = 5, kPieces = 26;
  constexpr int kLast = 4;
  const std::uint64_t count = std::min(source.size(), kLargestPage);
  const std::string end = bytes_of(source, source.size() - count, count);
  const std::size_t page = end.rfind("OggS");
  if (page == std::string::npos || page + kHeader > end.size()) return true;
  const std::size_t pieces = static_cast<unsigned char>(end[page + kPieces]);
  std::size_t size = kHeader + pieces;
  if (page + size > end.size()) return true;
  for (std::size_t i = 0; i < pieces; ++i) size += static_cast<unsigned char>(end[page + kHeader + i]);
  return page + size > end.size() || (end[page + kFlags] & kLast) == 0;
}

}  // namespace

std::optional<std::uint64_t> claimed_wav_size(const ByteSource& start) {
  const std::string header = bytes_of(start, 0, kChunkHeader);
  const std::uint32_t claimed = header.starts_with("RIFF") ? chunk_size(header) : 0;
  return claimed > 0 ? std::optional(claimed + kChunkHeader) : std::nullopt;
}

bool is_cut_off(const ByteSource& source) {
  if (source.size() < kChunkHeader) return true;
  const std::string header = bytes_of(source, 0, kChunkHeader);
  if (header.starts_with("RIFF") || header.starts_with("FORM")) return chunk_is_cut_off(header, source.size());
  return header.starts_with("OggS") && ogg_is_cut_off(source);
}

}  // namespace wick
