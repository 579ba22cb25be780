#include "models/tensor_loader.h"

#include <algorithm>

#include "core/error.h"
#include "kernels/blocks.h"

namespace wick {

const TensorInfo& TensorLoader::require(const std::string& name, Dims shape) const {
  const TensorInfo& tensor = checkpoint_.require(name, std::span(shape.begin(), shape.size()));
  const bool matrix = shape.size() == 2;
  if (!is_float(tensor.type) && !(matrix && is_quantized(tensor.type))) {
    throw Error("{}: tensor '{}' is {}, expected a float{} type", file(), name, info(tensor.type).name,
                matrix ? " or quantised" : "");
  }
  return tensor;
}

const TensorInfo& TensorLoader::plan(const std::string& name, Dims shape) {
  const TensorInfo& tensor = require(name, shape);
  total_ += tensor.bytes;
  return tensor;
}

Tensor TensorLoader::load(const std::string& name, Dims shape) {
  const TensorInfo& tensor = require(name, shape);
  Tensor values = Tensor::empty(Shape(shape), tensor.type, device());
  const std::vector<std::byte> bytes = read(tensor);
  std::copy(bytes.begin(), bytes.end(), values.bytes());
  return values;
}

Tensor TensorLoader::load_f32(const std::string& name, Dims shape) {
  const TensorInfo& tensor = require(name, shape);
  Tensor values = Tensor::empty(Shape(shape), DType::f32, device());
  const std::vector<std::byte> bytes = read(tensor);
  dequantize_row(tensor.type, bytes.data(), values.data<float>(), values.elements());
  return values;
}

std::vector<std::byte> TensorLoader::read(const TensorInfo& tensor) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(tensor.bytes));
  checkpoint_.read_rows(tensor, 0, tensor.shape.empty() ? 1 : tensor.shape[0], bytes);
  done_ += tensor.bytes;
  return bytes;
}

Weight TensorLoader::load_weight(const TensorInfo& tensor) {
  const TensorInfo* const tensors[] = {&tensor};
  return load_stack(tensors);
}

std::vector<Weight> TensorLoader::load_weights(std::span<const TensorInfo* const> tensors) {
  std::vector<Weight> weights;
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= tensors.size(); ++i) {
    if (i < tensors.size() && Weight::stacks(*tensors[i - 1], *tensors[i])) continue;
    weights.push_back(load_stack(tensors.subspan(begin, i - begin)));
    begin = i;
  }
  return weights;
}

Weight TensorLoader::pack(const Tensor& matrix) {
  Weight weight = Weight::pack(matrix);
  weight_bytes_ += weight.packed_bytes();
  return weight;
}

Weight TensorLoader::load_stack(std::span<const TensorInfo* const> tensors) {
  Weight weight = Weight::load(checkpoint_, tensors, memory_);
  weight_bytes_ += weight.packed_bytes();
  for (const TensorInfo* tensor : tensors) done_ += tensor->bytes;
  return weight;
}

}  // namespace wick
