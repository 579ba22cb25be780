#pragma once
// What the fuzzers of model files have in common.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/error.h"
#include "core/formats/gguf.h"
#include "core/formats/llama2c.h"
#include "core/formats/safetensors.h"

namespace wick::fuzz {

inline SourcePtr source_of(const std::string& name, const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  return memory_source(name, std::vector<std::byte>(bytes, bytes + size));
}

/// Opens a checkpoint and reads each tensor, in whole and its last row. An Error is fine while it opens; once it is
/// open, every tensor must read.
template <class Open>
void read_everything(Open&& open) {
  Checkpoint checkpoint;
  try {
    checkpoint = open();
  } catch (const Error&) {
    return;
  }
  try {
    for (const auto& [name, tensor] : checkpoint.tensors) {
      std::vector<std::byte> bytes(static_cast<std::size_t>(tensor.bytes));
      const Index rows = tensor.shape.empty() ? 1 : tensor.shape[0];
      checkpoint.read_rows(tensor, 0, rows, bytes);
      if (tensor.shape.size() < 2 || rows == 0) continue;
      bytes.resize(static_cast<std::size_t>(tensor.bytes / static_cast<std::uint64_t>(rows)));
      checkpoint.read_rows(tensor, rows - 1, 1, bytes);
    }
  } catch (const Error&) {
    std::abort();
  }
}

}  // namespace wick::fuzz
