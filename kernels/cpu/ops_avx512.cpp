#include "kernels/cpu/table.h"

namespace wick {

const Ops& cpu_avx512_ops() {
  static const Ops ops = cpu::cpu_ops<cpu::Avx512>("avx512");
  return ops;
}

}  // namespace wick
