#include "core/formats/zip.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/formats/binary_reader.h"

namespace wick {
namespace {

constexpr std::uint32_t kEndMark = 0x06054b50, kEnd64Mark = 0x06064b50, kLocatorMark = 0x07064b50;
constexpr std::uint32_t kEntryMark = 0x02014b50, kLocalMark = 0x04034b50;
constexpr std::uint64_t kEndBytes = 22, kLocatorBytes = 20, kLocalBytes = 30;
/// A number of 16 or 32 bits that stands elsewhere, in 64.
constexpr std::uint16_t kElsewhere16 = 0xffff;
constexpr std::uint32_t kElsewhere32 = 0xffffffff;
constexpr std::uint16_t kExtra64 = 1;  // where that is, in an entry
constexpr std::uint16_t kEncrypted = 1;

struct Directory {
  std::uint64_t entries, size, offset;
};

[[noreturn]] void fail(const ByteSource& source, const char* why) {
  throw Error("{}: a zip archive {}", source.name(), why);
}

/// The record at the end of an archive, behind which only a comment may stand.
std::uint64_t find_end(const ByteSource& source) {
  constexpr std::uint64_t kMost = kEndBytes + 0xffff;
  std::vector<char> tail(static_cast<std::size_t>(std::min(source.size(), kMost)));
  source.read(source.size() - tail.size(), std::as_writable_bytes(std::span(tail)));
  const std::size_t found = std::string_view(tail.data(), tail.size()).rfind("PK\5\6");
  if (found == std::string_view::npos || tail.size() - found < kEndBytes)
    fail(source, "without a directory at its end: it is truncated");
  return source.size() - tail.size() + found;
}

Directory read_directory64(const ByteSource& source, std::uint64_t end) {
  if (end < kLocatorBytes) fail(source, "whose directory is nowhere");
  BinaryReader locator(source, end - kLocatorBytes);
  if (locator.read<std::uint32_t>("a mark") != kLocatorMark) fail(source, "whose directory is nowhere");
  locator.skip(sizeof(std::uint32_t), "a disk");
  BinaryReader in(source, locator.read<std::uint64_t>("an offset"));
  if (in.read<std::uint32_t>("a mark") != kEnd64Mark) fail(source, "whose directory is nowhere");
  in.skip(28, "the directory's versions and disks");
  Directory directory{};
  directory.entries = in.read<std::uint64_t>("a number of entries");
  directory.size = in.read<std::uint64_t>("a size");
  directory.offset = in.read<std::uint64_t>("an offset");
  return directory;
}

Directory find_directory(const ByteSource& source) {
  const std::uint64_t end = find_end(source);
  BinaryReader in(source, end + sizeof kEndMark);
  const auto disk = in.read<std::uint16_t>("a disk");
  in.skip(2 * sizeof(std::uint16_t), "disks");
  Directory directory{};
  directory.entries = in.read<std::uint16_t>("a number of entries");
  directory.size = in.read<std::uint32_t>("a size");
  directory.offset = in.read<std::uint32_t>("an offset");
  const bool elsewhere = directory.entries == kElsewhere16 || directory.size == kElsewhere32 ||
                         directory.offset == kElsewhere32 || disk == kElsewhere16;
  if (disk != 0 && disk != kElsewhere16) fail(source, "in several files");
  return elsewhere ? read_directory64(source, end) : directory;
}

/// Numbers of an entry that did not fit 32 bits, from the record that holds such.
void read_extra(BinaryReader& in, std::uint64_t bytes, std::initializer_list<std::uint64_t*> numbers) {
  const std::uint64_t end = in.offset() + bytes;
  while (in.offset() + 4 <= end) {
    const auto kind = in.read<std::uint16_t>("an extra field");
    const std::uint64_t next = in.offset() + sizeof(std::uint16_t) + in.read<std::uint16_t>("its size");
    if (kind == kExtra64) {
      for (std::uint64_t* number : numbers) {
        if (*number == kElsewhere32 && in.offset() + sizeof *number <= next)
          *number = in.read<std::uint64_t>("a number of an entry");
      }
    }
    if (next < in.offset() || next > end) break;
    in.skip(next - in.offset(), "an extra field");
  }
  if (in.offset() < end) in.skip(end - in.offset(), "extra fields");
}

/// Where a member's bytes begin: behind its own header, which repeats what the directory says at another length.
std::uint64_t data_offset(const ByteSource& source, std::uint64_t header) {
  if (header > source.size() || source.size() - header < kLocalBytes) fail(source, "with a member past its end");
  std::byte bytes[kLocalBytes];
  source.read(header, bytes);
  std::uint32_t mark;
  std::uint16_t lengths[2];  // of the name and the extra fields
  std::memcpy(&mark, bytes, sizeof mark);
  std::memcpy(lengths, bytes + kLocalBytes - sizeof lengths, sizeof lengths);
  if (mark != kLocalMark) fail(source, "with a member that is not where its directory says");
  return header + kLocalBytes + lengths[0] + lengths[1];
}

void read_entry(BinaryReader& in, const ByteSource& source, ZipDirectory& members) {
  if (in.read<std::uint32_t>("an entry's mark") != kEntryMark) fail(source, "with a damaged directory");
  in.skip(2 * sizeof(std::uint16_t), "versions");
  const auto flags = in.read<std::uint16_t>("flags");
  const auto method = in.read<std::uint16_t>("a method");
  in.skip(2 * sizeof(std::uint16_t) + sizeof(std::uint32_t), "a time and a checksum");
  std::uint64_t packed = in.read<std::uint32_t>("a size");
  std::uint64_t size = in.read<std::uint32_t>("a size");
  const auto name_bytes = in.read<std::uint16_t>("a length");
  const auto extra_bytes = in.read<std::uint16_t>("a length");
  const auto comment_bytes = in.read<std::uint16_t>("a length");
  in.skip(2 * sizeof(std::uint16_t) + sizeof(std::uint32_t), "attributes");
  std::uint64_t header = in.read<std::uint32_t>("an offset");
  const std::string name = in.text(name_bytes, "a member's name");
  read_extra(in, extra_bytes, {&size, &packed, &header});
  in.skip(comment_bytes, "a comment");

  const bool stored = method == 0 && (flags & kEncrypted) == 0;
  const std::uint64_t offset = data_offset(source, header);
  const std::uint64_t bytes = stored ? size : packed;
  if (offset > source.size() || bytes > source.size() - offset) {
    throw Error("{}: '{}' in the archive needs bytes {}..{}, the file has {}: it is truncated", source.name(),
                shown(name), offset, offset + bytes, source.size());
  }
  members.insert_or_assign(name, ZipMember{offset, bytes, stored});
}

}  // namespace

ZipDirectory read_zip_directory(const ByteSource& source) {
  const Directory directory = find_directory(source);
  if (directory.offset > source.size() || directory.size > source.size() - directory.offset) {
    fail(source, "whose directory lies past its end: it is truncated");
  }
  ZipDirectory members;
  BinaryReader in(source, directory.offset);
  for (std::uint64_t i = 0; i < directory.entries; ++i) read_entry(in, source, members);
  return members;
}

}  // namespace wick
