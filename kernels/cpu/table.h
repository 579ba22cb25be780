#pragma once
// Puts the kernels of one instruction set into a table.
#include "kernels/cpu/attention.h"
#include "kernels/cpu/cache.h"
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/elements.h"
#include "kernels/cpu/matmul.h"
#include "kernels/cpu/rope.h"
#include "kernels/cpu/rows.h"

namespace wick::cpu {

/// All operations of one instruction set.
template <class Arch>
Ops cpu_ops(const char* name) {
  Ops ops{};
  ops.name = name;
  add_matmul_ops<Arch>(ops);
  ops.cache_append = cache_append<Arch>;
  ops.attention = attention<Arch>;
  ops.rms_norm = rms_norm<Arch>;
  ops.layer_norm = layer_norm<Arch>;
  ops.rope = rope<Arch>;
  ops.softmax = softmax<Arch>;
  ops.glu = glu<Arch>;
  ops.reduce = reduce<Arch>;
  ops.argmax = argmax<Arch>;
  ops.unary = unary<Arch>;
  ops.binary = binary<Arch>;
  ops.convert = convert<Arch>;
  return ops;
}

}  // namespace wick::cpu
