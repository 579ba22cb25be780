#pragma once
// From the tensors of a checkpoint to memory of a device: what the loaders of all models share.
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/nn.h"

namespace wick {

/// A checkpoint, how much of it is loaded, and the memory that its weights go to.
class TensorLoader {
 public:
  using Dims = std::initializer_list<Index>;

  TensorLoader(Checkpoint checkpoint, Device device) : checkpoint_(std::move(checkpoint)), memory_(std::move(device)) {}

  const std::string& file() const { return checkpoint_.name(); }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  const Device& device() const { return memory_.device(); }
  /// Null where there is no such tensor.
  const TensorInfo* find(const std::string& name) const { return checkpoint_.find(name); }
  /// A tensor that can be loaded. Throws Error naming it if it is missing, of another shape, or of a type that is
  /// neither float nor, in a matrix, quantised.
  const TensorInfo& require(const std::string& name, Dims shape) const;
  /// As `require`, for a tensor that will be loaded: bytes_total() counts it.
  const TensorInfo& plan(const std::string& name, Dims shape);

  std::uint64_t bytes_total() const { return total_; }
  std::uint64_t bytes_done() const { return done_; }
  /// Memory of the packed weights so far.
  std::size_t weight_bytes() const { return weight_bytes_; }

  /// A tensor of a float type, in it. Throws Error as `require` does, and for a quantised one.
  Tensor load(const std::string& name, Dims shape);
  /// A tensor that `require` takes, as f32.
  Tensor load_f32(const std::string& name, Dims shape);
  /// A matrix that `require` took.
  Weight load_weight(const TensorInfo& tensor);
  /// Such matrices of the same inputs, in order; neighbours that stack are one, so that one dispatch serves them.
  std::vector<Weight> load_weights(std::span<const TensorInfo* const> tensors);
  /// A matrix that was computed from a tensor.
  Weight pack(const Tensor& matrix);

 private:
  std::vector<std::byte> read(const TensorInfo& tensor);
  Weight load_stack(std::span<const TensorInfo* const> tensors);

  Checkpoint checkpoint_;
  WeightMemory memory_;
  std::uint64_t total_ = 0, done_ = 0;
  std::size_t weight_bytes_ = 0;
};

}  // namespace wick
