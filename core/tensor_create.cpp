// Making tensors from values.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/random.h"
#include "core/tensor_internal.h"

namespace wick {
namespace {

/// Fills a new tensor with value(i) for each element i in row-major order.
template <class Value>
Tensor generate(const char* operation, const Shape& shape, DType dtype, const Device& device, Value&& value) {
  // Narrow floats and blocks are made by the device's conversion.
  if (dtype != DType::f32 && (is_float(dtype) || is_quantized(dtype))) {
    return generate(operation, shape, DType::f32, device, value).to_dtype(dtype);
  }
  Tensor tensor = Tensor::empty(shape, dtype, device);
  visit_plain(operation, dtype, [&](auto type) {
    using T = decltype(type);
    T* elements = reinterpret_cast<T*>(tensor.bytes());
    for (Index i = 0; i < tensor.elements(); ++i) elements[i] = exact_cast<T>(operation, value(i), dtype);
  });
  return tensor;
}

std::vector<Index> dims_of(const NestedList& list) {
  std::vector<Index> dims;
  for (const NestedList* level = &list; !level->value; level = &level->children.front()) {
    dims.push_back(static_cast<Index>(level->children.size()));
    if (level->children.empty()) break;
  }
  return dims;
}

void flatten(const NestedList& list, std::span<const Index> dims, std::vector<double>& values) {
  if (dims.empty()) {
    if (!list.value) throw Error("[from] the lists are ragged: a list stands where others have a number");
    values.push_back(*list.value);
    return;
  }
  if (list.value) throw Error("[from] the lists are ragged: a number stands where others have a list");
  if (static_cast<Index>(list.children.size()) != dims.front()) {
    throw Error("[from] the lists are ragged: {} and {} elements side by side", dims.front(), list.children.size());
  }
  for (const NestedList& child : list.children) flatten(child, dims.subspan(1), values);
}

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  if constexpr (std::is_same_v<T, std::int8_t>) return DType::i8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return DType::u8;
  if constexpr (std::is_same_v<T, std::int32_t>) return DType::i32;
  if constexpr (std::is_same_v<T, std::int64_t>) return DType::i64;
}

}  // namespace

Tensor Tensor::empty(const Shape& shape, DType dtype, const Device& device) {
  return TensorBuilder::allocate(shape, dtype, device);
}

Tensor Tensor::zeros(const Shape& shape, DType dtype, const Device& device) {
  if (is_quantized(dtype)) return full(shape, 0, dtype, device);  // all bits zero is not 0 in every block format
  Tensor tensor = empty(shape, dtype, device);
  std::memset(tensor.bytes(), 0, static_cast<std::size_t>(row_bytes(dtype, tensor.elements())));
  return tensor;
}

Tensor Tensor::ones(const Shape& shape, DType dtype, const Device& device) { return full(shape, 1, dtype, device); }

Tensor Tensor::full(const Shape& shape, double value, DType dtype, const Device& device) {
  return generate("full", shape, dtype, device, [value](Index) { return value; });
}

Tensor Tensor::from(const NestedList& list, const Device& device, DType dtype) {
  const std::vector<Index> dims = dims_of(list);
  const Shape shape{std::span<const Index>(dims)};
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(shape.elements()));
  flatten(list, dims, values);
  return generate("from", shape, dtype, device, [&](Index i) { return values[static_cast<std::size_t>(i)]; });
}

template <class T>
Tensor Tensor::copy_of(std::span<const T> values, const Shape& shape, const Device& device) {
  if (static_cast<Index>(values.size()) != shape.elements()) {
    throw Error("[copy_of] {} values for shape {}", values.size(), shape.to_string());
  }
  Tensor tensor = empty(shape, dtype_of<T>(), device);
  if (!values.empty()) std::memcpy(tensor.bytes(), values.data(), values.size_bytes());
  return tensor;
}

template Tensor Tensor::copy_of(std::span<const float>, const Shape&, const Device&);
template Tensor Tensor::copy_of(std::span<const std::int8_t>, const Shape&, const Device&);
template Tensor Tensor::copy_of(std::span<const std::uint8_t>, const Shape&, const Device&);
template Tensor Tensor::copy_of(std::span<const std::int32_t>, const Shape&, const Device&);
template Tensor Tensor::copy_of(std::span<const std::int64_t>, const Shape&, const Device&);

Tensor Tensor::arange(double begin, double end, double step, DType dtype, const Device& device) {
  if (step == 0) throw Error("[arange] the step is 0");
  const double count = std::max(0.0, std::ceil((end - begin) / step));
  if (!(count < 9e15)) throw Error("[arange] from {} to {} by {} is no finite range", begin, end, step);
  return generate("arange", {static_cast<Index>(count)}, dtype, device,
                  [&](Index i) { return begin + static_cast<double>(i) * step; });
}

Tensor Tensor::rand(const Shape& shape, std::uint64_t seed, const Device& device) {
  Random random(seed);
  return generate("rand", shape, DType::f32, device, [&](Index) { return static_cast<double>(random.uniform()); });
}

Tensor Tensor::randn(const Shape& shape, std::uint64_t seed, const Device& device) {
  Random random(seed);
  return generate("randn", shape, DType::f32, device, [&](Index) { return static_cast<double>(random.normal()); });
}

}  // namespace wick
