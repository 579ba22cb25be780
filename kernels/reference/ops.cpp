#include "kernels/ops.h"

#include "kernels/reference/reference.h"

namespace wick {

const Ops& reference_ops() {
  static constexpr Ops ops = {
      .name = "reference",
      .packed_weight_bytes = reference::packed_weight_bytes,
      .pack_weight = reference::pack_weight,
      .matmul = reference::matmul,
      .matmul_rounded = reference::matmul,
      .quantized_rows_bytes = reference::quantized_rows_bytes,
      .quantize_rows = reference::quantize_rows,
      .matmul_q8 = reference::matmul_q8,
      .embedding_rows = reference::embedding_rows,
      .depthwise_convolution = reference::depthwise_convolution,
      .gather_windows = reference::gather_windows,
      .cache_append = reference::cache_append,
      .attention = reference::attention,
      .pool = reference::pool,
      .rms_norm = reference::rms_norm,
      .layer_norm = reference::layer_norm,
      .rope = reference::rope,
      .softmax = reference::softmax,
      .softmax_across = reference::softmax_across,
      .glu = reference::glu,
      .reduce = reference::reduce,
      .argmax = reference::argmax,
      .unary = reference::unary,
      .binary = reference::binary,
      .convert = reference::convert,
      .spin_fma = reference::spin_fma,
      .spin_int8 = reference::spin_int8,
      .spin_bf16 = reference::spin_fma,
      .read_memory = reference::read_memory,
  };
  return ops;
}

}  // namespace wick
