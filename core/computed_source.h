#pragma once
// Tensors that a file does not hold as they are wanted: converted as they are read.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_source.h"
#include "core/checkpoint.h"
#include "core/device.h"

namespace wick {

/// The bytes of tensors that are computed some rows at a time, so that a checkpoint holds them like stored ones and
/// none is ever there as a whole.
class ComputedSource final : public ByteSource {
 public:
  /// Fills `into` with the rows [first, first + count) of the outermost dimension.
  using Rows = std::function<void(Index first, Index count, std::span<std::byte> into)>;

  /// `name` is that of the file which the tensors come from.
  explicit ComputedSource(std::string name) : name_(std::move(name)) {}
  /// Adds a tensor behind those before it and returns the offset of its first byte.
  std::uint64_t add(Index rows, std::uint64_t bytes_of_row, Rows compute);

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return size_; }
  void read(std::uint64_t offset, std::span<std::byte> into) const override;

 private:
  struct Part {
    std::uint64_t begin, bytes_of_row;
    Index rows;
    Rows compute;
    std::uint64_t end() const { return begin + bytes_of_row * static_cast<std::uint64_t>(rows); }
  };
  static void read_part(const Part& part, std::uint64_t offset, std::span<std::byte> into);

  std::string name_;
  std::vector<Part> parts_;  // one after another, none empty
  std::uint64_t size_ = 0;
};

/// q8_0, q5_1, q5_0, q4_1 or q4_0 by its name; nothing for any other.
std::optional<DType> quantized_type(std::string_view name);

/// The checkpoint with the tensors whose names `wanted` takes in one of those types, if they are matrices of a float
/// type and their rows are whole blocks. The others are as before. By quantize_row, as they are read, on all
/// threads of `device`: no kernel runs there at the same time.
Checkpoint quantized(Checkpoint checkpoint, const Device& device, DType type,
                     const std::function<bool(const std::string& name)>& wanted);

}  // namespace wick
