#include "core/tensor_internal.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wick {

Shape contiguous_strides(const Shape& shape) {
  Shape strides = shape;
  Index step = 1;
  for (int dim = shape.rank() - 1; dim >= 0; --dim) {
    strides[dim] = step;
    step *= std::max<Index>(shape[dim], 1);
  }
  return strides;
}

Tensor TensorBuilder::allocate(const Shape& shape, DType dtype, const Device& device, Reuse reuse) {
  const DTypeInfo type = info(dtype);
  const Index elements = shape.elements();
  if (type.block > 1 && (shape.rank() == 0 || shape[-1] % type.block != 0)) {
    throw Error("[empty] {} needs a last dimension that is a multiple of {}, not {}", type.name, type.block,
                shape.to_string());
  }
  if (elements / type.block > std::numeric_limits<Index>::max() / type.bytes) {
    throw Error(ErrorKind::memory, fmt::format("[empty] {} of {} has too many bytes", shape.to_string(), type.name));
  }
  Tensor tensor;
  tensor.storage_ = Storage::allocate(device, static_cast<std::size_t>(row_bytes(dtype, elements)), reuse);
  tensor.shape_ = shape;
  tensor.strides_ = contiguous_strides(shape);
  tensor.dtype_ = dtype;
  return tensor;
}

Tensor TensorBuilder::view(const Tensor& of, const Shape& shape, const Shape& strides, Index offset,
                           const char* operation) {
  if (const int block = info(of.dtype_).block; block > 1) {
    bool whole_blocks = shape.rank() > 0 && strides[-1] == 1 && shape[-1] % block == 0 && offset % block == 0;
    for (int dim = 0; dim + 1 < shape.rank(); ++dim) whole_blocks = whole_blocks && strides[dim] % block == 0;
    if (!whole_blocks) throw Error("[{}] {} keeps {} elements together", operation, info(of.dtype_).name, block);
  }
  Tensor view = of;
  view.shape_ = shape;
  view.strides_ = strides;
  view.offset_ = of.offset_ + offset;
  return view;
}

int checked_dim(const char* operation, const Shape& shape, int dim) {
  const int from_front = dim < 0 ? dim + shape.rank() : dim;
  if (from_front < 0 || from_front >= shape.rank()) {
    throw Error("[{}] {} has no dimension {}", operation, shape.to_string(), dim);
  }
  return from_front;
}

Shape broadcast_shapes(const char* operation, const Shape& a, const Shape& b) {
  Shape result = a.rank() >= b.rank() ? a : b;
  for (int dim = 1; dim <= std::min(a.rank(), b.rank()); ++dim) {
    const Index left = a[-dim], right = b[-dim];
    if (left != right && left != 1 && right != 1) {
      throw Error("[{}] {} and {}: dimensions {} and {} differ", operation, a.to_string(), b.to_string(), left, right);
    }
    result[-dim] = left == 1 ? right : left;
  }
  return result;
}

void check_defined(const char* operation, const Tensor& tensor) {
  if (!tensor.defined()) throw Error("[{}] the tensor is undefined", operation);
}

void check_same(const char* operation, const Tensor& a, const Tensor& b) {
  check_defined(operation, a);
  check_defined(operation, b);
  if (a.dtype() != b.dtype()) {
    throw Error("[{}] {} and {}: dtypes differ, convert one with to_dtype", operation, info(a.dtype()).name,
                info(b.dtype()).name);
  }
  if (!(a.device() == b.device())) {
    throw Error("[{}] the tensors live on different devices, move one with to_device", operation);
  }
}

void check_f32(const char* operation, const Tensor& tensor) {
  check_defined(operation, tensor);
  if (tensor.dtype() != DType::f32) {
    throw Error("[{}] needs f32, not {}: convert with to_dtype(DType::f32)", operation, info(tensor.dtype()).name);
  }
}

template <class T>
T exact_cast(const char* operation, double value, DType dtype) {
  if constexpr (std::is_integral_v<T>) {
    // 2^63 as a double is one past the largest i64; smaller types convert exactly.
    const double lowest = dtype == DType::boolean ? 0.0 : static_cast<double>(std::numeric_limits<T>::min());
    const double past = dtype == DType::boolean ? 2.0 : std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (!(value >= lowest && value < past) || value != std::floor(value)) {
      throw Error("[{}] {} does not hold {}", operation, info(dtype).name, value);
    }
  }
  (void)operation, (void)dtype;
  return static_cast<T>(value);
}

template float exact_cast(const char*, double, DType);
template std::int8_t exact_cast(const char*, double, DType);
template std::uint8_t exact_cast(const char*, double, DType);
template std::int32_t exact_cast(const char*, double, DType);
template std::int64_t exact_cast(const char*, double, DType);

}  // namespace wick
