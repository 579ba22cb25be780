#include "kernels/cpu/table.h"

namespace wick {

const Ops& cpu_avx512vnni_ops() {
  static const Ops ops = [] {
    Ops table = cpu_avx512_ops();  // VNNI serves matrix products alone, and has a peak of its own
    table.name = "avx512vnni";
    cpu::add_matmul_ops<cpu::Avx512Vnni>(table);
    cpu::add_peaks<cpu::Avx512Vnni>(table);
    return table;
  }();
  return ops;
}

}  // namespace wick
