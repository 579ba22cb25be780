#pragma once
// Microphones, by PortAudio.
#include <memory>
#include <string>
#include <vector>

#include "audio/sound_device.h"

namespace wick {

struct InputDevice {
  std::string name;
  int channels;
  double rate;  // Hz, its own
  bool is_default;
};

/// What can be listened to. Throws Error where the system's sound does not answer at all.
std::vector<InputDevice> input_devices();

/// A microphone that listens from its making on.
class Microphone final : public SoundInput {
 public:
  /// By a device's name or a part of it that no other has; the system's own choice for "". Throws Error, saying what
  /// to do, where there is none of that name, none at all, or where it does not open.
  explicit Microphone(const std::string& device);
  ~Microphone() override;

  std::vector<float> read(bool last) override;
  bool is_listening() const override;
  double lost_seconds() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wick
