#pragma once
// The definition behind matmul.h, for the one file of each instruction set that instantiates it.
#include "kernels/cpu/gemm_f32.h"
#include "kernels/cpu/gemm_q8.h"
#include "kernels/cpu/matmul.h"
#include "kernels/cpu/pack.h"

namespace wick::cpu {

template <class Arch>
void add_matmul_ops(Ops& ops) {
  ops.packed_weight_bytes = Packer<Arch>::packed_weight_bytes;
  ops.pack_weight = Packer<Arch>::pack_weight;
  ops.matmul = matmul<Arch>;
  ops.matmul_rounded = matmul<Arch>;
  ops.quantized_rows_bytes = quantized_rows_bytes<Arch>;
  ops.quantize_rows = quantize_rows<Arch>;
  ops.matmul_q8 = matmul_q8<Arch>;
  ops.embedding_rows = embedding_rows<Arch>;
}

}  // namespace wick::cpu
