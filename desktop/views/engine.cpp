#include "views/engine.h"

#include "kernels/ops.h"

namespace wick::views {

Device open_device(const Settings& settings, int threads) {
  const OpsList list = available_ops();
  const Ops* chosen = nullptr;
  for (int i = 0; i < list.count; ++i)
    if (settings.instruction_set == list.ops[i]->name) chosen = list.ops[i];
  return Device::cpu(threads > 0 ? threads : settings.threads, chosen);
}

LlamaOptions llama_options(const Settings& settings) {
  LlamaOptions options(Precision::fast);
  options.cache_type = DType::f16;
  for (const DType type : {DType::f32, DType::q8_0})
    if (settings.cache_type == info(type).name) options.cache_type = type;
  return options;
}

}  // namespace wick::views
