// Tensors in safetensors files.
#include <algorithm>

#include "core/formats/safetensors.h"
#include "core/tensor_internal.h"

namespace wick {

void save_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors) {
  std::vector<Tensor> whole;  // keeps the copies of strided views until they are written
  std::vector<SafetensorsEntry> entries;
  whole.reserve(tensors.size());
  entries.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined()) throw Error("{}: tensor '{}' is undefined", path, name);
    const Tensor& memory = whole.emplace_back(tensor.contiguous());
    const auto bytes = static_cast<std::size_t>(row_bytes(memory.dtype(), memory.elements()));
    entries.push_back({name, memory.dtype(), {memory.shape().begin(), memory.shape().end()}, {memory.bytes(), bytes}});
  }
  write_safetensors(path, entries);
}

std::vector<std::pair<std::string, Tensor>> load_safetensors(const std::string& path, const Device& device) {
  const Checkpoint checkpoint = read_safetensors(open_file(path));
  std::vector<std::pair<std::string, Tensor>> tensors;
  tensors.reserve(checkpoint.tensors.size());
  for (const auto& [name, stored] : checkpoint.tensors) {
    if (stored.shape.size() > static_cast<std::size_t>(Shape::kMaxRank)) {
      throw Error("{}: tensor '{}' has {} dimensions, at most {} are supported", path, name, stored.shape.size(),
                  Shape::kMaxRank);
    }
    Tensor tensor = Tensor::empty(Shape(std::span<const Index>(stored.shape)), stored.type, device);
    const std::span<std::byte> into(tensor.bytes(), static_cast<std::size_t>(stored.bytes));
    checkpoint.sources[stored.source]->read(stored.offset, into);
    if (stored.type == DType::boolean) {  // a file may hold any byte; true is 1 here
      std::transform(into.begin(), into.end(), into.begin(),
                     [](std::byte value) { return value == std::byte{0} ? std::byte{0} : std::byte{1}; });
    }
    tensors.emplace_back(name, std::move(tensor));
  }
  return tensors;
}

}  // namespace wick
