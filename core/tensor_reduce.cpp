// Reductions: one value for each vector along a dimension.
#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "core/tensor_internal.h"

namespace wick {
namespace {

/// A tensor as contiguous vectors [count, size] along one of its dimensions, and the shape of one value a vector.
struct Vectors {
  Tensor memory;
  Index count, size;
  Shape shape;

  ConstRows rows() const { return {memory.data<float>(), count, 1, size, size, size}; }
};

/// `dim` as the last dimension, the others in order.
Tensor with_last(const Tensor& x, int dim) {
  std::array<int, Shape::kMaxRank> order{};
  const auto rank = static_cast<std::size_t>(x.rank());
  for (std::size_t i = 0; i < rank; ++i) order[i] = static_cast<int>(i);
  std::rotate(order.begin() + dim, order.begin() + dim + 1, order.begin() + x.rank());
  return x.permute(std::span<const int>(order.data(), rank));
}

Vectors vectors_of(const char* operation, const Tensor& x, std::optional<int> dim, bool keep_dim) {
  check_defined(operation, x);
  Vectors vectors;
  if (dim) {
    const int along = checked_dim(operation, x.shape(), *dim);
    vectors.memory = with_last(x, along).contiguous();
    vectors.size = x.dim(along);
    vectors.shape = x.shape();
    vectors.shape[along] = 1;
    vectors.count = vectors.shape.elements();
    const Shape& moved = vectors.memory.shape();
    if (!keep_dim) vectors.shape = Shape(std::span<const Index>(moved.begin(), moved.end() - 1));
  } else {
    vectors.memory = x.contiguous();
    vectors.size = x.elements();
    vectors.count = 1;
    if (keep_dim) {
      vectors.shape = x.shape();
      for (int i = 0; i < x.rank(); ++i) vectors.shape[i] = 1;
    }
  }
  return vectors;
}

Tensor reduce_f32(Reduce op, const Vectors& x) {
  Tensor y = Tensor::empty(x.shape, DType::f32, x.memory.device());
  y.device().ops().reduce(y.device().workers(), op, x.rows(), y.data<float>());
  return y;
}

/// One Out for each vector: step(so far, element) from `start`.
template <class T, class Out, class Step>
Tensor fold(const Vectors& x, DType dtype, Out start, Step&& step) {
  Tensor y = Tensor::empty(x.shape, dtype, x.memory.device());
  const T* vector = reinterpret_cast<const T*>(x.memory.bytes());
  Out* out = reinterpret_cast<Out*>(y.bytes());
  for (Index i = 0; i < x.count; ++i, vector += x.size) out[i] = std::accumulate(vector, vector + x.size, start, step);
  return y;
}

void check_not_empty(const char* operation, const Vectors& x) {
  if (x.size == 0 && x.count > 0) throw Error("[{}] of no elements", operation);
}

Tensor extreme(const char* operation, Reduce op, const Tensor& x, std::optional<int> dim, bool keep_dim) {
  const Vectors vectors = vectors_of(operation, x, dim, keep_dim);
  check_not_empty(operation, vectors);
  return visit_plain(operation, x.dtype(), [&](auto type) {
    using T = decltype(type);
    if constexpr (std::is_same_v<T, float>) return reduce_f32(op, vectors);
    if (op == Reduce::max) {
      return fold<T>(vectors, x.dtype(), std::numeric_limits<T>::lowest(), [](T a, T b) { return std::max(a, b); });
    }
    return fold<T>(vectors, x.dtype(), std::numeric_limits<T>::max(), [](T a, T b) { return std::min(a, b); });
  });
}

}  // namespace

Tensor sum(const Tensor& x, std::optional<int> dim, bool keep_dim) {
  const Vectors vectors = vectors_of("sum", x, dim, keep_dim);
  return visit_plain("sum", x.dtype(), [&](auto type) {
    using T = decltype(type);
    if constexpr (std::is_same_v<T, float>) return reduce_f32(Reduce::sum, vectors);
    // Wraps around like all integer arithmetic here.
    return fold<T>(vectors, DType::i64, std::uint64_t{0},
                   [](std::uint64_t total, T value) { return total + static_cast<std::uint64_t>(value); });
  });
}

Tensor mean(const Tensor& x, std::optional<int> dim, bool keep_dim) {
  check_f32("mean", x);
  const Vectors vectors = vectors_of("mean", x, dim, keep_dim);
  return reduce_f32(Reduce::sum, vectors) / static_cast<double>(vectors.size);
}

Tensor max(const Tensor& x, std::optional<int> dim, bool keep_dim) {
  return extreme("max", Reduce::max, x, dim, keep_dim);
}

Tensor min(const Tensor& x, std::optional<int> dim, bool keep_dim) {
  return extreme("min", Reduce::min, x, dim, keep_dim);
}

Tensor argmax(const Tensor& x, int dim) {
  const Vectors vectors = vectors_of("argmax", x, dim, false);
  check_not_empty("argmax", vectors);
  return visit_plain("argmax", x.dtype(), [&](auto type) {
    using T = decltype(type);
    const Device& device = x.device();
    if constexpr (std::is_same_v<T, float>) {
      Tensor positions = Tensor::empty(vectors.shape, DType::i32, device);
      device.ops().argmax(device.workers(), vectors.rows(), positions.data<std::int32_t>());
      return positions.to_dtype(DType::i64);
    }
    Tensor positions = Tensor::empty(vectors.shape, DType::i64, device);
    const T* vector = reinterpret_cast<const T*>(vectors.memory.bytes());
    for (Index i = 0; i < vectors.count; ++i, vector += vectors.size) {
      positions.data<std::int64_t>()[i] = std::max_element(vector, vector + vectors.size) - vector;
    }
    return positions;
  });
}

Tensor softmax(const Tensor& x, int dim) {
  check_f32("softmax", x);
  const int along = checked_dim("softmax", x.shape(), dim);
  const Tensor in = x.contiguous();
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  const Ops& ops = y.device().ops();
  const Index size = x.dim(along);
  Index outer = 1, inner = 1;
  for (int i = 0; i < along; ++i) outer *= x.dim(i);
  for (int i = along + 1; i < x.rank(); ++i) inner *= x.dim(i);
  if (inner == 1) {
    ops.softmax(y.device().workers(), {in.data<float>(), outer, 1, size, size, size}, 1,
                {y.data<float>(), outer, 1, size, size, size});
  } else {
    ops.softmax_across(y.device().workers(), in.data<float>(), outer, size, inner, y.data<float>());
  }
  return y;
}

}  // namespace wick
