#pragma once
// Tensor: n-dimensional, eager and strict. Views share storage, dtypes and devices never convert silently, and a shape
// that does not fit throws Error naming the operation and both shapes: "[matmul] [2, 3] x [4, 5]: 3 != 4".
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/device.h"
#include "core/shape.h"
#include "kernels/dtype.h"

namespace wick {

/// An index of one dimension: everything, one element (drops the dimension), or the half-open range {begin, end[, step]}.
/// Negative positions count from the end, as in Python.
struct All {};
inline constexpr All all{};
struct Range {
  Index begin, end, step = 1;
};
using TensorIndex = std::variant<All, Index, Range>;

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

  // Making one. The memory of `empty` holds anything.
  static Tensor empty(const Shape& shape, DType dtype, const Device& device);
  static Tensor zeros(const Shape& shape, DType dtype, const Device& device);
  static Tensor ones(const Shape& shape, DType dtype, const Device& device);
  static Tensor full(const Shape& shape, double value, DType dtype, const Device& device);
  static Tensor from(const NestedList& list, const Device& device, DType dtype = DType::f32);
  template <class T>  // T: float, std::int32_t, std::int64_t, std::uint8_t
  static Tensor copy_of(std::span<const T> values, const Shape& shape, const Device& device);
  static Tensor arange(double begin, double end, double step, DType dtype, const Device& device);
  /// Uniform in [0, 1) and normal (0, 1), the same on every build for one seed.
  static Tensor rand(const Shape& shape, std::uint64_t seed, const Device& device);
  static Tensor randn(const Shape& shape, std::uint64_t seed, const Device& device);

  bool defined() const { return storage_ != nullptr; }
  explicit operator bool() const { return defined(); }
  const Shape& shape() const { return shape_; }
  Index dim(int d) const { return shape_[d]; }
  int rank() const { return shape_.rank(); }
  Index elements() const { return shape_.elements(); }
  Index stride(int d) const { return strides_[d]; }  // in elements
  DType dtype() const { return dtype_; }
  const Device& device() const;
  bool is_contiguous() const;

  /// The elements where they lie; T must be the dtype's own type. Throws Error for another.
  template <class T>
  T* data();
  template <class T>
  const T* data() const;
  std::byte* bytes();
  const std::byte* bytes() const;
  /// The only element of a one-element tensor, as a double.
  double item() const;
  template <class T>
  std::vector<T> to_vector() const;

  // Views: they share this tensor's memory.
  Tensor operator()(std::initializer_list<TensorIndex> indices) const;
  template <class... I>
  Tensor operator()(const I&... indices) const {
    return (*this)({TensorIndex(indices)...});
  }
  Tensor slice(int dim, Index begin, Index end) const;
  Tensor select(int dim, Index index) const;
  Tensor transpose(int dim0, int dim1) const;
  Tensor permute(std::span<const int> order) const;
  Tensor unsqueeze(int dim) const;
  Tensor squeeze(int dim) const;
  Tensor expand(const Shape& shape) const;  // broadcast dimensions of 1, stride 0
  /// A view where strides allow, else a copy. One dimension may be -1.
  Tensor reshape(const Shape& shape) const;

  Tensor contiguous() const;  // itself, or a copy
  Tensor clone() const;
  Tensor to_dtype(DType dtype) const;
  Tensor to_device(const Device& device) const;
  /// Writes `source`, broadcast to this shape, into this tensor's memory.
  void copy_from(const Tensor& source);

  /// As PyTorch prints, long dimensions abridged.
  std::string to_string() const;

 private:
  friend class TensorBuilder;
  std::shared_ptr<Storage> storage_;
  Shape shape_;
  Shape strides_;
  Index offset_ = 0;  // in elements
  DType dtype_ = DType::f32;
};

// Arithmetic with NumPy broadcasting; both sides of one dtype and device.
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator+(const Tensor& a, double b);
Tensor operator-(const Tensor& a, double b);
Tensor operator*(const Tensor& a, double b);
Tensor operator/(const Tensor& a, double b);
Tensor operator-(const Tensor& a);
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, double exponent);

// Comparisons give boolean tensors.
Tensor equal(const Tensor& a, const Tensor& b);
Tensor less(const Tensor& a, const Tensor& b);
Tensor less_equal(const Tensor& a, const Tensor& b);
Tensor greater(const Tensor& a, const Tensor& b);
Tensor greater_equal(const Tensor& a, const Tensor& b);
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
Tensor gelu(const Tensor& x);

// Reductions over one dimension, or over everything to a tensor of shape [].
Tensor sum(const Tensor& x, std::optional<int> dim = {}, bool keep_dim = false);
Tensor mean(const Tensor& x, std::optional<int> dim = {}, bool keep_dim = false);
Tensor max(const Tensor& x, std::optional<int> dim = {}, bool keep_dim = false);
Tensor min(const Tensor& x, std::optional<int> dim = {}, bool keep_dim = false);
Tensor argmax(const Tensor& x, int dim);  // i64
Tensor softmax(const Tensor& x, int dim);

/// [..., m, k] x [..., k, n]; leading dimensions broadcast.
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor cat(std::span<const Tensor> tensors, int dim);
Tensor stack(std::span<const Tensor> tensors, int dim);
/// Rows of `x` along `dim` by i32 or i64 ids (torch.index_select).
Tensor index_select(const Tensor& x, int dim, const Tensor& ids);
/// out[i][j] = x[ids[i][j]][j] for dim 0, and so on (torch.gather).
Tensor gather(const Tensor& x, int dim, const Tensor& ids);

/// Saves and loads named tensors as safetensors. Throws Error for what cannot be written or read.
void save_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors);
std::vector<std::pair<std::string, Tensor>> load_safetensors(const std::string& path, const Device& device);

}  // namespace wick
