#pragma once
// assets/silero-vad-6.2.0.bin, which travels inside the programs: a silence gate that has to be downloaded is not there
// when it is needed.
#include <cstddef>
#include <span>

namespace wick {

std::span<const std::byte> voice_weights();

}  // namespace wick
