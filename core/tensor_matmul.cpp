// Matrix products of tensors: the right side is packed as a weight would be.
#include <algorithm>
#include <array>

#include "core/strided.h"
#include "core/tensor_internal.h"

namespace wick {
namespace {

/// The dimensions, or the strides, before the last two.
Shape leading(const Shape& shape) {
  return Shape(std::span<const Index>(shape.begin(), static_cast<std::size_t>(shape.rank()) - 2));
}

/// Strides of the leading dimensions of x, broadcast to `batch`.
Shape batch_strides(const Tensor& x, const Shape& batch) {
  Shape strides = batch;
  for (int dim = 1; dim <= batch.rank(); ++dim) {
    const bool own = dim + 2 <= x.rank() && x.dim(-dim - 2) != 1;
    strides[-dim] = own ? x.stride(-dim - 2) : 0;
  }
  return strides;
}

/// [k, n] matrices packed one after the other into the same memory, as the weight [n, k] that the kernels multiply by.
class RightSide {
 public:
  explicit RightSide(const Tensor& b) : b_(b.transpose(-1, -2)), n_(b.dim(-1)), k_(b.dim(-2)) {
    const Device& device = b.device();
    packed_ = Tensor::empty({device.ops().packed_weight_bytes(DType::f32, n_, k_)}, DType::u8, device);
  }
  /// The matrix at `offset` elements from the first.
  PackedWeight at(Index offset) {
    if (offset != offset_) {
      const Shape matrix{n_, k_}, strides{b_.stride(-2), b_.stride(-1)};
      const Tensor rows = TensorBuilder::view(b_, matrix, strides, offset, "matmul").contiguous();
      const Device& device = b_.device();
      device.ops().pack_weight(device.workers(), DType::f32, n_, k_, rows.bytes(), 0, n_, packed_.bytes());
      offset_ = offset;
    }
    return {DType::f32, n_, k_, packed_.bytes()};
  }

 private:
  Tensor b_, packed_;
  Index n_, k_;
  Index offset_ = -1;  // of the packed matrix
};

void check_inner(const Tensor& a, const Tensor& b) {
  if (a.dim(-1) != b.dim(-2)) {
    throw Error("[matmul] {} x {}: inner dimensions {} and {} differ", a.shape().to_string(), b.shape().to_string(),
                a.dim(-1), b.dim(-2));
  }
}

/// At least two dimensions on both sides.
Tensor matmul_matrices(const Tensor& left, const Tensor& b) {
  check_inner(left, b);
  const Index m = left.dim(-2), k = left.dim(-1), n = b.dim(-1);
  const Shape batch = broadcast_shapes("matmul", leading(left.shape()), leading(b.shape()));
  if (batch.rank() + 2 > Shape::kMaxRank) throw Error("[matmul] the result has {} dimensions", batch.rank() + 2);
  std::array<Index, Shape::kMaxRank> dims{};
  *std::copy(batch.begin(), batch.end(), dims.begin()) = m;
  dims[static_cast<std::size_t>(batch.rank()) + 1] = n;
  const Shape shape{std::span<const Index>(dims.data(), static_cast<std::size_t>(batch.rank()) + 2)};
  if (k == 0 || shape.elements() == 0) return Tensor::zeros(shape, DType::f32, left.device());

  const Tensor a = k == 1 || left.stride(-1) == 1 ? left : left.contiguous();
  Tensor y = Tensor::empty(shape, DType::f32, a.device());
  const Ops& ops = y.device().ops();
  const Workers workers = y.device().workers();
  const float* rows = a.data<float>();
  float* out = y.data<float>();
  RightSide right(b);
  if (b.rank() == 2 && a.is_contiguous()) {  // one product over the rows of all batches
    ops.matmul(workers, right.at(0), rows, k, a.elements() / k, {out, n});
    return y;
  }
  const StridedWalk<3> walk(batch, {batch_strides(a, batch), batch_strides(b, batch), batch_strides(y, batch)});
  walk.for_each_run([&](const std::array<Index, 3>& at) {
    for (Index i = 0; i < walk.run_length(); ++i) {
      ops.matmul(workers, right.at(at[1] + i * walk.run_step(1)), rows + at[0] + i * walk.run_step(0), a.stride(-2), m,
                 {out + at[2] + i * walk.run_step(2), n});
    }
  });
  return y;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check_f32("matmul", a);
  check_f32("matmul", b);
  check_same("matmul", a, b);
  if (a.rank() == 0 || b.rank() == 0) {
    throw Error("[matmul] {} x {}: a number is no matrix", a.shape().to_string(), b.shape().to_string());
  }
  const Tensor product = matmul_matrices(a.rank() == 1 ? a.unsqueeze(0) : a, b.rank() == 1 ? b.unsqueeze(1) : b);
  Tensor without_column = b.rank() == 1 ? product.squeeze(-1) : product;
  if (a.rank() > 1) return without_column;
  return without_column.squeeze(b.rank() == 1 ? -1 : -2);
}

}  // namespace wick
