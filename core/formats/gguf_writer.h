#pragma once
// Writes GGUF version 3.
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/formats/atomic_file.h"

namespace wick {

/// A tensor to write; its bytes follow later.
struct GgufTensor {
  std::string name;
  DType type;
  std::vector<Index> shape;  // row-major, at most four dimensions
};

/// Writes a model tensor by tensor, so that only one of them is in memory. The file takes its place in finish();
/// without it, whatever was there stays.
///
/// MetaValue has wider types than GGUF's readers expect, so the narrowest usual one is written: an integer as u32, i32,
/// u64 or i64, the first that holds it; a list of integers as i32 or i64; a double that a float holds exactly as f32.
class GgufWriter {
 public:
  /// Creates the file and writes all but the tensors' bytes. general.alignment is written as the writer has it, the
  /// split.* keys of a split model are left out. Throws Error for a type or rank that GGUF lacks, a row that is not
  /// whole blocks, a tensor that is there twice, and if the file cannot be written.
  GgufWriter(std::string path, const std::map<std::string, MetaValue, std::less<>>& metadata,
             std::vector<GgufTensor> tensors);

  /// The next bytes of the tensor data: all of the first tensor, then of the second and so on, in pieces of any size
  /// that does not reach over a tensor's end. Throws Error if it does, or if there is no space.
  void write(std::span<const std::byte> bytes);
  /// Throws Error if tensors are incomplete.
  void finish();

 private:
  void write_header(const std::map<std::string, MetaValue, std::less<>>& metadata);
  void write_tensor_table();
  void pass_complete_tensors();

  std::string path_;
  AtomicFile file_;
  std::vector<GgufTensor> tensors_;
  std::vector<std::uint64_t> bytes_;  // of each tensor
  std::size_t next_ = 0;              // the tensor that is being written
  std::uint64_t written_ = 0;         // its bytes so far
};

}  // namespace wick
