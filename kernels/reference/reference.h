#pragma once
// The reference backend: every operation as its definition reads, one element after another, sums in double. It takes
// no shortcut and uses threads only for matrix products; tests compare every other backend with it.
#include "kernels/ops.h"

namespace wick::reference {

Index packed_weight_bytes(DType type, Index n, Index k);
void pack_weight(const Workers&, DType type, Index n, Index k, const std::byte* rows, Index first, Index count,
                 std::byte* packed);
void matmul(const Workers&, const PackedWeight& w, const float* x, Index x_stride, Index rows, const MatmulOutput& out);
Index quantized_rows_bytes(Index rows, Index k);
void quantize_rows(const Workers&, const float* x, Index x_stride, Index rows, Index k, std::byte* packed);
void matmul_q8(const Workers&, const PackedWeight& w, const std::byte* x, Index rows, const MatmulOutput& out);
void embedding_rows(const Workers&, const PackedWeight& w, const std::int32_t* ids, Index count, float* y);

void depthwise_convolution(const Workers&, const Windows& x, const float* weight, const float* bias,
                           const Unary* activation, float* y);
void gather_windows(const Workers&, const Windows& x, Index first, Index count, float* y);

void cache_append(const Workers&, const PagedKV& cache, const ConstRows& k, const ConstRows& v,
                  const SequenceRows* sequences, Index sequence_count);
void attention(const Workers&, const AttentionArgs& args);

void rms_norm(const Workers&, const ConstRows& x, const float* weight, float eps, const Rows& y);
void layer_norm(const Workers&, const ConstRows& x, const float* weight, const float* bias, float eps, const Rows& y);
void rope(const Workers&, const Rows& x, const float* cos_sin, Index rotary, RopePairs pairs);
void softmax(const Workers&, const ConstRows& x, float scale, const Rows& y);
void softmax_across(const Workers&, const float* x, Index outer, Index size, Index inner, float* y);
void pool(const Workers&, const ConstRows& scores, const ConstRows& values, float* y);
void glu(const Workers&, Unary activation, const ConstRows& gate, const ConstRows& up, const Rows& y);
void reduce(const Workers&, Reduce op, const ConstRows& x, float* y);
void argmax(const Workers&, const ConstRows& x, std::int32_t* y);

/// One element of `unary`, in double.
double apply(Unary op, double x);
void unary(const Workers&, Unary op, const float* x, float* y, Index count);
void binary(const Workers&, Binary op, const float* a, Index a_step, const float* b, Index b_step, float* y,
            Index count);
void convert(const Workers&, DType from, const std::byte* x, DType to, std::byte* y, Index count);

double spin_fma(Index rounds);
double spin_int8(Index rounds);
double read_memory(const float* x, Index count);

}  // namespace wick::reference
