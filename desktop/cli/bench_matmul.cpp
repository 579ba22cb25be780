#include <fmt/format.h>

#include <cstring>

#include "bench.h"
#include "core/nn.h"

namespace wick::cli {
namespace {

/// A weight of `type` with pseudo-random content, packed for the device. Random blocks would hold NaN scales, so the
/// rows are zeros but for their quants' noise: speed does not depend on values.
struct PackedMatrix {
  Tensor memory;
  PackedWeight weight;
};

PackedMatrix make_weight(const Device& device, DType type, Index n, Index k) {
  const Ops& ops = device.ops();
  PackedMatrix m;
  m.memory = Tensor::empty({ops.packed_weight_bytes(type, n, k)}, DType::u8, device);
  const std::vector<std::byte> rows(static_cast<std::size_t>(row_bytes(type, n * k)), std::byte{0});
  ops.pack_weight(device.workers(), type, n, k, rows.data(), 0, n, m.memory.bytes());
  m.weight = {type, n, k, m.memory.bytes()};
  return m;
}

/// Enough copies of a weight to be read from memory, not from a cache.
constexpr Index kColdBytes = Index{256} << 20;

void bench_type(const BenchOptions& options, BenchReport& report, const Device& device, const Peaks& peaks,
                DType type) {
  const Ops& ops = device.ops();
  const Index n = 4096, k = 4096, rows = 256;
  const bool integer = is_quantized(type);
  const auto name = [&](const char* shape) {
    return fmt::format("matmul/{}/{}/t{}", info(type).name, shape, device.threads());
  };
  const auto product = [&](const PackedWeight& w, const Tensor& x, const Tensor& q, Tensor& y) {
    const MatmulOutput out{.y = y.data<float>(), .stride = n};
    if (integer) {
      ops.quantize_rows(device.workers(), x.data<float>(), k, x.dim(0), k, const_cast<std::byte*>(q.bytes()));
      ops.matmul_q8(device.workers(), w, q.bytes(), x.dim(0), out);
    } else {
      ops.matmul_rounded(device.workers(), w, x.data<float>(), k, x.dim(0), out);
    }
  };
  const auto activations = [&](Index count) {
    return std::pair(Tensor::randn({count, k}, 1, device),
                     Tensor::empty({ops.quantized_rows_bytes(count, k)}, DType::u8, device));
  };
  if (report.wants(name("gemm"))) {
    const PackedMatrix m = make_weight(device, type, n, k);
    const auto [x, q] = activations(rows);
    Tensor y = Tensor::empty({rows, n}, DType::f32, device);
    const double gops = 2.0 * static_cast<double>(n * k * rows) / 1e9;
    report.add({name("gemm"), integer ? "GOP/s" : "GFLOP/s",
                measure(options, gops, [&] { product(m.weight, x, q, y); }),
                integer               ? peaks.int8_gops
                : type == DType::bf16 ? peaks.bf16_gflops
                                      : peaks.fma_gflops});
  }
  if (report.wants(name("gemv"))) {
    std::vector<PackedMatrix> copies;
    for (Index bytes = 0; bytes < kColdBytes; bytes += copies.back().memory.elements())
      copies.push_back(make_weight(device, type, n, k));
    const auto [x, q] = activations(1);
    Tensor y = Tensor::empty({1, n}, DType::f32, device);
    double gigabytes = 0;
    for (const PackedMatrix& m : copies) gigabytes += static_cast<double>(m.memory.elements()) / 1e9;
    report.add({name("gemv"), "GB/s",
                measure(options, gigabytes,
                        [&] {
                          for (const PackedMatrix& m : copies) product(m.weight, x, q, y);
                        }),
                peaks.read_gbs});
  }
}

}  // namespace

void bench_matmul(const BenchOptions& options, BenchReport& report) {
  const int most = options.common.open_device().threads();
  std::vector<int> counts{1};
  if (most > 1) counts.push_back(most);
  for (const int threads : counts) {
    const Device device = Device::cpu(threads);
    const Peaks peaks = measure_peaks(threads);
    for (const DType type : {DType::f32, DType::f16, DType::bf16, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1,
                             DType::q8_0, DType::q2_k, DType::q3_k, DType::q4_k, DType::q5_k, DType::q6_k}) {
      bench_type(options, report, device, peaks, type);
    }
  }
}

}  // namespace wick::cli
