#include "kernels/cpu/table.h"

namespace wick {

const Ops& cpu_sse42_ops() {
  static const Ops ops = cpu::cpu_ops<cpu::Sse42>("sse4.2");
  return ops;
}

}  // namespace wick
