#pragma once
// The CPU's operation tables, one for each instruction set that it was compiled for.
#include "kernels/ops.h"

namespace wick {

#if defined(__EMSCRIPTEN__)
/// simd128, or relaxed SIMD where the module is built with it.
const Ops& cpu_wasm_ops();
#if defined(__wasm_relaxed_simd__)
/// The same with int8 products that add up four to a 32-bit sum.
const Ops& cpu_wasm_dot_ops();
/// Whether this engine gets these products right (V8 11 does not), and in one instruction.
enum class WasmDot { wrong, slow, fast };
WasmDot wasm_dot();
#endif
#elif defined(__x86_64__)
/// SSE4.2: any x86-64 of the last fifteen years.
const Ops& cpu_sse42_ops();
/// AVX2, FMA and F16C.
const Ops& cpu_avx2_ops();
/// AVX-512 F, CD, DQ, BW and VL.
const Ops& cpu_avx512_ops();
/// These and the int8 dot products of VNNI.
const Ops& cpu_avx512vnni_ops();
/// These and the bf16 dot products of AVX-512 BF16.
const Ops& cpu_avx512bf16_ops();
#endif

}  // namespace wick
