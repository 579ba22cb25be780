// Any text as the config.json beside the weights of a tiny model: a model, or an Error.
#include <string>

#include "core/error.h"
#include "models/llama.h"
#include "read_everything.h"

namespace {

const wick::SourcePtr& weights() {
  static const wick::SourcePtr source = wick::open_file(WICK_TESTS_DIR "/golden/llama/llama-gqa/model.safetensors");
  return source;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const wick::Device device = wick::Device::cpu(1);
  const wick::OpenSibling open = [&](const std::string& name) -> wick::SourcePtr {
    const bool given = name == "config.json" || (size % 4 == 0 && name == "tokenizer_config.json");
    return given ? wick::fuzz::source_of(name, data, size) : nullptr;
  };
  try {
    const auto model =
        wick::LlamaLoader(wick::ModelFiles::open(weights(), open), device, wick::Precision::fast).finish();
    wick::PagedCache cache = model->make_cache(16);
    wick::Sequence sequence(cache);
    wick::Batch batch;
    const wick::TokenId token = 0;
    batch.add(sequence, {&token, 1});
    model->forward(batch, cache);
  } catch (const wick::Error&) {
  }
  return 0;
}
