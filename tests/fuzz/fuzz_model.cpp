// A GGUF file from anywhere, as a whole model: it loads and says a token, or an Error. Never a crash, a hang, or memory
// for what the header only claims.
#include "core/error.h"
#include "models/generator.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const wick::Device device = wick::Device::cpu(1);
  try {
    wick::LanguageModelLoader loader(wick::ModelFiles::open(wick::fuzz::source_of("model.gguf", data, size)), device,
                                     size % 2 == 0 ? wick::Precision::fast : wick::Precision::precise);
    const auto model = loader.finish();
    wick::Generator generator(model, 64);
    wick::GenerateOptions options;
    options.sampling.temperature = 0;
    options.max_tokens = 1;
    generator.start(model->tokenizer.encode("ab", {.add_special = true}), options);
    while (!generator.finished()) generator.step();
  } catch (const wick::Error&) {
  }
  return 0;
}
