#pragma once
// The matrix products of one instruction set, for its table. Each is compiled in a file of its own, matmul_<set>.cpp,
// beside the one that makes the table.
#include "kernels/ops.h"

namespace wick::cpu {

/// Fills a table's packing of weights, matrix products, quantisation of activations and embedding rows.
template <class Arch>
void add_matmul_ops(Ops& ops);

}  // namespace wick::cpu
