#pragma once
// Loudspeakers, by PortAudio.
#include "audio/sound_device.h"

namespace wick {

/// The system's own choice, see OpenOutput.
std::unique_ptr<SoundOutput> open_speaker(FillSound fill);

}  // namespace wick
