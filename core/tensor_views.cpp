// Views: new shapes and strides over the same memory.
#include <algorithm>
#include <array>
#include <optional>

#include "core/tensor_internal.h"

namespace wick {
namespace {

/// A shape or strides without dimension `dim`, or with one more before it.
Shape without(const Shape& shape, int dim) {
  std::array<Index, Shape::kMaxRank> dims{};
  const Index* const left_out = shape.begin() + dim;
  std::copy(left_out + 1, shape.end(), std::copy(shape.begin(), left_out, dims.begin()));
  return Shape(std::span<const Index>(dims.data(), static_cast<std::size_t>(shape.rank()) - 1));
}

Shape with(const Shape& shape, int dim, Index value) {
  std::array<Index, Shape::kMaxRank + 1> dims{};
  const Index* const before = shape.begin() + dim;
  auto place = std::copy(shape.begin(), before, dims.begin());
  *place++ = value;
  std::copy(before, shape.end(), place);
  return Shape(std::span<const Index>(dims.data(), static_cast<std::size_t>(shape.rank()) + 1));
}

/// A range of a dimension of `size`, from the front and checked.
std::pair<Index, Index> checked_range(const char* operation, const Tensor& x, int dim, Index begin, Index end) {
  const Index size = x.dim(dim);
  const Index first = begin < 0 ? begin + size : begin;
  const Index last = end == to_end ? size : end < 0 ? end + size : end;
  if (first < 0 || last > size || first > last) {
    throw Error("[{}] range {}..{} of dimension {} of {}", operation, begin, end == to_end ? size : end, dim,
                x.shape().to_string());
  }
  return {first, last};
}

/// The shape that reshape's arguments ask for, -1 worked out.
Shape resolve(const Tensor& x, std::span<const Index> dims) {
  const auto wrong = [&] {
    return Error("[reshape] {} has {} elements, which do not fit [{}]", x.shape().to_string(), x.elements(),
                 fmt::join(dims.begin(), dims.end(), ", "));
  };
  if (dims.size() > static_cast<std::size_t>(Shape::kMaxRank)) return Shape(dims);  // throws
  std::array<Index, Shape::kMaxRank> known{};
  std::copy(dims.begin(), dims.end(), known.begin());
  const auto last = known.begin() + static_cast<std::ptrdiff_t>(dims.size());
  const auto inferred = std::find(known.begin(), last, -1);
  if (inferred != last) *inferred = 1;
  Shape shape{std::span<const Index>(known.data(), dims.size())};
  if (inferred != last) {
    const Index others = shape.elements();
    if (others == 0 || x.elements() % others != 0) throw wrong();
    shape[static_cast<int>(inferred - known.begin())] = x.elements() / others;
  }
  if (shape.elements() != x.elements()) throw wrong();
  return shape;
}

/// Strides with which `shape`, of as many elements, reads x's elements in the same order, if x's memory allows it.
std::optional<Shape> reshaped_strides(const Tensor& x, const Shape& shape) {
  if (x.is_contiguous()) return contiguous_strides(shape);
  // A new dimension must lie within a part of x that is evenly spaced. Such parts are taken from the back: `left` of
  // the current one's elements remain, `step` apart.
  int from = x.rank() - 1;
  Index left = 1, step = 1;
  const auto next_part = [&] {
    while (from >= 0 && x.dim(from) == 1) --from;
    if (from < 0) return;
    step = x.stride(from);
    left = x.dim(from--);
    const Index first = step;
    for (; from >= 0 && (x.dim(from) == 1 || x.stride(from) == first * left); --from) left *= x.dim(from);
  };
  Shape strides = shape;
  for (int dim = shape.rank() - 1; dim >= 0; --dim) {
    if (left == 1 && shape[dim] != 1) next_part();
    if (left % shape[dim] != 0) return std::nullopt;
    strides[dim] = step;
    step *= shape[dim];
    left /= shape[dim];
  }
  return strides;
}

}  // namespace

Tensor Tensor::index(std::span<const TensorIndex> indices) const {
  if (static_cast<int>(indices.size()) > rank()) {
    throw Error("[index] {} indices for {}", indices.size(), shape_.to_string());
  }
  Tensor view = *this;
  int dim = 0;
  for (const TensorIndex& i : indices) {
    if (i.kind == TensorIndex::Kind::position) {
      view = view.select(dim, i.begin);
      continue;
    }
    if (i.kind == TensorIndex::Kind::range) {
      if (i.step < 1) throw Error("[index] step {}, only forward steps are supported", i.step);
      view = view.slice(dim, i.begin, i.end);
      Shape shape = view.shape_, strides = view.strides_;
      shape[dim] = (shape[dim] + i.step - 1) / i.step;
      strides[dim] *= i.step;
      view = TensorBuilder::view(view, shape, strides, 0, "index");
    }
    ++dim;
  }
  return view;
}

Tensor Tensor::slice(int dim, Index begin, Index end) const {
  dim = checked_dim("slice", shape_, dim);
  const auto [first, last] = checked_range("slice", *this, dim, begin, end);
  Shape shape = shape_;
  shape[dim] = last - first;
  return TensorBuilder::view(*this, shape, strides_, first * strides_[dim], "slice");
}

Tensor Tensor::select(int dim, Index position) const {
  dim = checked_dim("select", shape_, dim);
  const Index at = position < 0 ? position + shape_[dim] : position;
  if (at < 0 || at >= shape_[dim]) {
    throw Error("[select] position {} of dimension {} of {}", position, dim, shape_.to_string());
  }
  return TensorBuilder::view(*this, without(shape_, dim), without(strides_, dim), at * strides_[dim], "select");
}

Tensor Tensor::transpose(int dim0, int dim1) const {
  dim0 = checked_dim("transpose", shape_, dim0);
  dim1 = checked_dim("transpose", shape_, dim1);
  Shape shape = shape_, strides = strides_;
  std::swap(shape[dim0], shape[dim1]);
  std::swap(strides[dim0], strides[dim1]);
  return TensorBuilder::view(*this, shape, strides, 0, "transpose");
}

Tensor Tensor::permute(std::span<const int> order) const {
  Shape shape = shape_, strides = strides_;
  unsigned seen = 0;
  int to = 0;
  if (static_cast<int>(order.size()) == rank()) {
    for (; to < rank(); ++to) {
      const int from = checked_dim("permute", shape_, order[static_cast<std::size_t>(to)]);
      seen |= 1U << from;
      shape[to] = shape_[from];
      strides[to] = strides_[from];
    }
  }
  if (static_cast<int>(order.size()) != rank() || seen != (1U << rank()) - 1) {
    throw Error("[permute] ({}) is no order of the dimensions of {}", fmt::join(order.begin(), order.end(), ", "),
                shape_.to_string());
  }
  return TensorBuilder::view(*this, shape, strides, 0, "permute");
}

Tensor Tensor::unsqueeze(int dim) const {
  const int from_front = dim < 0 ? dim + rank() + 1 : dim;
  if (from_front < 0 || from_front > rank()) throw Error("[unsqueeze] {} has no place {}", shape_.to_string(), dim);
  const Index stride = from_front < rank() ? shape_[from_front] * strides_[from_front] : 1;
  return TensorBuilder::view(*this, with(shape_, from_front, 1), with(strides_, from_front, stride), 0, "unsqueeze");
}

Tensor Tensor::squeeze(int dim) const {
  dim = checked_dim("squeeze", shape_, dim);
  if (shape_[dim] != 1) throw Error("[squeeze] dimension {} of {} is not 1", dim, shape_.to_string());
  return TensorBuilder::view(*this, without(shape_, dim), without(strides_, dim), 0, "squeeze");
}

Tensor Tensor::expand(const Shape& shape) const {
  if (shape.rank() < rank()) throw Error("[expand] {} to {}", shape_.to_string(), shape.to_string());
  Shape strides = shape;
  for (int dim = 1; dim <= shape.rank(); ++dim) {
    const Index own = dim <= rank() ? shape_[-dim] : 1;
    if (own != shape[-dim] && own != 1) throw Error("[expand] {} to {}", shape_.to_string(), shape.to_string());
    strides[-dim] = own == 1 ? 0 : strides_[-dim];
  }
  return TensorBuilder::view(*this, shape, strides, 0, "expand");
}

Tensor Tensor::unfold(int dim, Index size, Index step) const {
  dim = checked_dim("unfold", shape_, dim);
  if (size < 1 || size > shape_[dim] || step < 1) {
    throw Error("[unfold] windows of {}, {} apart, of dimension {} of {}", size, step, dim, shape_.to_string());
  }
  Shape shape = with(shape_, rank(), size), strides = with(strides_, rank(), strides_[dim]);
  shape[dim] = (shape_[dim] - size) / step + 1;
  strides[dim] *= step;
  return TensorBuilder::view(*this, shape, strides, 0, "unfold");
}

Tensor Tensor::reshape(std::span<const Index> dims) const {
  check_defined("reshape", *this);
  const Shape shape = resolve(*this, dims);
  if (const auto strides = reshaped_strides(*this, shape)) {
    return TensorBuilder::view(*this, shape, *strides, 0, "reshape");
  }
  const Tensor copy = contiguous();
  return TensorBuilder::view(copy, shape, contiguous_strides(shape), 0, "reshape");
}

}  // namespace wick
