#pragma once
// What hears and what sounds, as the rest of the program sees it: a sound card, or a stand-in for one.
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace wick {

/// Samples a second of what is played: all that can be heard of any recording.
inline constexpr int kPlayRate = 48'000;

/// Hears from its making on.
class SoundInput {
 public:
  virtual ~SoundInput() = default;
  /// What was heard since the last call, mono, at 16 kHz. `last`: there will be no more calls.
  virtual std::vector<float> read(bool last) = 0;
  /// False once the device has gone.
  virtual bool is_listening() const = 0;
  /// That were heard, but came faster than they were read.
  virtual double lost_seconds() const = 0;
};

/// Takes sound while it is on.
class SoundOutput {
 public:
  virtual ~SoundOutput() = default;
  /// Samples a second.
  virtual int rate() const = 0;
  /// Throws Error where the device does not answer.
  virtual void start() = 0;
  /// Asks for no more, and returns once that is so.
  virtual void stop() = 0;
  /// False once the device has gone, after start().
  virtual bool is_playing() const = 0;
};

/// Writes the next samples. It is called in a thread that may not wait.
using FillSound = std::function<void(std::span<float>)>;
/// Opens a device that is still off. Throws Error, saying what to do, where there is none.
using OpenOutput = std::function<std::unique_ptr<SoundOutput>(FillSound)>;

}  // namespace wick
