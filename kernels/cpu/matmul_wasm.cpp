#include "kernels/cpu/matmul_ops.h"

#if defined(__wasm_relaxed_simd__)
template void wick::cpu::add_matmul_ops<wick::cpu::WasmRelaxed>(Ops& ops);
#else
template void wick::cpu::add_matmul_ops<wick::cpu::WasmSimd>(Ops& ops);
#endif
