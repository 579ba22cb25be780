#pragma once
// The checks that every format's tensor table goes through before a Checkpoint holds it.
#include <cstdint>
#include <span>
#include <string>

#include "core/checkpoint.h"

namespace wick {

/// What a file claims about one tensor.
struct TensorClaim {
  std::string name;
  DType type;
  std::span<const std::uint64_t> shape;  // row-major
  std::uint64_t offset;                  // bytes from the start of the file
};

/// Adds a claimed tensor of the checkpoint's source `source`. Throws Error for a name that is already there, a shape
/// that overflows, a row that is not a whole number of blocks, or bytes past the end of the source.
const TensorInfo& add_tensor(Checkpoint& checkpoint, const TensorClaim& claim, std::uint32_t source);

/// Throws Error if two tensors of source `source` share bytes.
void check_no_overlap(const Checkpoint& checkpoint, std::uint32_t source);

/// "[2, 3]"
std::string shape_text(std::span<const Index> shape);
std::string shape_text(std::span<const std::uint64_t> shape);

}  // namespace wick
