#include "models/sam_tensors.h"

#include "core/error.h"

namespace wick {

Index SamTensors::dim(const std::string& tensor, std::size_t rank, std::size_t dimension) const {
  const TensorInfo* found = tensors_.find(tensor);
  if (!found) throw Error("{}: no tensor '{}'", tensors_.file(), tensor);
  if (found->shape.size() != rank) {
    throw Error("{}: tensor '{}' has {} dimensions, expected {}", tensors_.file(), tensor, found->shape.size(), rank);
  }
  if (found->shape[dimension] < 1) throw Error("{}: tensor '{}' is empty", tensors_.file(), tensor);
  return found->shape[dimension];
}

bool SamTensors::has_part(const std::string& beginning) const {
  const auto& tensors = tensors_.checkpoint().tensors;
  const auto first = tensors.lower_bound(beginning);
  return first != tensors.end() && first->first.starts_with(beginning);
}

Linear SamTensors::packed(const Tensor& matrix, Tensor bias) {
  const bool fits = quantize_ && matrix.dim(1) % info(*quantize_).block == 0;
  return {.parts = {tensors_.pack(fits ? matrix.to_dtype(*quantize_) : matrix)},
          .bias = std::move(bias),
          .precision = precision_};
}

Tensor SamTensors::load_bias(const std::string& name, Index outputs, Bias bias) {
  if (bias == Bias::if_there && !has(name + ".bias")) return {};
  return load(name + ".bias", {outputs});
}

Linear SamTensors::linear(const std::string& name, Index inputs, std::optional<Index> expected, Bias bias) {
  const std::string weight = name + ".weight";
  const TensorInfo* found = tensors_.find(weight);
  const bool convolution = found && found->shape.size() == 4;
  const Index outputs = expected ? *expected : dim(weight, convolution ? 4 : 2, 0);
  const Tensor matrix = convolution ? load(weight, {outputs, inputs, 1, 1}) : load(weight, {outputs, inputs});
  return packed(matrix.reshape({outputs, inputs}), load_bias(name, outputs, bias));
}

LayerNorm SamTensors::norm(const std::string& name, Index size, double eps) {
  return {load(name + ".weight", {size}), load(name + ".bias", {size}), eps};
}

Convolution SamTensors::convolution(const std::string& name, Index channels, ConvolutionShape shape,
                                    std::optional<Index> expected, Bias bias) {
  const Index outputs = expected ? *expected : dim(name + ".weight", 4, 0), k = shape.kernel;
  const Tensor taps = load(name + ".weight", {outputs, channels, k, k}).permute({0, 2, 3, 1}).contiguous();
  return {packed(taps.reshape({outputs, k * k * channels}), load_bias(name, outputs, bias)), shape};
}

DepthwiseConvolution SamTensors::depthwise(const std::string& name, Index channels, ConvolutionShape shape) {
  const Index k = shape.kernel;
  const Tensor taps = load(name + ".weight", {channels, 1, k, k}).reshape({channels, k * k});
  return {taps.transpose(0, 1).contiguous().reshape({k, k, channels}), load(name + ".bias", {channels}), shape};
}

Linear SamTensors::doubling(const std::string& name, Index channels) {
  const Index outputs = dim(name + ".weight", 4, 1);
  const Tensor taps = load(name + ".weight", {channels, outputs, 2, 2}).permute({2, 3, 1, 0}).contiguous();
  const Tensor one = load(name + ".bias", {outputs});
  return packed(taps.reshape({4 * outputs, channels}), cat({one, one, one, one}, 0));
}

}  // namespace wick
