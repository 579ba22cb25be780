// Joining tensors, and picking elements by index.
#include <algorithm>
#include <cstring>

#include "core/strided.h"
#include "core/tensor_internal.h"

namespace wick {
namespace {

/// Ids as contiguous i64. Throws Error for another dtype or an id outside [0, size).
Tensor checked_ids(const char* operation, const Tensor& ids, const Tensor& x, Index size) {
  check_defined(operation, ids);
  if (ids.dtype() != DType::i32 && ids.dtype() != DType::i64) {
    throw Error("[{}] the ids are {}, expected i32 or i64", operation, info(ids.dtype()).name);
  }
  if (!(ids.device() == x.device())) throw Error("[{}] the ids live on a different device", operation);
  const Tensor checked = ids.to_dtype(DType::i64).contiguous();
  const std::int64_t* first = checked.data<std::int64_t>();
  const std::int64_t* last = first + checked.elements();
  const auto outside = std::find_if(first, last, [size](std::int64_t id) { return id < 0 || id >= size; });
  if (outside != last) throw Error("[{}] id {} of a dimension of {}", operation, *outside, size);
  return checked;
}

}  // namespace

Tensor cat(std::span<const Tensor> tensors, int dim) {
  if (tensors.empty()) throw Error("[cat] no tensors");
  const Tensor& first = tensors.front();
  check_defined("cat", first);
  const int along = checked_dim("cat", first.shape(), dim);
  Shape shape = first.shape();
  shape[along] = 0;
  for (const Tensor& tensor : tensors) {
    check_same("cat", first, tensor);
    Shape others = tensor.shape();
    const Index size = along < others.rank() ? others[along] : 0;
    if (along < others.rank()) others[along] = first.dim(along);
    if (!(others == first.shape())) {
      throw Error("[cat] {} and {} along dimension {}", first.shape().to_string(), tensor.shape().to_string(), along);
    }
    shape[along] += size;
  }
  const Tensor joined = Tensor::empty(shape, first.dtype(), first.device());
  Index at = 0;
  for (const Tensor& tensor : tensors) {
    Tensor place = joined.slice(along, at, at + tensor.dim(along));
    place.copy_from(tensor);
    at += tensor.dim(along);
  }
  return joined;
}

Tensor stack(std::span<const Tensor> tensors, int dim) {
  if (tensors.empty()) throw Error("[stack] no tensors");
  std::vector<Tensor> layers;
  layers.reserve(tensors.size());
  for (const Tensor& tensor : tensors) {
    check_defined("stack", tensor);
    if (!(tensor.shape() == tensors.front().shape())) {
      throw Error("[stack] {} and {}", tensors.front().shape().to_string(), tensor.shape().to_string());
    }
    layers.push_back(tensor.unsqueeze(dim));
  }
  return cat(layers, dim < 0 ? dim + layers.front().rank() : dim);
}

Tensor index_select(const Tensor& x, int dim, const Tensor& ids) {
  check_defined("index_select", x);
  const int along = checked_dim("index_select", x.shape(), dim);
  const Tensor checked = checked_ids("index_select", ids, x, x.dim(along));
  if (ids.rank() != 1) throw Error("[index_select] ids {}, expected [n]", ids.shape().to_string());
  if (is_quantized(x.dtype()) && along == x.rank() - 1) {
    throw Error("[index_select] {} has no single elements", info(x.dtype()).name);
  }
  const Tensor source = x.contiguous();
  Index outer = 1, inner = 1;
  for (int i = 0; i < along; ++i) outer *= x.dim(i);
  for (int i = along + 1; i < x.rank(); ++i) inner *= x.dim(i);
  Shape shape = x.shape();
  shape[along] = ids.dim(0);
  Tensor rows = Tensor::empty(shape, x.dtype(), x.device());
  const Index bytes = row_bytes(x.dtype(), inner);
  std::byte* to = rows.bytes();
  for (Index i = 0; i < outer; ++i) {
    const std::byte* from = source.bytes() + i * x.dim(along) * bytes;
    for (Index j = 0; j < ids.dim(0); ++j, to += bytes) {
      std::memcpy(to, from + static_cast<Index>(checked.data<std::int64_t>()[j]) * bytes,
                  static_cast<std::size_t>(bytes));
    }
  }
  return rows;
}

Tensor gather(const Tensor& x, int dim, const Tensor& ids) {
  check_defined("gather", x);
  const int along = checked_dim("gather", x.shape(), dim);
  const Tensor checked = checked_ids("gather", ids, x, x.dim(along));
  bool fits = ids.rank() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) fits = i == along || ids.dim(i) <= x.dim(i);
  if (!fits) {
    throw Error("[gather] x {} and ids {} along dimension {}", x.shape().to_string(), ids.shape().to_string(), along);
  }
  Tensor out = Tensor::empty(ids.shape(), x.dtype(), x.device());
  Shape other_strides = TensorBuilder::strides(x);  // the place along `dim` comes from the id
  other_strides[along] = 0;
  const StridedWalk<2> walk(ids.shape(), {other_strides, TensorBuilder::strides(out)});
  visit_width("gather", x.dtype(), [&](auto type) {
    using T = decltype(type);
    const T* from = reinterpret_cast<const T*>(x.bytes());
    T* to = reinterpret_cast<T*>(out.bytes());
    const std::int64_t* id = checked.data<std::int64_t>();
    walk.for_each_run([&](const std::array<Index, 2>& at) {
      for (Index i = 0; i < walk.run_length(); ++i) {
        const Index place = at[1] + i;
        to[place] = from[at[0] + i * walk.run_step(0) + static_cast<Index>(id[place]) * x.stride(along)];
      }
    });
  });
  return out;
}

}  // namespace wick
