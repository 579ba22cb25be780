// Packed weights are the rows of the GGUF file as they are; quantised activations are rows of plain blocks.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/blocks.h"
#include "kernels/reference/reference.h"

namespace wick::reference {
namespace {

constexpr int kBlock = 32;    // activations that share a scale
constexpr int kPiece = 256;   // weights taken apart at a time: a multiple of every block
constexpr Index kStrip = 64;  // rows of x that share a piece

/// Activations are scale * quants.
struct ActivationBlock {
  float scale;
  std::int8_t quants[kBlock];
};

void put(const MatmulOutput& out, Index row, Index column, double product) {
  float& y = out.y[row * out.stride + column];
  if (out.bias) product += out.bias[column];
  if (out.accumulate) product += y;
  y = static_cast<float>(out.activation ? apply(*out.activation, product) : product);
}

const std::byte* weight_row(const PackedWeight& w, Index row) { return w.data + row * row_bytes(w.type, w.k); }

/// The product of one block of activations with weights of the same inputs: exact integers, then the scales.
double block_product(const UnpackedBlock& weights, Index at, DType type, const ActivationBlock& activations) {
  const int sub = sub_block(type);
  double product = 0;
  for (int first = 0; first < kBlock; first += sub) {
    std::int32_t dot = 0, sum = 0;
    for (int i = first; i < first + sub; ++i) {
      dot += weights.quants[at + i] * activations.quants[i];
      sum += activations.quants[i];
    }
    const Index s = (at + first) / sub;
    product += static_cast<double>(weights.scale[s]) * dot + static_cast<double>(weights.minimum[s]) * sum;
  }
  return product * activations.scale;
}

}  // namespace

Index packed_weight_bytes(DType type, Index n, Index k) { return n * row_bytes(type, k); }

void pack_weight(const Workers&, DType type, Index, Index k, const std::byte* rows, Index first, Index count,
                 std::byte* packed) {
  std::memcpy(packed + first * row_bytes(type, k), rows, static_cast<std::size_t>(count * row_bytes(type, k)));
}

void matmul(const Workers& workers, const PackedWeight& w, const float* x, Index x_stride, Index rows,
            const MatmulOutput& out) {
  workers.pool.for_each(w.n, [&](Index column, int) {
    float weights[kPiece];
    double sums[kStrip];
    const std::byte* weight = weight_row(w, column);
    for (Index first = 0; first < rows; first += kStrip) {
      const Index strip = std::min(kStrip, rows - first);
      std::fill_n(sums, strip, 0.0);
      for (Index i = 0; i < w.k; i += kPiece) {
        const Index count = std::min<Index>(kPiece, w.k - i);
        dequantize_row(w.type, weight + row_bytes(w.type, i), weights, count);
        for (Index row = 0; row < strip; ++row) {
          const float* activations = x + (first + row) * x_stride + i;
          for (Index j = 0; j < count; ++j) sums[row] += static_cast<double>(weights[j]) * activations[j];
        }
      }
      for (Index row = 0; row < strip; ++row) put(out, first + row, column, sums[row]);
    }
  });
}

Index quantized_rows_bytes(Index rows, Index k) { return rows * (k / kBlock) * Index{sizeof(ActivationBlock)}; }

void quantize_rows(const Workers&, const float* x, Index x_stride, Index rows, Index k, std::byte* packed) {
  auto* block = reinterpret_cast<ActivationBlock*>(packed);
  for (Index row = 0; row < rows; ++row) {
    for (Index first = 0; first < k; first += kBlock, ++block) {
      const float* values = x + row * x_stride + first;
      float largest = 0;
      for (int i = 0; i < kBlock; ++i) largest = std::max(largest, std::fabs(values[i]));
      block->scale = largest / 127.0f;
      const float inverse = block->scale > 0 ? 1.0f / block->scale : 0.0f;
      for (int i = 0; i < kBlock; ++i) {
        const float quant = std::nearbyint(values[i] * inverse);
        block->quants[i] = static_cast<std::int8_t>(std::isnan(quant) ? 0 : std::clamp(quant, -127.0f, 127.0f));
      }
    }
  }
}

void matmul_q8(const Workers& workers, const PackedWeight& w, const std::byte* x, Index rows, const MatmulOutput& out) {
  const auto* activations = reinterpret_cast<const ActivationBlock*>(x);
  const Index row_blocks = w.k / kBlock;
  workers.pool.for_each(w.n, [&](Index column, int) {
    const DTypeInfo format = info(w.type);
    UnpackedBlock weights;
    double sums[kStrip];
    for (Index first = 0; first < rows; first += kStrip) {
      const Index strip = std::min(kStrip, rows - first);
      std::fill_n(sums, strip, 0.0);
      for (Index i = 0; i < w.k; i += format.block) {
        unpack_block(w.type, weight_row(w, column) + row_bytes(w.type, i), weights);
        for (Index row = 0; row < strip; ++row) {
          const ActivationBlock* blocks = activations + (first + row) * row_blocks + i / kBlock;
          for (Index at = 0; at < format.block; at += kBlock)
            sums[row] += block_product(weights, at, w.type, blocks[at / kBlock]);
        }
      }
      for (Index row = 0; row < strip; ++row) put(out, first + row, column, sums[row]);
    }
  });
}

void embedding_rows(const Workers&, const PackedWeight& w, const std::int32_t* ids, Index count, float* y) {
  for (Index i = 0; i < count; ++i) dequantize_row(w.type, weight_row(w, ids[i]), y + i * w.k, w.k);
}

}  // namespace wick::reference
