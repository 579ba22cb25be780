// Any bytes as an ONNX model: a checkpoint whose tensors can all be read, or an Error.
#include "core/formats/onnx.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wick::fuzz::read_everything([&] { return wick::read_onnx(wick::fuzz::source_of("model.onnx", data, size)); });
  return 0;
}
