// Any bytes as a safetensors file, or as an index that says which of two small files has each tensor: a checkpoint
// whose tensors can all be read, or an Error.
#include "read_everything.h"

namespace {

/// A shard of one tensor.
wick::SourcePtr shard(const std::string& name, const std::string& tensor) {
  const std::string header = "{\"" + tensor + "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";
  std::string file(1, static_cast<char>(header.size()));
  file.append(7, '\0').append(header).append("data");
  return wick::fuzz::source_of(name, reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const wick::OpenSibling shards = [](const std::string& name) -> wick::SourcePtr {
    if (name == "1.safetensors") return shard(name, "a");
    if (name == "2.safetensors") return shard(name, "b");
    return nullptr;
  };
  wick::fuzz::read_everything(
      [&] { return wick::open_checkpoint(wick::fuzz::source_of("model.safetensors", data, size), shards); });
  return 0;
}
