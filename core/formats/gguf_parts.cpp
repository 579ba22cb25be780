#include "core/formats/gguf_parts.h"

#include "core/error.h"

namespace wick {
namespace {

/// "-00002-of-00005.gguf" for part 1 of 5
std::string ending(std::uint32_t part, std::uint32_t count) {
  return fmt::format("-{:05}-of-{:05}.gguf", part + 1, count);
}

std::uint32_t part_number(const Metadata& metadata, const char* key, std::uint32_t fallback) {
  const std::int64_t value = metadata.get_or<std::int64_t>(key, fallback);
  if (value < 0 || value > 65535) throw Error("{}: metadata '{}' is {}", metadata.file, key, value);
  return static_cast<std::uint32_t>(value);
}

}  // namespace

GgufParts GgufParts::of(const Metadata& first) {
  GgufParts parts;
  parts.file = first.file;
  parts.count = part_number(first, "split.count", 1);
  if (parts.count <= 1) {
    parts.count = 1;
    return parts;
  }
  parts.tensors = first.get_or<std::int64_t>("split.tensors.count", -1);
  if (const std::uint32_t number = part_number(first, "split.no", 0); number != 0) {
    throw Error("{}: is part {} of {}; open the first, whose name ends in {}", first.file, number + 1, parts.count,
                ending(0, parts.count));
  }
  if (!first.file.ends_with(ending(0, parts.count))) {
    throw Error("{}: is the first of {} parts, so its name should end in {}", first.file, parts.count,
                ending(0, parts.count));
  }
  return parts;
}

SourcePtr GgufParts::open(std::uint32_t part, const OpenSibling& open) const {
  const std::size_t folder = file.find_last_of("/\\") + 1;  // 0 where there is none
  std::string name = file.substr(folder);
  name.replace(name.size() - ending(0, count).size(), std::string::npos, ending(part, count));
  SourcePtr source = open ? open(name) : nullptr;
  if (!source) throw Error("{}: part {} of {} is missing: '{}' should lie beside it", file, part + 1, count, name);
  return source;
}

void GgufParts::check(std::uint32_t part, const Metadata& metadata) const {
  const std::uint32_t number = part_number(metadata, "split.no", 0), of = part_number(metadata, "split.count", 1);
  if (number != part || of != count) {
    throw Error("{}: says that it is part {} of {}, expected part {} of {}", metadata.file, number + 1, of, part + 1,
                count);
  }
}

void GgufParts::check_tensors(const Checkpoint& checkpoint) const {
  const auto found = static_cast<std::int64_t>(checkpoint.tensors.size());
  if (tensors >= 0 && tensors != found) {
    throw Error("{}: the {} parts have {} tensors, expected {}", file, count, found, tensors);
  }
}

}  // namespace wick
