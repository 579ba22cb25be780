// Which operation tables this machine can run, and which to use.
#include <cstdlib>
#include <cstring>

#include "kernels/cpu/cpu.h"
#include "kernels/ops.h"

namespace wick {

OpsList available_ops() {
  OpsList list{};
  const auto add = [&list](const Ops& ops) { list.ops[list.count++] = &ops; };
#if defined(__EMSCRIPTEN__)
#if defined(__wasm_relaxed_simd__)
  const WasmDot dot = wasm_dot();
  if (dot == WasmDot::fast) add(cpu_wasm_dot_ops());
#endif
  add(cpu_wasm_ops());
#if defined(__wasm_relaxed_simd__)
  if (dot == WasmDot::slow) add(cpu_wasm_dot_ops());
#endif
#elif defined(__x86_64__)
  // The compiler's runtime asks CPUID, and XGETBV for whether the system saves the wide registers. Every processor with
  // AVX2 has F16C.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl");
  const bool vnni = avx512 && __builtin_cpu_supports("avx512vnni");
  if (vnni && __builtin_cpu_supports("avx512bf16")) add(cpu_avx512bf16_ops());
  if (vnni) add(cpu_avx512vnni_ops());
  if (avx512) add(cpu_avx512_ops());
  if (avx2) add(cpu_avx2_ops());
  if (__builtin_cpu_supports("sse4.2")) add(cpu_sse42_ops());
#endif
  add(reference_ops());
  return list;
}

const Ops* choose_ops() {
  const OpsList list = available_ops();
  const char* wanted = std::getenv("WICK_CPU");
  if (!wanted || !*wanted) return list.ops[0];
  for (int i = 0; i < list.count; ++i) {
    if (std::strcmp(list.ops[i]->name, wanted) == 0) return list.ops[i];
  }
  return nullptr;
}

}  // namespace wick
