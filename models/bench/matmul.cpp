#include <fmt/format.h>

#include "core/nn.h"
#include "core/storage.h"
#include "models/bench/measure.h"

namespace wick {
namespace {

/// A weight of zeros, packed for the device: speed does not depend on values, but NaNs and subnormals.
struct PackedMatrix {
  StoragePtr memory;
  PackedWeight weight;
};

PackedMatrix make_weight(const Device& device, DType type, Index n, Index k) {
  const Ops& ops = device.ops();
  PackedMatrix m;
  m.memory = Storage::allocate(device, static_cast<std::size_t>(ops.packed_weight_bytes(type, n, k)), Reuse::exact);
  const std::vector<std::byte> rows(static_cast<std::size_t>(row_bytes(type, n * k)), std::byte{0});
  ops.pack_weight(device.workers(), type, n, k, rows.data(), 0, n, m.memory->data());
  m.weight = {type, n, k, m.memory->data()};
  return m;
}

/// Enough copies of a weight to be read from memory, not from a cache.
constexpr std::size_t kColdBytes = std::size_t{256} << 20;

constexpr Index kSize = 4096, kRows = 256;

/// What a product multiplies, and where to.
struct Operands {
  Tensor x, quantized, y;

  Operands(const Device& device, Index rows)
      : x(Tensor::randn({rows, kSize}, 1, device)),
        quantized(Tensor::empty({device.ops().quantized_rows_bytes(rows, kSize)}, DType::u8, device)),
        y(Tensor::empty({rows, kSize}, DType::f32, device)) {}
};

void multiply(const PackedWeight& w, Operands& o) {
  const Device& device = o.x.device();
  const MatmulOutput out{.y = o.y.data<float>(), .stride = kSize};
  if (is_quantized(w.type)) {
    device.ops().quantize_rows(device.workers(), o.x.data<float>(), kSize, o.x.dim(0), kSize, o.quantized.bytes());
    device.ops().matmul_q8(device.workers(), w, o.quantized.bytes(), o.x.dim(0), out);
  } else {
    device.ops().matmul_rounded(device.workers(), w, o.x.data<float>(), kSize, o.x.dim(0), out);
  }
}

std::vector<double> run_gemm(const BenchOptions& options, const Device& device, DType type) {
  const PackedMatrix m = make_weight(device, type, kSize, kSize);
  Operands operands(device, kRows);
  return measure(options, 2.0 * static_cast<double>(kSize) * kSize * kRows / 1e9,
                 [&] { multiply(m.weight, operands); });
}

std::vector<double> run_gemv(const BenchOptions& options, const Device& device, DType type) {
  std::vector<PackedMatrix> copies;
  std::size_t bytes = 0;
  for (; bytes < kColdBytes; bytes += copies.back().memory->bytes())
    copies.push_back(make_weight(device, type, kSize, kSize));
  Operands operands(device, 1);
  return measure(options, static_cast<double>(bytes) / 1e9, [&] {
    for (const PackedMatrix& m : copies) multiply(m.weight, operands);
  });
}

}  // namespace

std::vector<BenchCase> matmul_bench(const Device& device, const Peaks& peaks, const BenchOptions& options) {
  std::vector<BenchCase> cases;
  for (const DType type : {DType::f32, DType::f16, DType::bf16, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1,
                           DType::q8_0, DType::q2_k, DType::q3_k, DType::q4_k, DType::q5_k, DType::q6_k}) {
    const auto name = [&](const char* shape) {
      return fmt::format("matmul/{}/{}/t{}", info(type).name, shape, device.threads());
    };
    const double peak = is_quantized(type)    ? peaks.int8_gops
                        : type == DType::bf16 ? peaks.bf16_gflops
                                              : peaks.fma_gflops;
    const char* unit = is_quantized(type) ? "GOP/s" : "GFLOP/s";
    cases.push_back({name("gemm"),
                     [=, full = name("gemm")] { return BenchRow{full, unit, run_gemm(options, device, type), peak}; }});
    cases.push_back({name("gemv"), [=, full = name("gemv"), read = peaks.read_gbs] {
                       return BenchRow{full, "GB/s", run_gemv(options, device, type), read};
                     }});
  }
  return cases;
}

}  // namespace wick
