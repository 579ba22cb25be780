// Copies, and conversions between dtypes and devices.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/strided.h"
#include "core/tensor_internal.h"

namespace wick {
namespace {

/// Copies single elements, run by run.
void copy_runs(const Tensor& from, Tensor& to) {
  StridedWalk<2> walk(from.shape(), {TensorBuilder::strides(from), TensorBuilder::strides(to)});
  constexpr Index kShortRun = 8;  // takes longer to begin than to copy
  if (walk.run_length() < kShortRun) walk.run_longest();
  const Index count = walk.run_length(), from_step = walk.run_step(0), to_step = walk.run_step(1);
  visit_width("copy", from.dtype(), [&](auto type) {
    using T = decltype(type);
    const T* source = reinterpret_cast<const T*>(from.bytes());
    T* target = reinterpret_cast<T*>(to.bytes());
    walk.for_each_run([&](const std::array<Index, 2>& at) {
      const T* x = source + at[0];
      T* y = target + at[1];
      if (from_step == 1 && to_step == 1) {
        std::memcpy(y, x, static_cast<std::size_t>(count) * sizeof(T));
      } else {
        for (Index i = 0; i < count; ++i) y[i * to_step] = x[i * from_step];
      }
    });
  });
}

/// Whether the last dimension strides through `from` while dimension `dim` lies in order: a transposition.
bool is_transposed(const Tensor& from, int dim) {
  const int last = from.rank() - 1;
  return dim < last && from.stride(dim) == 1 && from.dim(dim) > 1 && from.stride(last) > 1;
}

/// Copies elements between tensors of one shape and dtype that share no memory.
void copy_elements(const Tensor& from, Tensor& to) {
  if (is_quantized(from.dtype())) {
    if (!from.is_contiguous() || !to.is_contiguous()) {
      throw Error("[copy] {} can only be copied as a whole", info(from.dtype()).name);
    }
    std::memcpy(to.bytes(), from.bytes(), static_cast<std::size_t>(row_bytes(from.dtype(), from.elements())));
    return;
  }
  int dim = 0;
  while (dim < from.rank() && !is_transposed(from, dim)) ++dim;
  constexpr Index kTile = 32;  // squares that stay in the first cache, whichever way they are walked
  if (dim == from.rank() || from.dim(dim) * from.dim(-1) <= kTile * kTile) return copy_runs(from, to);
  for (Index row = 0; row < from.dim(dim); row += kTile) {
    const Index rows_end = std::min(row + kTile, from.dim(dim));
    for (Index column = 0; column < from.dim(-1); column += kTile) {
      const Index columns_end = std::min(column + kTile, from.dim(-1));
      Tensor tile = to.slice(dim, row, rows_end).slice(-1, column, columns_end);
      copy_runs(from.slice(dim, row, rows_end).slice(-1, column, columns_end), tile);
    }
  }
}

/// Towards zero; the nearest end of the range for what lies outside, 0 for NaN.
template <class To, class From>
To converted(From value) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(value)) return 0;
    // As floats these are exact or rounded outwards, so what lies between them fits.
    constexpr auto lowest = static_cast<From>(std::numeric_limits<To>::min());
    constexpr auto highest = static_cast<From>(std::numeric_limits<To>::max());
    if (value <= lowest) return std::numeric_limits<To>::min();
    if (value >= highest) return std::numeric_limits<To>::max();
  }
  return static_cast<To>(value);
}

/// Between integers, booleans and f32; x is contiguous.
Tensor convert_plain(const Tensor& x, DType dtype) {
  Tensor y = Tensor::empty(x.shape(), dtype, x.device());
  visit_plain("to_dtype", x.dtype(), [&](auto from) {
    visit_plain("to_dtype", dtype, [&](auto to) {
      using To = decltype(to);
      const auto* in = reinterpret_cast<const decltype(from)*>(x.bytes());
      To* out = reinterpret_cast<To*>(y.bytes());
      const Index count = x.elements();
      if (dtype == DType::boolean) {
        for (Index i = 0; i < count; ++i) out[i] = in[i] != 0 ? To{1} : To{0};
      } else {
        for (Index i = 0; i < count; ++i) out[i] = converted<To>(in[i]);
      }
    });
  });
  return y;
}

bool is_plain(DType dtype) { return dtype == DType::f32 || (!is_float(dtype) && !is_quantized(dtype)); }

}  // namespace

Tensor Tensor::clone() const {
  check_defined("clone", *this);
  Tensor copy = empty(shape_, dtype_, device());
  copy_elements(*this, copy);
  return copy;
}

Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }

void Tensor::copy_from(const Tensor& source) {
  check_same("copy_from", *this, source);
  Tensor from = source.shape() == shape_ ? source : source.expand(shape_);
  if (TensorBuilder::same_memory(*this, from)) from = from.clone();  // they may overlap
  copy_elements(from, *this);
}

Tensor Tensor::to_dtype(DType dtype) const {
  check_defined("to_dtype", *this);
  if (dtype == dtype_) return *this;
  const Tensor x = contiguous();
  if (is_plain(dtype_) && is_plain(dtype)) return convert_plain(x, dtype);
  // The device converts between all kinds of floats; integers get there by way of f32.
  if (!is_float(dtype_) && !is_quantized(dtype_)) return convert_plain(x, DType::f32).to_dtype(dtype);
  if (!is_float(dtype) && !is_quantized(dtype)) return x.to_dtype(DType::f32).to_dtype(dtype);
  if (dtype >= DType::q2_k)
    throw Error("[to_dtype] {} to {}: there is no quantiser", info(dtype_).name, info(dtype).name);
  Tensor y = empty(shape_, dtype, device());
  device().ops().convert(device().workers(), dtype_, x.bytes(), dtype, y.bytes(), elements());
  return y;
}

Tensor Tensor::to_device(const Device& device) const {
  check_defined("to_device", *this);
  if (device == this->device()) return *this;
  const Tensor x = contiguous();
  Tensor copy = empty(shape_, dtype_, device);
  std::memcpy(copy.bytes(), x.bytes(), static_cast<std::size_t>(row_bytes(dtype_, elements())));
  return copy;
}

}  // namespace wick
