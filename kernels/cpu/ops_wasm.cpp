#include "kernels/cpu/table.h"

namespace wick {

const Ops& cpu_wasm_ops() {
#if defined(__wasm_relaxed_simd__)
  static const Ops ops = cpu::cpu_ops<cpu::WasmRelaxed>("wasm-relaxed");
#else
  static const Ops ops = cpu::cpu_ops<cpu::WasmSimd>("wasm-simd128");
#endif
  return ops;
}

}  // namespace wick
