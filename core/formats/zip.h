#pragma once
// The directory of a zip archive: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#include <cstdint>
#include <map>
#include <string>

#include "core/byte_source.h"

namespace wick {

struct ZipMember {
  std::uint64_t offset, size;  // of its bytes in the archive
  bool stored;                 // as they are, neither compressed nor encrypted
};
using ZipDirectory = std::map<std::string, ZipMember, std::less<>>;

/// The members of an archive by name, also of one over 4 GB. Every member lies inside the file. Throws Error for a file
/// that is no zip archive, is cut short, or is one of several.
ZipDirectory read_zip_directory(const ByteSource& source);

}  // namespace wick
