#include "kernels/cpu/table.h"

namespace wick {

const Ops& cpu_avx2_ops() {
  static const Ops ops = cpu::cpu_ops<cpu::Avx2>("avx2");
  return ops;
}

}  // namespace wick
