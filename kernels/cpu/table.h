#pragma once
// Puts the kernels of one instruction set into a table.
#include "kernels/cpu/attention.h"
#include "kernels/cpu/cache.h"
#include "kernels/cpu/columns.h"
#include "kernels/cpu/convolution.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/elements.h"
#include "kernels/cpu/matmul.h"
#include "kernels/cpu/peaks.h"
#include "kernels/cpu/rope.h"
#include "kernels/cpu/rows.h"

namespace wick::cpu {

template <class Arch>
void add_peaks(Ops& ops) {
  ops.spin_fma = spin_fma<Arch>;
  ops.spin_int8 = spin_int8<Arch>;
  ops.spin_bf16 = spin_fma<Arch>;
  ops.read_memory = read_memory<Arch>;
}

/// All operations of one instruction set.
template <class Arch>
Ops cpu_ops(const char* name) {
  Ops ops{};
  ops.name = name;
  add_matmul_ops<Arch>(ops);
  ops.depthwise_convolution = depthwise_convolution<Arch>;
  ops.gather_windows = gather_windows<Arch>;
  ops.cache_append = cache_append<Arch>;
  ops.attention = attention<Arch>;
  ops.pool = pool<Arch>;
  ops.rms_norm = rms_norm<Arch>;
  ops.layer_norm = layer_norm<Arch>;
  ops.rope = rope<Arch>;
  ops.softmax = softmax<Arch>;
  ops.softmax_across = softmax_across<Arch>;
  ops.glu = glu<Arch>;
  ops.reduce = reduce<Arch>;
  ops.argmax = argmax<Arch>;
  ops.unary = unary<Arch>;
  ops.binary = binary<Arch>;
  ops.convert = convert<Arch>;
  add_peaks<Arch>(ops);
  return ops;
}

}  // namespace wick::cpu
