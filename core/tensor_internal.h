#pragma once
// What the files of Tensor share: how one is put together, and the checks of its operations.
#include <cstdint>
#include <type_traits>

#include "core/error.h"
#include "core/tensor.h"

namespace wick {

/// Row-major strides of a shape.
Shape contiguous_strides(const Shape& shape);

/// Puts tensors together from their parts; no other code can.
class TensorBuilder {
 public:
  /// A new contiguous tensor. `Reuse::exact` is for what stays: weights, pages.
  static Tensor allocate(const Shape& shape, DType dtype, const Device& device, Reuse reuse = Reuse::pooled);
  /// A view of `of`, its first element `offset` elements after that of `of`. Throws Error if it would cut a block of a
  /// quantised type apart.
  static Tensor view(const Tensor& of, const Shape& shape, const Shape& strides, Index offset, const char* operation);

  static const Shape& strides(const Tensor& tensor) { return tensor.strides_; }
  static bool same_memory(const Tensor& a, const Tensor& b) { return a.storage_.get() == b.storage_.get(); }
};

/// The dimension counted from the front. Throws Error for one that a tensor of this rank lacks.
int checked_dim(const char* operation, const Shape& shape, int dim);
/// The NumPy broadcast of two shapes. Throws Error: "[add] [2, 3] and [4]: dimensions 3 and 4 differ".
Shape broadcast_shapes(const char* operation, const Shape& a, const Shape& b);
/// Throws Error for a tensor that is not there, or that two operands' dtypes or devices differ.
void check_defined(const char* operation, const Tensor& tensor);
void check_same(const char* operation, const Tensor& a, const Tensor& b);
/// Throws Error for anything but f32, saying how to convert.
void check_f32(const char* operation, const Tensor& tensor);

/// Calls visit(T{}) with the C++ type of an integer, boolean (std::uint8_t, 0 or 1) or f32 dtype. Throws Error for
/// another dtype.
template <class Visit>
decltype(auto) visit_plain(const char* operation, DType dtype, Visit&& visit) {
  switch (dtype) {
    case DType::f32:
      return visit(float{});
    case DType::i8:
      return visit(std::int8_t{});
    case DType::u8:
    case DType::boolean:
      return visit(std::uint8_t{});
    case DType::i32:
      return visit(std::int32_t{});
    case DType::i64:
      return visit(std::int64_t{});
    default:
      throw Error("[{}] {} has no arithmetic: convert with to_dtype(DType::f32)", operation, info(dtype).name);
  }
}

/// Calls visit(T{}) with an unsigned type as wide as an element: for code that only moves elements.
template <class Visit>
decltype(auto) visit_width(const char* operation, DType dtype, Visit&& visit) {
  if (is_quantized(dtype)) throw Error("[{}] {} has no single elements", operation, info(dtype).name);
  switch (info(dtype).bytes) {
    case 1:
      return visit(std::uint8_t{});
    case 2:
      return visit(std::uint16_t{});
    case 4:
      return visit(std::uint32_t{});
    default:
      return visit(std::uint64_t{});
  }
}

/// `value` as a T, which must hold it exactly unless T is a float. Throws Error.
template <class T>
T exact_cast(const char* operation, double value, DType dtype);

}  // namespace wick
