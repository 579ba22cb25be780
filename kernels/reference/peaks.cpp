#include "kernels/reference/reference.h"

namespace wick::reference {

double spin_fma(Index rounds) {
  volatile float sum = 0;
  for (Index round = 0; round < rounds; ++round) sum = sum * 0.999f + 0.001f;
  return 2.0 * static_cast<double>(rounds);
}

double spin_int8(Index rounds) {
  volatile std::int32_t sum = 0;
  for (Index round = 0; round < rounds; ++round) sum = (sum + 3 * 5) & 0xffff;
  return 2.0 * static_cast<double>(rounds);
}

double read_memory(const float* x, Index count) {
  volatile float sum = 0;
  for (Index i = 0; i < count; ++i) sum = sum + x[i];
  return 4.0 * static_cast<double>(count);
}

}  // namespace wick::reference
