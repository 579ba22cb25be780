// The byte products of relaxed SIMD that add up four to a 32-bit sum. An engine makes one instruction of each where the
// processor has it (VNNI, Arm's SDOT), three elsewhere: there the 16-bit sums of ops_wasm.cpp are faster.
#include "kernels/cpu/cpu.h"

#if defined(__wasm_relaxed_simd__)
#include "kernels/cpu/gemm_q8.h"
#include "kernels/cpu/peaks.h"

namespace wick {

WasmDot wasm_dot() {
  using Dot = cpu::IntLanes<cpu::WasmRelaxedDot>;
  const auto four_products = [](volatile std::uint8_t& quant, int start) {
    return wasm_i32x4_extract_lane(Dot::dot(Dot::splat(start), wasm_u8x16_splat(quant), wasm_i8x16_splat(127)), 0);
  };
  volatile std::uint8_t quant = 100;
  if (four_products(quant, 1) != 4 * 100 * 127 + 1) return WasmDot::wrong;
  // Nobody tells a module the processor, but 255 is beyond the seven bits that are the same everywhere, and what comes
  // out is telling: only the three instructions of x86 saturate sums of two products at 16 bits.
  quant = 255;
  return four_products(quant, 0) == 2 * 32767 ? WasmDot::slow : WasmDot::fast;
}

const Ops& cpu_wasm_dot_ops() {
  static const Ops ops = [] {
    Ops table = cpu_wasm_ops();  // packed weights and quantised rows are the same
    table.name = "wasm-relaxed-dot";
    table.matmul_q8 = cpu::matmul_q8<cpu::WasmRelaxedDot>;
    table.spin_int8 = cpu::spin_int8<cpu::WasmRelaxedDot>;
    return table;
  }();
  return ops;
}

}  // namespace wick
#endif
