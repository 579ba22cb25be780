#pragma once
// Models that are split over several GGUF files, as llama.cpp's gguf-split makes them.
#include <cstdint>
#include <string>

#include "core/checkpoint.h"

namespace wick {

/// How a model is split: what the first file's metadata and name say, and the checks of the others against it.
struct GgufParts {
  std::string file;           // the first part, for messages and for the names of the others
  std::uint32_t count = 1;    // files in all
  std::int64_t tensors = -1;  // tensors in all, -1 if the file does not say

  /// Throws Error if the file is a part other than the first, or if its name does not agree with its metadata.
  static GgufParts of(const Metadata& first);
  /// Opens a part, counted from 0. Throws Error naming the file that is missing.
  SourcePtr open(std::uint32_t part, const OpenSibling& open) const;
  /// Throws Error if a part's metadata says that it is another part, or of another split.
  void check(std::uint32_t part, const Metadata& metadata) const;
  /// Throws Error if the parts together have another number of tensors than they should.
  void check_tensors(const Checkpoint& checkpoint) const;
};

}  // namespace wick
