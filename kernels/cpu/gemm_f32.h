#pragma once
// Weights of any type times f32 activations, in f32 arithmetic, and the loops that gemm_bf16.h shares.
//
// A strip of kTileVectors panels of weights is turned to operands once for kInputs inputs (64 KiB at most, which the
// second cache holds; f32 weights are read in place), then multiplied by all rows of the task, kTileRows at a time.
// Sums over more than kInputs inputs go through y. A single row of float weights skips that: it converts in registers.
#include "kernels/cpu/dequantize.h"
#include "kernels/cpu/output_tile.h"

namespace wick::cpu {

/// Inputs that a strip is expanded for at a time.
inline constexpr Index kInputs = 256;
/// Rows of a task: with kInputs inputs they stay in the second cache beside the strip.
inline constexpr Index kGemmRows = 192;

/// Operands of a product: vectors of floats for weights, floats to splat for activations, that many floats apart.
struct Operands {
  const float* data;
  Index stride;  // between panels, or between rows
};

/// The product of float operands with weights of type T. A product has
///   kLaneInputs        inputs in one float of its operands
///   add(a, w, sum)     sum + a * w
///   weights(...)       inputs [first, first + inputs) of `panels` panels
///   activations(...)   the same inputs of `rows` rows of x; both may use their scratch
template <class Arch, DType T>
struct F32Product {
  using F = Vec<Arch>;
  static constexpr int kLaneInputs = 1;
  static constexpr int R = IntLanes<Arch>::kLanes;

  [[gnu::always_inline]] static F add(F a, F w, F sum) { return fma(a, w, sum); }

  static Operands weights(const std::byte* strip, int panels, Index k, Index first, Index inputs, float* scratch) {
    if constexpr (T == DType::f32) {
      return {reinterpret_cast<const float*>(strip) + first * R, panel_bytes<R, T>(k) / Index{sizeof(float)}};
    } else {
      for (int p = 0; p < panels; ++p)
        dequantize_panel<Arch, T>(strip + p * panel_bytes<R, T>(k), k, first, inputs, scratch + p * kInputs * R);
      return {scratch, kInputs * R};
    }
  }
  static Operands activations(const float* x, Index x_stride, Index, Index first, Index, float*) {
    return {x + first, x_stride};
  }
};

/// sums[rows * panels] = x [rows, steps] times `panels` panels [steps][R].
template <class Arch, class Product, int rows, int panels>
[[gnu::always_inline]] inline void product_tile(const Operands& weights, const Operands& x, Index steps,
                                                Vec<Arch>* sums) {
  using F = Vec<Arch>;
  unroll<rows * panels>([&](auto i) __attribute__((always_inline)) { sums[i] = F::zero(); });
  for (Index i = 0; i < steps; ++i) {
    F w[panels];
    unroll<panels>([&](auto panel) __attribute__((always_inline)) {
      w[panel] = F::load(weights.data + panel * weights.stride + i * F::kWidth);
    });
    unroll<rows>([&](auto row) __attribute__((always_inline)) {
      const F a = F::splat(x.data[row * x.stride + i]);
      unroll<panels>([&](auto panel) __attribute__((always_inline)) {
        sums[row * panels + panel] = Product::add(a, w[panel], sums[row * panels + panel]);
      });
    });
  }
}

/// product_tile and its epilogue for out.rows rows; `rows` is the largest tile.
template <class Arch, class Product, int rows, int panels>
void product_rows(const Operands& weights, const Operands& x, Index steps, const TileOutput& out) {
  if constexpr (rows > 1) {
    if (out.rows < rows) return product_rows<Arch, Product, rows - 1, panels>(weights, x, steps, out);
  }
  Vec<Arch> sums[rows * panels];
  product_tile<Arch, Product, rows, panels>(weights, x, steps, sums);
  store_tile<Arch, rows, panels>(sums, out);
}

/// The product of `panels` panels with rows [first, last) of x.
template <class Arch, DType T, class Product, int panels>
void product_strip(const PackedWeight& w, const float* x, Index x_stride, const MatmulOutput& out, Index panel,
                   Index first, Index last, float* scratch) {
  constexpr int R = IntLanes<Arch>::kLanes;
  constexpr Index lane_inputs = Product::kLaneInputs;
  // A single panel needs more rows for as many independent sums as keep the multipliers busy.
  constexpr int height = panels == 1 ? 2 * Arch::kTileRows : Arch::kTileRows;
  const std::byte* strip = w.data + panel * panel_bytes<R, T>(w.k);
  for (Index input = 0; input < w.k; input += kInputs) {
    const Index inputs = w.k - input < kInputs ? w.k - input : kInputs;
    const Operands weights = Product::weights(strip, panels, w.k, input, inputs, scratch);
    const Operands rows = Product::activations(x + first * x_stride, x_stride, last - first, input, inputs,
                                               scratch + panels * kInputs * R);
    MatmulOutput sum = out;
    if (input > 0) {
      sum.bias = nullptr;
      sum.accumulate = true;
    }
    for (Index row = first; row < last; row += height) {
      const int count = static_cast<int>(last - row < height ? last - row : height);
      product_rows<Arch, Product, height, panels>(weights, {rows.data + (row - first) * rows.stride, rows.stride},
                                                  (inputs + lane_inputs - 1) / lane_inputs,
                                                  tile_output(sum, row, count, panel * R, w.n));
    }
  }
  finish_output<Arch>(out, first, last, panel * R, (panel + panels) * R, w.n);
}

template <class Arch, DType T, class Product>
void gemm(const Workers& workers, const PackedWeight& w, const float* x, Index x_stride, Index rows,
          const MatmulOutput& out) {
  constexpr int R = IntLanes<Arch>::kLanes;
  constexpr Index width = Arch::kTileVectors;
  static_assert(kInputs * (width * R + kGemmRows) * Index{sizeof(float)} <= kScratchBytes);
  const Index panels = (w.n + R - 1) / R;
  const Index across = (panels + width - 1) / width, down = (rows + kGemmRows - 1) / kGemmRows;
  workers.pool.for_each(across * down, [&](Index index, int thread) {
    auto* scratch = reinterpret_cast<float*>(workers.scratch_of(thread));
    const Index row = index / across * kGemmRows;
    const Index last = row + kGemmRows < rows ? row + kGemmRows : rows;
    Index panel = index % across * width;
    if (panel + width <= panels) {
      product_strip<Arch, T, Product, Arch::kTileVectors>(w, x, x_stride, out, panel, row, last, scratch);
    } else {
      if constexpr (width > 2) {  // of a single panel's tile the sums are too few to keep the multipliers busy
        for (; panel + 2 <= panels; panel += 2)
          product_strip<Arch, T, Product, 2>(w, x, x_stride, out, panel, row, last, scratch);
      }
      for (; panel < panels; ++panel)
        product_strip<Arch, T, Product, 1>(w, x, x_stride, out, panel, row, last, scratch);
    }
  });
}

/// One panel of float weights times one row. Four sums, for a single one would wait for each addition.
template <class Arch, DType T>
[[gnu::always_inline]] inline Vec<Arch> f32_dot(const std::byte* panel, Index k, const float* x) {
  using F = Vec<Arch>;
  const auto* w = reinterpret_cast<const FloatElement<T>*>(panel);
  F sums[4] = {F::zero(), F::zero(), F::zero(), F::zero()};
  Index i = 0;
  for (; i + 4 <= k; i += 4) {
    read_ahead<Arch>(panel + i * F::kWidth * Index{sizeof(*w)} + kReadAhead);
    unroll<4>([&](auto j) __attribute__((always_inline)) {
      sums[j] = fma(F::splat(x[i + j]), F::load(w + (i + j) * F::kWidth), sums[j]);
    });
  }
  for (; i < k; ++i) sums[0] = fma(F::splat(x[i]), F::load(w + i * F::kWidth), sums[0]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <class Arch, DType T>
void f32_gemv(const Workers& workers, const PackedWeight& w, const float* x, const MatmulOutput& out) {
  constexpr int R = IntLanes<Arch>::kLanes;
  const Index panels = (w.n + R - 1) / R, bytes = panel_bytes<R, T>(w.k);
  const Index some = (Index{64} << 10) / bytes + 1;  // panels of a task: some microseconds of reading
  workers.pool.for_each_in_runs((panels + some - 1) / some, [&](Index task, int) {
    for (Index panel = task * some; panel < panels && panel < (task + 1) * some; ++panel) {
      const Vec<Arch> sum = f32_dot<Arch, T>(w.data + panel * bytes, w.k, x);
      store_tile<Arch, 1, 1>(&sum, tile_output(out, 0, 1, panel * R, w.n));
      finish_output<Arch>(out, 0, 1, panel * R, (panel + 1) * R, w.n);
    }
  });
}

template <class Arch>
void matmul(const Workers& workers, const PackedWeight& w, const float* x, Index x_stride, Index rows,
            const MatmulOutput& out) {
  with_weight_type(w.type, [&]<DType T>() {
    if constexpr (is_float(T)) {
      if (rows == 1) return f32_gemv<Arch, T>(workers, w, x, out);
    }
    gemm<Arch, T, F32Product<Arch, T>>(workers, w, x, x_stride, rows, out);
  });
}

}  // namespace wick::cpu
