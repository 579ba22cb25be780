#pragma once
// The sound cards, or stand-ins for them.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audio/microphone.h"
#include "audio/sound_device.h"

namespace wick::views {

struct SoundDevices {
  OpenOutput speaker;
  /// By a name of `microphones`, "" for the system's choice. Throws Error, saying what to do, where it does not open.
  std::function<std::unique_ptr<SoundInput>(const std::string& name)> microphone;
  std::function<std::vector<InputDevice>()> microphones;
};

/// Those of this machine.
SoundDevices system_sound();

}  // namespace wick::views
