#include "core/nn.h"

#include <algorithm>
#include <cstdint>

#include "core/tensor_internal.h"

namespace wick {
namespace {

/// A tensor of rank 1 to 3 with a contiguous last dimension as a grid of vectors.
ConstRows grid_of(const char* operation, const Tensor& x) {
  check_f32(operation, x);
  const int rank = x.rank();
  const Index size = rank > 0 ? x.dim(-1) : 0;
  if (rank < 1 || rank > 3 || (size > 1 && x.stride(-1) != 1)) {
    throw Error("[{}] needs 1 to 3 dimensions, the last one contiguous, not {}", operation, x.shape().to_string());
  }
  const float* data = x.data<float>();
  if (rank == 3) return {data, x.dim(0), x.dim(1), size, x.stride(0), x.stride(1)};
  if (rank == 2) return {data, x.dim(0), 1, size, x.stride(0), size};
  return {data, 1, 1, size, size, size};
}

Rows grid_of(const char* operation, Tensor& x) {
  const ConstRows grid = grid_of(operation, std::as_const(x));
  return {x.data<float>(), grid.outer, grid.inner, grid.size, grid.outer_stride, grid.inner_stride};
}

/// A contiguous vector of parameters [size] on the device of x. Throws Error for anything else.
const float* parameters(const char* operation, const Tensor& vector, Index size, const Tensor& x) {
  check_same(operation, vector, x);
  if (vector.rank() != 1 || vector.dim(0) != size || !vector.is_contiguous()) {
    throw Error("[{}] parameters of shape {} for x {}", operation, vector.shape().to_string(), x.shape().to_string());
  }
  return vector.data<float>();
}

void check_matrix(const char* operation, DType type, std::span<const Index> shape) {
  const bool floats = is_float(type) || is_quantized(type);
  if (!floats || shape.size() != 2 || shape[0] < 1 || shape[1] < 1 || shape[1] % info(type).block != 0) {
    throw Error("[{}] {} [{}] is no weight matrix", operation, info(type).name,
                fmt::join(shape.begin(), shape.end(), ", "));
  }
}

/// Rows to read and pack at a time: about 2 MB, in steps that every backend can start at.
Index rows_at_once(Index bytes_of_row) {
  constexpr Index kPieceBytes = Index{2} << 20;
  return std::max<Index>(kPieceBytes / bytes_of_row / kPackRows, 1) * kPackRows;
}

/// Whether a kernel may read elements at this address as the numbers they are.
bool is_aligned(std::span<const std::byte> bytes) { return reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0; }

}  // namespace

Tensor WeightMemory::take(Index bytes) {
  constexpr Index kBlockBytes = Index{8} << 20, kAlignment = 64;
  if (bytes > kBlockBytes / 4) return TensorBuilder::allocate({bytes}, DType::u8, device_, Reuse::exact);
  if (!block_ || bytes > kBlockBytes - used_) {
    block_ = TensorBuilder::allocate({kBlockBytes}, DType::u8, device_, Reuse::exact);
    used_ = 0;
  }
  const Tensor part = block_.slice(0, used_, used_ + bytes);
  used_ += (bytes + kAlignment - 1) / kAlignment * kAlignment;
  return part;
}

bool Weight::stacks(const TensorInfo& above, const TensorInfo& below) {
  return above.type == below.type && above.shape[1] == below.shape[1] && above.shape[0] % kPackRows == 0;
}

Weight Weight::load(const Checkpoint& checkpoint, std::span<const TensorInfo* const> tensors, WeightMemory& memory) {
  Weight weight;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check_matrix("load", tensors[i]->type, tensors[i]->shape);
    if (i > 0 && !stacks(*tensors[i - 1], *tensors[i])) {
      throw Error("[load] '{}' and '{}' cannot be packed as one matrix", tensors[i - 1]->name, tensors[i]->name);
    }
    weight.n_ += tensors[i]->shape[0];
  }
  weight.type_ = tensors[0]->type;
  weight.k_ = tensors[0]->shape[1];
  const Device& device = memory.device();
  const Ops& ops = device.ops();
  weight.memory_ = memory.take(ops.packed_weight_bytes(weight.type_, weight.n_, weight.k_));

  const Index bytes_of_row = row_bytes(weight.type_, weight.k_);
  const Index piece = std::min(rows_at_once(bytes_of_row), weight.n_);
  Tensor buffer;  // of one piece, where the source cannot show its bytes in place
  Index packed = 0;
  for (const TensorInfo* tensor : tensors) {
    const ByteSource& source = *checkpoint.sources[tensor->source];
    const Index tensor_rows = tensor->shape[0];
    for (Index first = 0; first < tensor_rows; first += piece) {
      const Index count = std::min(piece, tensor_rows - first);
      const auto bytes = static_cast<std::size_t>(count * bytes_of_row);
      std::span<const std::byte> rows =
          source.view(tensor->offset + static_cast<std::uint64_t>(first * bytes_of_row), bytes);
      if (rows.empty() || !is_aligned(rows)) {
        if (!buffer) buffer = Tensor::empty({piece * bytes_of_row}, DType::u8, device);
        const std::span<std::byte> into(buffer.bytes(), bytes);
        checkpoint.read_rows(*tensor, first, count, into);
        rows = into;
      }
      ops.pack_weight(device.workers(), weight.type_, weight.n_, weight.k_, rows.data(), packed + first, count,
                      weight.memory_.bytes());
    }
    packed += tensor_rows;
  }
  return weight;
}

Weight Weight::pack(const Tensor& matrix) {
  check_defined("pack", matrix);
  check_matrix("pack", matrix.dtype(), {matrix.shape().begin(), static_cast<std::size_t>(matrix.rank())});
  const Tensor rows = matrix.contiguous();
  Weight weight;
  weight.type_ = matrix.dtype();
  weight.n_ = matrix.dim(0);
  weight.k_ = matrix.dim(1);
  const Device& device = matrix.device();
  const Index bytes = device.ops().packed_weight_bytes(weight.type_, weight.n_, weight.k_);
  weight.memory_ = TensorBuilder::allocate({bytes}, DType::u8, device, Reuse::exact);
  device.ops().pack_weight(device.workers(), weight.type_, weight.n_, weight.k_, rows.bytes(), 0, weight.n_,
                           weight.memory_.bytes());
  return weight;
}

Index Linear::outputs() const {
  Index outputs = 0;
  for (const Weight& part : parts) outputs += part.outputs();
  return outputs;
}

namespace {

/// y = W x + b, or y += W x + b, part by part into neighbouring columns of y.
void apply(const Linear& layer, const Tensor& x, Tensor& y, bool accumulate, const std::optional<Unary>& activation) {
  const Index rows = x.dim(0), inputs = x.dim(1);
  const Device& device = x.device();
  const Ops& ops = device.ops();
  const auto takes_int8 = [&](const Weight& part) {
    return layer.precision == Precision::fast && is_quantized(part.dtype());
  };
  Tensor quantized;  // x as int8, for all parts that take it
  if (rows > 0 && std::any_of(layer.parts.begin(), layer.parts.end(), takes_int8)) {
    quantized = Tensor::empty({ops.quantized_rows_bytes(rows, inputs)}, DType::u8, device);
    ops.quantize_rows(device.workers(), x.data<float>(), x.stride(0), rows, inputs, quantized.bytes());
  }
  const float* bias = layer.bias ? parameters("linear", layer.bias, layer.outputs(), x) : nullptr;
  Index column = 0;
  for (const Weight& part : layer.parts) {
    const MatmulOutput output{y.data<float>() + column, y.stride(0), bias ? bias + column : nullptr, accumulate,
                              activation ? &*activation : nullptr};
    if (rows == 0) break;
    if (takes_int8(part)) {
      ops.matmul_q8(device.workers(), part.packed(), quantized.bytes(), rows, output);
    } else {
      const auto matmul = layer.precision == Precision::fast ? ops.matmul_rounded : ops.matmul;
      matmul(device.workers(), part.packed(), x.data<float>(), x.stride(0), rows, output);
    }
    column += part.outputs();
  }
}

void check_input(const Linear& layer, const Tensor& x) {
  check_f32("linear", x);
  if (layer.parts.empty()) throw Error("[linear] the layer has no weights");
  for (const Weight& part : layer.parts) {
    if (!part.defined()) throw Error("[linear] a weight is undefined");
    if (x.rank() != 2 || x.dim(1) != part.inputs()) {
      throw Error("[linear] x {} and weight [{}, {}]: expected [rows, {}]", x.shape().to_string(), part.outputs(),
                  part.inputs(), part.inputs());
    }
    if (!(part.device() == x.device())) throw Error("[linear] x and the weight live on different devices");
  }
  if (x.dim(1) > 1 && x.stride(1) != 1)
    throw Error("[linear] the rows of x {} are not contiguous", x.shape().to_string());
}

void check_output(const Linear& layer, const Tensor& y, const Tensor& x) {
  check_same("linear", y, x);
  const Index columns = layer.outputs();
  if (y.rank() != 2 || y.dim(0) != x.dim(0) || y.dim(1) != columns || (columns > 1 && y.stride(1) != 1)) {
    throw Error("[linear] x {} gives [{}, {}], which cannot be added to {}", x.shape().to_string(), x.dim(0), columns,
                y.shape().to_string());
  }
  if (TensorBuilder::same_memory(x, y)) throw Error("[linear] x and y share memory");
}

}  // namespace

Tensor Linear::operator()(const Tensor& x, std::optional<Unary> activation) const {
  check_input(*this, x);
  Tensor y = Tensor::empty({x.dim(0), outputs()}, DType::f32, x.device());
  apply(*this, x, y, false, activation);
  return y;
}

void Linear::into(Tensor& y, const Tensor& x, std::optional<Unary> activation) const {
  check_input(*this, x);
  check_output(*this, y, x);
  apply(*this, x, y, false, activation);
}

void Linear::add_to(Tensor& y, const Tensor& x, std::optional<Unary> activation) const {
  check_input(*this, x);
  check_output(*this, y, x);
  apply(*this, x, y, true, activation);
}

Tensor split_heads(const Tensor& fused, Index first, Index heads, Index head_dim) {
  return fused.slice(1, first, first + heads * head_dim).reshape({fused.dim(0), heads, head_dim});
}

Tensor embedding(const Weight& weight, std::span<const std::int32_t> ids) {
  if (!weight.defined()) throw Error("[embedding] the weight is undefined");
  for (const std::int32_t id : ids) {
    if (id < 0 || id >= weight.outputs()) throw Error("[embedding] id {} of {} rows", id, weight.outputs());
  }
  const Device& device = weight.device();
  const auto count = static_cast<Index>(ids.size());
  Tensor rows = Tensor::empty({count, weight.inputs()}, DType::f32, device);
  device.ops().embedding_rows(device.workers(), weight.packed(), ids.data(), count, rows.data<float>());
  return rows;
}

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  const ConstRows in = grid_of("rms_norm", x);
  const float* scale = parameters("rms_norm", weight, in.size, x);
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  x.device().ops().rms_norm(x.device().workers(), in, scale, static_cast<float>(eps), grid_of("rms_norm", y));
  return y;
}

void rms_norm_(Tensor& x, const Tensor& weight, double eps) {
  const Rows rows = grid_of("rms_norm", x);
  const ConstRows in = grid_of("rms_norm", std::as_const(x));
  const float* scale = parameters("rms_norm", weight, in.size, x);
  x.device().ops().rms_norm(x.device().workers(), in, scale, static_cast<float>(eps), rows);
}

Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  const ConstRows in = grid_of("layer_norm", x);
  const float* scale = parameters("layer_norm", weight, in.size, x);
  const float* shift = parameters("layer_norm", bias, in.size, x);
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  x.device().ops().layer_norm(x.device().workers(), in, scale, shift, static_cast<float>(eps),
                              grid_of("layer_norm", y));
  return y;
}

void layer_norm_(Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  const Rows rows = grid_of("layer_norm", x);
  const ConstRows in = grid_of("layer_norm", std::as_const(x));
  const float* scale = parameters("layer_norm", weight, in.size, x);
  const float* shift = parameters("layer_norm", bias, in.size, x);
  x.device().ops().layer_norm(x.device().workers(), in, scale, shift, static_cast<float>(eps), rows);
}

Tensor LayerNorm::operator()(const Tensor& x) const { return layer_norm(x, weight, bias, eps); }

Tensor pool(const Tensor& scores, const Tensor& values) {
  check_same("pool", scores, values);
  if (scores.rank() != 2 || values.rank() != 2 || scores.dim(0) != values.dim(0) || values.dim(1) > kMaxHeadDim) {
    throw Error("[pool] scores {} of values {}: expected [rows, columns] and [rows, {} at most]",
                scores.shape().to_string(), values.shape().to_string(), kMaxHeadDim);
  }
  Tensor y = Tensor::empty({scores.dim(1), values.dim(1)}, DType::f32, scores.device());
  y.device().ops().pool(y.device().workers(), grid_of("pool", scores), grid_of("pool", values), y.data<float>());
  return y;
}

void rope_(Tensor& x, const Tensor& cos_sin, RopePairs pairs) {
  if (x.rank() != 3) throw Error("[rope] x {}, expected [tokens, heads, head_dim]", x.shape().to_string());
  const Rows heads = grid_of("rope", x);
  check_same("rope", x, cos_sin);
  const Index rotary = cos_sin.rank() == 2 ? cos_sin.dim(1) : 0;
  if (cos_sin.rank() != 2 || cos_sin.dim(0) != x.dim(0) || rotary % 2 != 0 || rotary > heads.size ||
      !cos_sin.is_contiguous()) {
    throw Error("[rope] x {} and cosines {}, expected [{}, rotary]", x.shape().to_string(), cos_sin.shape().to_string(),
                x.dim(0));
  }
  x.device().ops().rope(x.device().workers(), heads, cos_sin.data<float>(), rotary, pairs);
}

Tensor glu(Unary activation, const Tensor& gate_up) {
  check_f32("glu", gate_up);
  if (gate_up.rank() != 2 || gate_up.dim(1) % 2 != 0) {
    throw Error("[glu] {}, expected [rows, 2 * hidden]", gate_up.shape().to_string());
  }
  if (activation != Unary::silu && activation != Unary::gelu_erf && activation != Unary::gelu_tanh) {
    throw Error("[glu] the activation must be silu or gelu");
  }
  const Index hidden = gate_up.dim(1) / 2;
  Tensor y = Tensor::empty({gate_up.dim(0), hidden}, DType::f32, gate_up.device());
  const Device& device = gate_up.device();
  device.ops().glu(device.workers(), activation, grid_of("glu", gate_up.slice(1, 0, hidden)),
                   grid_of("glu", gate_up.slice(1, hidden, 2 * hidden)), grid_of("glu", y));
  return y;
}

}  // namespace wick
