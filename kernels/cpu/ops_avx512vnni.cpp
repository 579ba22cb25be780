#include "kernels/cpu/table.h"

namespace wick {

const Ops& cpu_avx512vnni_ops() {
  static const Ops ops = [] {
    Ops table = cpu_avx512_ops();  // VNNI adds nothing for floats
    table.name = "avx512vnni";
    return table;
  }();
  return ops;
}

}  // namespace wick
