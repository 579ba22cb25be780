#pragma once
// The engine as the settings have it.
#include "core/device.h"
#include "models/language_model.h"
#include "views/settings.h"

namespace wick::views {

/// A device with the settings' threads and instruction set; one that this machine lacks is the best it has. `threads`
/// other than 0 stand in their place.
Device open_device(const Settings& settings, int threads = 0);
/// How a language model is loaded.
LlamaOptions llama_options(const Settings& settings);

}  // namespace wick::views
