// Any bytes as the weights of Segment Anything: a checkpoint whose tensors can all be read, or an Error.
#include "models/sam_checkpoint.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wick::fuzz::read_everything([&] {
    std::vector<wick::Checkpoint> files;
    files.push_back(wick::open_checkpoint(wick::fuzz::source_of("sam", data, size)));
    return wick::sam_checkpoint(std::move(files));
  });
  return 0;
}
