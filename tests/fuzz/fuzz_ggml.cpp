// Any bytes as a Whisper of whisper.cpp: a checkpoint whose tensors can all be read, or an Error.
#include "core/formats/ggml.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wick::fuzz::read_everything([&] { return wick::read_ggml(wick::fuzz::source_of("model.bin", data, size)); });
  return 0;
}
