#pragma once
// Tensor: n-dimensional, eager and strict. Views share storage, dtypes and devices never convert silently, and a shape
// that does not fit throws Error naming the operation and both shapes: "[matmul] [2, 3] x [4, 5]: inner dimensions 3
// and 4 differ".
#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/device.h"
#include "core/shape.h"
#include "core/storage.h"
#include "kernels/dtype.h"

namespace wick {

struct All {};
inline constexpr All all{};
/// The end of a range that takes everything from its begin on: x({2, to_end}) is Python's x[2:].
inline constexpr Index to_end = std::numeric_limits<Index>::max();

/// An index of one dimension: all of it, one position (drops the dimension), or the half-open range {begin, end[,
/// step]} with step >= 1, as in x(all, 0, {2, 5}). Negative positions count from the end, as in Python; one outside the
/// dimension is an Error.
struct TensorIndex {
  enum class Kind : std::uint8_t { whole, position, range };
  TensorIndex(All) : kind(Kind::whole) {}
  TensorIndex(Index position) : kind(Kind::position), begin(position) {}
  TensorIndex(Index first, Index last, Index stride = 1) : kind(Kind::range), begin(first), end(last), step(stride) {}

  Kind kind;
  Index begin = 0, end = to_end, step = 1;
};

/// Nested lists of numbers: Tensor::from({{1, 2}, {3, 4}}, device).
struct NestedList {
  NestedList(double number) : value(number) {}
  NestedList(std::initializer_list<NestedList> list) : children(list) {}
  std::optional<double> value;
  std::vector<NestedList> children;
};

class Tensor {
 public:
  Tensor() = default;  // no tensor: defined() is false

  // Making one. The memory of `empty` holds anything. A value that an integer dtype cannot hold is an Error.
  static Tensor empty(const Shape& shape, DType dtype, const Device& device);
  static Tensor zeros(const Shape& shape, DType dtype, const Device& device);
  static Tensor ones(const Shape& shape, DType dtype, const Device& device);
  static Tensor full(const Shape& shape, double value, DType dtype, const Device& device);
  static Tensor from(const NestedList& list, const Device& device, DType dtype = DType::f32);
  template <class T>  // T: float, std::int32_t, std::int64_t, std::int8_t, std::uint8_t
  static Tensor copy_of(std::span<const T> values, const Shape& shape, const Device& device);
  /// begin, begin + step, ... before `end`.
  static Tensor arange(double begin, double end, double step, DType dtype, const Device& device);
  /// f32, uniform in [0, 1) and normal (0, 1), the same on every build for one seed.
  static Tensor rand(const Shape& shape, std::uint64_t seed, const Device& device);
  static Tensor randn(const Shape& shape, std::uint64_t seed, const Device& device);

  bool defined() const { return static_cast<bool>(storage_); }
  explicit operator bool() const { return defined(); }
  const Shape& shape() const { return shape_; }
  Index dim(int d) const { return shape_[d]; }
  int rank() const { return shape_.rank(); }
  Index elements() const { return shape_.elements(); }
  Index stride(int d) const { return strides_[d]; }  // in elements
  DType dtype() const { return dtype_; }
  const Device& device() const;
  bool is_contiguous() const;

  /// The elements where they lie; T must be the dtype's own type (std::uint16_t for the 16-bit floats, bool or
  /// std::uint8_t for booleans). Throws Error for another.
  template <class T>
  T* data();
  template <class T>
  const T* data() const;
  std::byte* bytes();
  const std::byte* bytes() const;
  /// The only element of a one-element tensor, as a double.
  double item() const;
  /// All elements in row-major order; T as for `data`.
  template <class T>
  std::vector<T> to_vector() const;

  // Views: they share this tensor's memory.
  /// As NumPy's x[i0, i1, ...]; dimensions that are not named stay whole.
  Tensor operator()(TensorIndex i0) const { return index(std::array{i0}); }
  Tensor operator()(TensorIndex i0, TensorIndex i1) const { return index(std::array{i0, i1}); }
  Tensor operator()(TensorIndex i0, TensorIndex i1, TensorIndex i2) const { return index(std::array{i0, i1, i2}); }
  Tensor operator()(TensorIndex i0, TensorIndex i1, TensorIndex i2, TensorIndex i3) const {
    return index(std::array{i0, i1, i2, i3});
  }
  Tensor index(std::span<const TensorIndex> indices) const;
  Tensor slice(int dim, Index begin, Index end) const;
  Tensor select(int dim, Index position) const;
  Tensor transpose(int dim0, int dim1) const;
  /// Dimension i of the result is dimension order[i] of this.
  Tensor permute(std::span<const int> order) const;
  Tensor permute(std::initializer_list<int> order) const { return permute(std::span(order.begin(), order.size())); }
  Tensor unsqueeze(int dim) const;
  Tensor squeeze(int dim) const;
  Tensor expand(const Shape& shape) const;  // broadcast dimensions of 1, stride 0
  /// Windows of `size` positions of dimension `dim`, `step` apart, which may overlap: `dim` counts windows, and a last
  /// dimension [size] is added (torch's unfold).
  Tensor unfold(int dim, Index size, Index step) const;
  /// A view where strides allow, else a copy. One dimension may be -1.
  Tensor reshape(std::span<const Index> dims) const;
  Tensor reshape(std::initializer_list<Index> dims) const { return reshape(std::span(dims.begin(), dims.size())); }
  Tensor reshape(const Shape& shape) const { return reshape(std::span(shape.begin(), shape.end())); }

  Tensor contiguous() const;  // itself, or a copy
  Tensor clone() const;       // a contiguous copy
  /// Itself if it has this dtype. To integers: towards zero, ends of the range for what lies outside, 0 for NaN. To
  /// boolean: not 0. Quantised types convert from and to floats.
  Tensor to_dtype(DType dtype) const;
  Tensor to_device(const Device& device) const;
  /// Writes `source`, broadcast to this shape, into this tensor's memory.
  void copy_from(const Tensor& source);

  /// As PyTorch prints, long dimensions abridged.
  std::string to_string() const;

 private:
  friend class TensorBuilder;
  StoragePtr storage_;
  Shape shape_;
  Shape strides_;
  Index offset_ = 0;  // in elements
  DType dtype_ = DType::f32;
};

// Arithmetic with NumPy broadcasting; both sides of one dtype and device. f32 and the integer types (which wrap
// around); division is f32's alone. Booleans have + (or) and * (and).
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator+(const Tensor& a, double b);
Tensor operator-(const Tensor& a, double b);
Tensor operator*(const Tensor& a, double b);
Tensor operator/(const Tensor& a, double b);
Tensor operator+(double a, const Tensor& b);
Tensor operator-(double a, const Tensor& b);
Tensor operator*(double a, const Tensor& b);
Tensor operator/(double a, const Tensor& b);
Tensor operator-(const Tensor& a);
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, double exponent);

// Comparisons give boolean tensors; false where an element is NaN, but for not_equal.
Tensor equal(const Tensor& a, const Tensor& b);
Tensor not_equal(const Tensor& a, const Tensor& b);
Tensor less(const Tensor& a, const Tensor& b);
Tensor less_equal(const Tensor& a, const Tensor& b);
Tensor greater(const Tensor& a, const Tensor& b);
Tensor greater_equal(const Tensor& a, const Tensor& b);
Tensor equal(const Tensor& a, double b);
Tensor not_equal(const Tensor& a, double b);
Tensor less(const Tensor& a, double b);
Tensor less_equal(const Tensor& a, double b);
Tensor greater(const Tensor& a, double b);
Tensor greater_equal(const Tensor& a, double b);
/// a where the boolean condition holds, else b; all three broadcast.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// Element functions (f32).
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor abs(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor relu(const Tensor& x);
Tensor silu(const Tensor& x);
Tensor gelu(const Tensor& x);  // x * Phi(x), the exact form

// Reductions over one dimension, or over everything to a tensor of shape []. The sum of integers and of booleans is
// i64, the mean is f32's alone, and max and min of nothing are an Error.
Tensor sum(const Tensor& x, std::optional<int> dim = {}, bool keep_dim = false);
Tensor mean(const Tensor& x, std::optional<int> dim = {}, bool keep_dim = false);
Tensor max(const Tensor& x, std::optional<int> dim = {}, bool keep_dim = false);
Tensor min(const Tensor& x, std::optional<int> dim = {}, bool keep_dim = false);
Tensor argmax(const Tensor& x, int dim);  // i64, the first of equals
Tensor softmax(const Tensor& x, int dim);

/// [..., m, k] x [..., k, n] -> [..., m, n], f32; leading dimensions broadcast. A vector on the left is a row, on the
/// right a column, and its dimension of 1 is dropped from the result.
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor cat(std::span<const Tensor> tensors, int dim);
Tensor stack(std::span<const Tensor> tensors, int dim);
inline Tensor cat(std::initializer_list<Tensor> tensors, int dim) {
  return cat(std::span(tensors.begin(), tensors.size()), dim);
}
inline Tensor stack(std::initializer_list<Tensor> tensors, int dim) {
  return stack(std::span(tensors.begin(), tensors.size()), dim);
}
/// Rows of `x` along `dim` by i32 or i64 ids [n] (torch.index_select). An id outside the dimension is an Error.
Tensor index_select(const Tensor& x, int dim, const Tensor& ids);
/// out[i][j] = x[ids[i][j]][j] for dim 0, and so on (torch.gather).
Tensor gather(const Tensor& x, int dim, const Tensor& ids);

/// Saves and loads named tensors as safetensors. Throws Error for what cannot be written or read.
void save_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors);
std::vector<std::pair<std::string, Tensor>> load_safetensors(const std::string& path, const Device& device);

}  // namespace wick
