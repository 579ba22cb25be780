// Any bytes as a PyTorch checkpoint, or, where they are no zip archive, as the pickle in one: a checkpoint whose
// tensors can all be read, or an Error.
#include "core/formats/pickle.h"
#include "core/formats/pytorch.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const wick::SourcePtr source = wick::fuzz::source_of("model.pt", data, size);
  if (wick::is_zip({reinterpret_cast<const char*>(data), size})) {
    wick::fuzz::read_everything([&] { return wick::read_pytorch(source); });
    return 0;
  }
  try {
    wick::read_pickle(*source, [](std::string_view) { return true; });
  } catch (const wick::Error&) {
  }
  return 0;
}
