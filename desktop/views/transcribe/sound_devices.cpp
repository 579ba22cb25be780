#include "views/transcribe/sound_devices.h"

#include "audio/speaker.h"

namespace wick::views {

SoundDevices system_sound() {
  return {.speaker = open_speaker,
          .microphone = [](const std::string& name) { return std::make_unique<Microphone>(name); },
          .microphones = input_devices};
}

}  // namespace wick::views
