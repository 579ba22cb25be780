#pragma once
// Layers of Segment Anything from tensors under the names of its PyTorch code.
#include <optional>
#include <string>

#include "core/convolution.h"
#include "models/tensor_loader.h"

namespace wick {

/// Pixels of a picture's side for one of its embedding's.
inline constexpr Index kPatch = 16;

enum class Bias { required, if_there };

/// Names are those of a layer: its tensors are NAME.weight and NAME.bias. Every read states the shape that it expects;
/// where it leaves `outputs` open, they are as many as the file has. Throws Error for a tensor that is missing or of
/// another shape, with both shapes.
class SamTensors {
 public:
  /// Matrices whose inputs its blocks divide become `quantize`, if it is given: bf16, or a type that quantized_type
  /// (core/computed_source.h) knows.
  SamTensors(Checkpoint checkpoint, Device device, Precision precision, std::optional<DType> quantize)
      : tensors_(std::move(checkpoint), std::move(device)), precision_(precision), quantize_(quantize) {}

  /// From here on matrices stay as they are: the few tokens that ask for masks sway all of them.
  void keep_matrices() {
    precision_ = Precision::precise;
    quantize_.reset();
  }

  const TensorLoader& tensors() const { return tensors_; }
  const Device& device() const { return tensors_.device(); }
  bool has(const std::string& tensor) const { return tensors_.find(tensor) != nullptr; }
  /// Whether there are tensors whose names begin so.
  bool has_part(const std::string& beginning) const;
  /// A dimension of a tensor, at least 1, where `rank` of them are expected.
  Index dim(const std::string& tensor, std::size_t rank, std::size_t dimension) const;
  Tensor load(const std::string& tensor, TensorLoader::Dims shape) { return tensors_.load_f32(tensor, shape); }

  /// A matrix, or a 1 x 1 convolution.
  Linear linear(const std::string& name, Index inputs, std::optional<Index> outputs = {}, Bias bias = Bias::required);
  LayerNorm norm(const std::string& name, Index size, double eps);
  Convolution convolution(const std::string& name, Index channels, ConvolutionShape shape,
                          std::optional<Index> outputs = {}, Bias bias = Bias::required);
  DepthwiseConvolution depthwise(const std::string& name, Index channels, ConvolutionShape shape);
  /// Outputs [2, 2, outputs] of each pixel: a transposed convolution whose windows do not overlap.
  Linear doubling(const std::string& name, Index channels);

 private:
  Linear packed(const Tensor& matrix, Tensor bias);
  Tensor load_bias(const std::string& name, Index outputs, Bias bias);

  TensorLoader tensors_;
  Precision precision_;
  std::optional<DType> quantize_;
};

}  // namespace wick
