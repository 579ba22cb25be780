// Any bytes as a GGUF file: a checkpoint whose tensors can all be read, or an Error.
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Where the file claims to be the first of two parts, its own bytes serve as the second too.
  const wick::OpenSibling same = [&](const std::string& name) { return wick::fuzz::source_of(name, data, size); };
  wick::fuzz::read_everything(
      [&] { return wick::read_gguf(wick::fuzz::source_of("model-00001-of-00002.gguf", data, size), same); });
  return 0;
}
