// Any bytes as a llama2.c checkpoint: a checkpoint whose tensors can all be read, or an Error.
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wick::fuzz::read_everything([&] { return wick::read_llama2c(wick::fuzz::source_of("model.bin", data, size)); });
  return 0;
}
