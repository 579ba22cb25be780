#include "kernels/cpu/matmul_ops.h"

template void wick::cpu::add_matmul_ops<wick::cpu::Sse42>(Ops& ops);
