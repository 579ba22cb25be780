#pragma once
// The layers that models are written with: thin, checked calls of a device's operations on tensors.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/tensor.h"

namespace wick {

/// int8 activations in quantised products, bf16 ones in bf16 products where the machine has those (fast, the default),
/// or f32 throughout (`--precise`).
enum class Precision : std::uint8_t { fast, precise };
/// The type of a cache, where nothing else is asked for.
inline DType cache_type(Precision precision) { return precision == Precision::precise ? DType::f32 : DType::f16; }

/// Memory for the weights of one model. Small ones lie side by side in large blocks, for which the system has huge
/// pages.
class WeightMemory {
 public:
  explicit WeightMemory(Device device) : device_(std::move(device)) {}
  /// u8 [bytes], 64-byte aligned.
  Tensor take(Index bytes);
  const Device& device() const { return device_; }

 private:
  Device device_;
  Tensor block_;  // what small weights are cut from
  Index used_ = 0;
};

/// A weight matrix [n, k] in its device's packed layout.
class Weight {
 public:
  Weight() = default;
  /// Reads and packs tensors of `checkpoint` of shapes [n, k], one below the other, some rows at a time, so that no
  /// second copy exists. Throws Error for tensors that do not stack.
  static Weight load(const Checkpoint& checkpoint, std::span<const TensorInfo* const> tensors, WeightMemory& memory);
  /// Whether one packed matrix can hold both: the same type and inputs, and a boundary where every backend can begin.
  static bool stacks(const TensorInfo& above, const TensorInfo& below);
  /// Packs an f32, f16 or bf16 tensor [n, k].
  static Weight pack(const Tensor& matrix);

  bool defined() const { return memory_.defined(); }
  Index outputs() const { return n_; }
  Index inputs() const { return k_; }
  DType dtype() const { return type_; }
  std::size_t packed_bytes() const { return static_cast<std::size_t>(memory_.elements()); }
  PackedWeight packed() const { return {type_, n_, k_, memory_.bytes()}; }
  const Device& device() const { return memory_.device(); }

 private:
  Tensor memory_;  // u8 [packed bytes]
  DType type_ = DType::f32;
  Index n_ = 0, k_ = 0;
};

/// y = W x + b. Several weights that read the same input (q, k, v; gate, up) make one layer: x is quantised once and
/// their outputs lie side by side.
struct Linear {
  std::vector<Weight> parts;
  Tensor bias;  // [outputs] or undefined
  Precision precision = Precision::fast;

  Index outputs() const;
  Index inputs() const { return parts.empty() ? 0 : parts.front().inputs(); }
  /// [rows, k] -> [rows, outputs]. An activation is relu, silu or a gelu, and part of the product.
  Tensor operator()(const Tensor& x, std::optional<Unary> activation = {}) const;
  /// The same into y [rows, outputs].
  void into(Tensor& y, const Tensor& x, std::optional<Unary> activation = {}) const;
  /// y += W x + b, the residual in the epilogue; the activation is of the sum.
  void add_to(Tensor& y, const Tensor& x, std::optional<Unary> activation = {}) const;
};

/// Over the last dimension.
struct LayerNorm {
  Tensor weight, bias;  // [size]
  double eps = 1e-5;
  Tensor operator()(const Tensor& x) const;
};

/// Columns of a fused projection's output, from `first` on, as heads: [rows, heads, head_dim], a view.
Tensor split_heads(const Tensor& fused, Index first, Index heads, Index head_dim);
/// Rows of a weight by token id, as f32: [ids.size(), k].
Tensor embedding(const Weight& weight, std::span<const std::int32_t> ids);
/// Over the last dimension; x may be a strided view with a contiguous last dimension.
Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps);
void rms_norm_(Tensor& x, const Tensor& weight, double eps);  // in place
Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps);
void layer_norm_(Tensor& x, const Tensor& weight, const Tensor& bias, double eps);  // in place
/// What each column of scores [rows, columns] attends to among values [rows, size]: softmax(scores, 0)' values,
/// [columns, size]. The rows of both are contiguous. Throws Error for another shape and for size above kMaxHeadDim.
Tensor pool(const Tensor& scores, const Tensor& values);
/// In place on [tokens, heads, head_dim]; cos_sin is [tokens, rotary].
void rope_(Tensor& x, const Tensor& cos_sin, RopePairs pairs);
/// activation(gate) * up for gate_up [rows, 2 * hidden]: the gate in the first half.
Tensor glu(Unary activation, const Tensor& gate_up);

}  // namespace wick
