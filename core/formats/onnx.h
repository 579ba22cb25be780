#pragma once
// The weights of ONNX models: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
#include <string_view>

#include "core/checkpoint.h"

namespace wick {

/// Whether a file that starts so can be ONNX: its version, then who wrote it, its operators' version or its graph.
bool is_onnx(std::string_view start);

/// Reads the initialisers of a model's graph as tensors, and the float constants of two dimensions or more; the graph
/// itself is not kept. A tensor has the name that the file gives it. PyTorch's exporter takes it from the weights that
/// it computed ("onnx::MatMul_2385"), so those are named by the module of the node that uses them
/// ("/layers.1/blocks.0/attn/qkv/MatMul"), as a state dict would:
/// - the matrix of a MatMul is "layers.1.blocks.0.attn.qkv.weight", and transposed to [outputs, inputs];
/// - of Conv, ConvTranspose and Gemm come "....weight" and "....bias";
/// - the factor of a Mul is its module's weight and the term of an Add its bias, as norms are written;
/// - other floats of two dimensions or more, and a second one of that name, are called after the node itself
///   ("mlp.Concat_1"), as constants are.
///
/// Throws Error for a tensor whose elements lie in another file, are written one by one, or have a type that DType
/// lacks. Integers that are written as varints are numbers of the graph, not weights, and left out.
Checkpoint read_onnx(const SourcePtr& source);

}  // namespace wick
