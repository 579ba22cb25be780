#pragma once
// The operations of the engine: one table of functions for each backend, each operation documented here once.
//
// Kernels work on raw memory that the caller owns. They allocate nothing, throw nothing, know no model and trust their
// arguments (core checks shapes before it calls). Unless said otherwise an output may not overlap an input, a
// multi-dimensional array is row-major, and every float array is f32.
#include <cstddef>
#include <cstdint>

#include "kernels/dtype.h"
#include "kernels/thread_pool.h"

namespace wick {

/// Scratch that an operation may use, for each thread.
inline constexpr Index kScratchBytes = Index{2} << 20;
/// Largest head dimension that `attention` takes.
inline constexpr Index kMaxHeadDim = 256;

/// What an operation runs on.
struct Workers {
  ThreadPool& pool;
  std::byte* scratch;  // pool.threads() areas of kScratchBytes, 64-byte aligned

  std::byte* scratch_of(int thread) const { return scratch + thread * kScratchBytes; }
};

/// A grid [outer, inner] of contiguous vectors of `size` elements, for instance the heads of one part of a fused
/// projection: vector (i, j) starts at data + i * outer_stride + j * inner_stride (strides in elements).
template <class T>
struct Grid {
  T* data;
  Index outer, inner, size;
  Index outer_stride, inner_stride;

  T* at(Index i, Index j) const { return data + i * outer_stride + j * inner_stride; }
};
using Rows = Grid<float>;
using ConstRows = Grid<const float>;

/// Functions of one element.
enum class Unary : std::uint8_t {
  neg,
  abs,
  exp,
  log,
  sqrt,
  rsqrt,
  sin,
  cos,
  tanh,
  sigmoid,
  relu,
  silu,
  gelu_erf,
  gelu_tanh,
};

/// A weight matrix [n, k] (n outputs, k inputs) in the layout of the backend that packed it.
struct PackedWeight {
  DType type;
  Index n, k;
  const std::byte* data;
};

/// Where a product goes: y[row * stride + column], plus what its epilogue adds.
struct MatmulOutput {
  float* y;
  Index stride;
  const float* bias = nullptr;        // [n]
  bool accumulate = false;            // y += product instead of y = product
  const Unary* activation = nullptr;  // of the sum: relu, silu or a gelu, or none
};

/// A picture and the windows of it that a convolution reads: `kernel` x `kernel` pixels, `stride` apart, the first one
/// `top` rows and `left` columns before the picture's first pixel. What lies outside is zero.
struct Windows {
  const float* x;  // [height, width, channels]
  Index height, width, channels;
  Index kernel, stride, top, left;
  Index rows, columns;  // of windows
};

/// Tokens of a KV cache page, which is also the key tile of the attention kernels.
inline constexpr Index kPageTokens = 256;
/// Keys that are interleaved in a page: K is [kv_heads][kPageTokens / kKeyPanel][head_dim][kKeyPanel] and
/// V is [kv_heads][kPageTokens][head_dim]. In a cache of type q8_0 the 8-bit quants of each kv head are followed by
/// their scales, f16 for every 32 dimensions: K's [kPageTokens / kKeyPanel][head_dim / 32][kKeyPanel] and
/// V's [kPageTokens][head_dim / 32].
inline constexpr Index kKeyPanel = 16;

/// One layer's view of a paged KV cache.
struct PagedKV {
  DType type;                // f16, f32, or q8_0 where head_dim is a multiple of 32
  std::byte* const* pages;   // base address of each page, by page id
  Index k_offset, v_offset;  // bytes from a page's base to this layer's K and V
  Index kv_heads, head_dim;
};

/// The rows of one sequence in a batch. Its queries are its newest tokens: query i sits at position
/// keys - queries + i and sees the keys [0, keys - queries + i], fewer with a sliding window, all where attention is
/// not causal.
struct SequenceRows {
  Index first_row;            // of its queries in the batch
  Index queries;              // rows of this sequence; 0 is allowed
  Index keys;                 // tokens in the cache, the queries included
  const std::int32_t* pages;  // page ids, ceil(keys / kPageTokens)
};

struct AttentionArgs {
  ConstRows q;    // [rows, heads, head_dim]
  Rows out;       // [rows, heads, head_dim]; rows of no sequence are left alone
  PagedKV cache;  // heads must be a multiple of cache.kv_heads
  const SequenceRows* sequences;
  Index sequence_count;
  float scale;         // of the scores, usually 1 / sqrt(head_dim)
  float softcap = 0;   // s = softcap * tanh(s / softcap) where > 0 (Gemma 2)
  Index window = 0;    // a query sees its own and the window - 1 keys before it; 0 is no limit
  bool causal = true;  // else a query sees every key, or those less than `window` away on either side
  /// Added to the scores where not null: bias[head * bias_head_stride + query * bias_query_stride + key] for the
  /// query-th of a sequence, the same for all of them; -inf hides a key from a query that sees another.
  const float* bias = nullptr;
  Index bias_head_stride = 0, bias_query_stride = 0;
};

enum class RopePairs : std::uint8_t {
  adjacent,  // (0, 1), (2, 3), ...: GGUF's `llama` architecture, llama2.c
  halves,    // (0, d/2), (1, d/2 + 1), ...: GPT-NeoX, every Hugging Face checkpoint
};

enum class Binary : std::uint8_t { add, sub, mul, div, min, max, pow };
enum class Reduce : std::uint8_t { sum, max, min };

struct Ops {
  const char* name;  // "reference", "avx2", ...

  // ---- Weights and matrix products -------------------------------------------------------------------------------
  /// Bytes of a packed [n, k] weight. k must be a multiple of the type's block; types f32, f16, bf16 and every
  /// quantised one. Packed memory is 64-byte aligned.
  Index (*packed_weight_bytes)(DType type, Index n, Index k);
  /// Packs rows [first, first + count) of an [n, k] weight whose rows lie at `rows`, as in a GGUF file. `first` and,
  /// except at the end, `count` are multiples of kPackRows.
  void (*pack_weight)(const Workers&, DType type, Index n, Index k, const std::byte* rows, Index first, Index count,
                      std::byte* packed);
  /// y[row, :] = W x[row, :] with f32 arithmetic on the dequantised weights. x is [rows, k] with `x_stride` elements
  /// between rows.
  void (*matmul)(const Workers&, const PackedWeight& w, const float* x, Index x_stride, Index rows,
                 const MatmulOutput&);
  /// As `matmul`, but x may be rounded to bf16 for weights of that type, where the machine multiplies them itself.
  void (*matmul_rounded)(const Workers&, const PackedWeight& w, const float* x, Index x_stride, Index rows,
                         const MatmulOutput&);
  /// Bytes of [rows, k] activations quantised to int8; k must be a multiple of 32.
  Index (*quantized_rows_bytes)(Index rows, Index k);
  /// Quantises activations for `matmul_q8`: blocks of 32 with scale max|x| / 127 and round to nearest even, as ggml's
  /// Q8_0 but with an f32 scale, in the backend's own layout. One result serves every quantised weight type.
  void (*quantize_rows)(const Workers&, const float* x, Index x_stride, Index rows, Index k, std::byte* packed);
  /// As `matmul`, for quantised weights and activations from `quantize_rows`: integer dot products in each block.
  void (*matmul_q8)(const Workers&, const PackedWeight& w, const std::byte* x, Index rows, const MatmulOutput&);
  /// y[i, :] = row ids[i] of the weight as f32; y is [count, k]. Every id is in [0, n).
  void (*embedding_rows)(const Workers&, const PackedWeight& w, const std::int32_t* ids, Index count, float* y);

  // ---- Convolution -----------------------------------------------------------------------------------------------
  /// Each channel by itself: y[i, j, c] = activation(bias[c] + sum of weight[v, u, c] * pixel (v, u) of window (i, j));
  /// weight [kernel, kernel, channels], bias [channels], y [rows, columns, channels].
  void (*depthwise_convolution)(const Workers&, const Windows& x, const float* weight, const float* bias,
                                const Unary* activation, float* y);
  /// The pixels of rows [first, first + count) of windows, one window after another, for a convolution as a product:
  /// y [count, columns, kernel, kernel, channels].
  void (*gather_windows)(const Workers&, const Windows& x, Index first, Index count, float* y);

  // ---- Attention -------------------------------------------------------------------------------------------------
  /// Writes the newest `queries` keys and values of each sequence, k and v [rows, kv_heads, head_dim], to their places
  /// in the cache.
  void (*cache_append)(const Workers&, const PagedKV&, const ConstRows& k, const ConstRows& v, const SequenceRows*,
                       Index sequence_count);
  /// Attention over the paged cache for a batch of rows from any number of sequences, prefill and decode mixed
  /// (FlashAttention-2; the causal mask is a loop bound). out may be q. A row that sees no key is zero.
  void (*attention)(const Workers&, const AttentionArgs&);
  /// Attention of a few to many, whose scores are known: y[c, :] = sum over r of softmax(scores[:, c])[r] * values[r,
  /// :] for scores [rows, columns] and values [rows, size], grids of one vector a row; y is [columns, size],
  /// contiguous, and zero for a column without a row or of -inf. size is at most kMaxHeadDim.
  void (*pool)(const Workers&, const ConstRows& scores, const ConstRows& values, float* y);

  // ---- Rows ------------------------------------------------------------------------------------------------------
  /// y = x / sqrt(mean(x^2) + eps) * weight, weight [size]. y may be x.
  void (*rms_norm)(const Workers&, const ConstRows& x, const float* weight, float eps, const Rows& y);
  /// y = (x - mean) / sqrt(variance + eps) * weight + bias, weight and bias [size]. y may be x.
  void (*layer_norm)(const Workers&, const ConstRows& x, const float* weight, const float* bias, float eps,
                     const Rows& y);
  /// Rotates the first `rotary` elements of each vector in place; cos_sin is [outer, rotary]: the cosines of the
  /// rotary / 2 angles, then their sines (RoFormer, section 3.4).
  void (*rope)(const Workers&, const Rows& x, const float* cos_sin, Index rotary, RopePairs pairs);
  /// y = softmax(scale * x) of each vector; a vector of -inf gives zeros. y may be x.
  void (*softmax)(const Workers&, const ConstRows& x, float scale, const Rows& y);
  /// The same along the middle of contiguous x [outer, size, inner], unscaled. y may be x.
  void (*softmax_across)(const Workers&, const float* x, Index outer, Index size, Index inner, float* y);
  /// y = activation(gate) * up (Shazeer 2020, "GLU variants"); silu and the two gelus. y may be gate or up.
  void (*glu)(const Workers&, Unary activation, const ConstRows& gate, const ConstRows& up, const Rows& y);
  /// One value a vector, y [outer, inner] contiguous. An empty vector gives 0, -inf, +inf for sum, max, min.
  void (*reduce)(const Workers&, Reduce op, const ConstRows& x, float* y);
  /// Index of the first largest element of each vector, y [outer, inner] contiguous.
  void (*argmax)(const Workers&, const ConstRows& x, std::int32_t* y);

  // ---- Elements --------------------------------------------------------------------------------------------------
  /// y[i] = op(x[i]). y may be x.
  void (*unary)(const Workers&, Unary op, const float* x, float* y, Index count);
  /// y[i] = op(a[i * a_step], b[i * b_step]); a step is 1, or 0 for a scalar. y may be a or b.
  void (*binary)(const Workers&, Binary op, const float* a, Index a_step, const float* b, Index b_step, float* y,
                 Index count);
  /// Converts `count` elements between f32, f16, bf16 and the quantised types (from any to f32; from f32 to f32, f16,
  /// bf16, q8_0, q4_0, q4_1, q5_0, q5_1; other pairs go through f32). count is a multiple of both blocks.
  void (*convert)(const Workers&, DType from, const std::byte* x, DType to, std::byte* y, Index count);

  // ---- Limits of the machine, what benchmarks divide by; on the calling thread ------------------------------------
  /// Runs `rounds` rounds of independent multiply-adds on registers; returns the float operations done.
  double (*spin_fma)(Index rounds);
  /// The same with dot products of 8-bit integers; returns the multiplications and additions done.
  double (*spin_int8)(Index rounds);
  /// The same with what `matmul_rounded` multiplies bf16 weights by: dot products of bf16 pairs, else spin_fma's.
  double (*spin_bf16)(Index rounds);
  /// Reads `count` floats and returns the bytes read; count is a multiple of 256.
  double (*read_memory)(const float* x, Index count);
};

/// Rows of a weight that are packed together in every backend (a multiple of each one's own panel).
inline constexpr Index kPackRows = 64;

/// The plain scalar implementation: the oracle of all tests.
const Ops& reference_ops();

/// Every CPU implementation that this machine can run, best first, `reference` last.
struct OpsList {
  const Ops* ops[8];
  int count;
};
OpsList available_ops();

/// The best one, or the one that the environment variable WICK_CPU names; nullptr if it names none that can run here.
const Ops* choose_ops();

}  // namespace wick
