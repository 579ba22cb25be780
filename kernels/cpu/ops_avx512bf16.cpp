#include "kernels/cpu/cpu.h"
#include "kernels/cpu/gemm_bf16.h"
#include "kernels/cpu/peaks.h"

namespace wick {
namespace {

/// A single row waits for its weights, not for arithmetic, and stays in f32.
void matmul_rounded(const Workers& workers, const PackedWeight& w, const float* x, Index x_stride, Index rows,
                    const MatmulOutput& out) {
  if (w.type != DType::bf16 || rows == 1) {
    cpu_avx512vnni_ops().matmul(workers, w, x, x_stride, rows, out);
  } else {
    using Arch = cpu::Avx512Bf16;
    cpu::gemm<Arch, DType::bf16, cpu::Bf16Product<Arch>>(workers, w, x, x_stride, rows, out);
  }
}

}  // namespace

const Ops& cpu_avx512bf16_ops() {
  static const Ops ops = [] {
    Ops table = cpu_avx512vnni_ops();  // its packed weights are the same
    table.name = "avx512bf16";
    table.matmul_rounded = matmul_rounded;
    table.spin_bf16 = cpu::spin_bf16<cpu::Avx512Bf16>;
    return table;
  }();
  return ops;
}

}  // namespace wick
