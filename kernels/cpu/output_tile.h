#pragma once
// What the epilogue of every matrix product does with a tile of results.
#include "kernels/cpu/activation.h"
#include "kernels/cpu/simd.h"
#include "kernels/cpu/unroll.h"
#include "kernels/ops.h"

namespace wick::cpu {

/// Where a tile goes: its first element, and how much of it lies inside the result.
struct TileOutput {
  float* y;
  Index stride;
  const float* bias;  // of the tile's first column, or nullptr
  bool accumulate;
  int rows;
  Index columns;
};

/// The tile at (row, column) of a product of rows x n.
[[gnu::always_inline]] inline TileOutput tile_output(const MatmulOutput& out, Index row, int rows, Index column,
                                                     Index n) {
  return {out.y + row * out.stride + column,
          out.stride,
          out.bias ? out.bias + column : nullptr,
          out.accumulate,
          rows,
          n - column};
}

/// Writes the first `columns` lanes of a row of the tile.
template <class Arch>
[[gnu::always_inline]] inline void store_lanes(Vec<Arch> sum, float* y, const float* bias, bool accumulate,
                                               Index columns) {
  using F = Vec<Arch>;
  if (columns >= F::kWidth) {
    if (bias) sum = sum + F::load(bias);
    if (accumulate) sum = sum + F::load(y);
    sum.store(y);
  } else {
    if (bias) sum = sum + F::load_some(bias, columns);
    if (accumulate) sum = sum + F::load_some(y, columns);
    sum.store_some(y, columns);
  }
}

/// Writes a tile of `height` rows x `panels` vectors, sums[row * panels + panel].
template <class Arch, int height, int panels>
[[gnu::always_inline]] inline void store_tile(const Vec<Arch>* sums, const TileOutput& out) {
  constexpr int lanes = Vec<Arch>::kWidth;
  unroll<height>([&](auto row) __attribute__((always_inline)) {
    if (row >= out.rows) return;
    unroll<panels>([&](auto panel) __attribute__((always_inline)) {
      constexpr int column = panel * lanes;
      if (column < out.columns)
        store_lanes<Arch>(sums[row * panels + panel], out.y + row * out.stride + column,
                          out.bias ? out.bias + column : nullptr, out.accumulate, out.columns - column);
    });
  });
}

/// Applies the product's activation to rows [row, last_row) of columns [column, last_column) of n, once these are sums.
template <class Arch>
[[gnu::always_inline]] inline void finish_output(const MatmulOutput& out, Index row, Index last_row, Index column,
                                                 Index last_column, Index n) {
  if (out.activation)
    activate<Arch>(out.activation, out.y + row * out.stride + column, out.stride, last_row - row,
                   (last_column < n ? last_column : n) - column);
}

}  // namespace wick::cpu
