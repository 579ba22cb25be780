#pragma once
// Puts the kernels of one instruction set into a table.
#include "kernels/cpu/attention.h"
#include "kernels/cpu/cache.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/matmul.h"
#include "kernels/cpu/simd.h"

namespace wick::cpu {

/// All operations; what is not written for the CPU yet is the reference's.
template <class Arch>
Ops float_ops(const char* name) {
  Ops ops = reference_ops();
  ops.name = name;
  add_matmul_ops<Arch>(ops);
  ops.cache_append = cache_append<Arch>;
  ops.attention = attention<Arch>;
  return ops;
}

}  // namespace wick::cpu
