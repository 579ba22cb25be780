#pragma once
// The microphones of this computer, and the one that is on.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "views/transcribe/level.h"
#include "views/transcribe/sound_devices.h"
#include "views/transcribe/sound_steps.h"
#include "views/worker.h"

namespace wick::views {

/// Has a worker listen to a microphone. Of the thread that calls Worker::deliver(), as all that it calls.
class Listener {
 public:
  Listener(Worker& worker, SoundDevices devices) : worker_(worker), devices_(std::move(devices)) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Once known; asked for by look_for_microphones().
  const std::vector<InputDevice>& microphones() const { return microphones_; }
  void look_for_microphones();

  struct Calls {
    std::function<void()> opened;
    FoundSound heard;  // its last part comes once this is off
    Worker::Failed failed;
  };
  /// Listens to one of those, or to the system's choice (""), while none is on. What it hears is kept in a wav file at
  /// `path`, and given on.
  void start(const std::string& microphone, const std::string& path, std::shared_ptr<SoundQueue> into, Calls calls);
  /// What was heard until now still comes.
  void stop();
  /// The same, and waits until all of it has come. To be called before this ends.
  void finish();
  bool on() const { return stop_ != nullptr; }
  /// It is on its way: nothing is heard yet.
  bool opening() const { return on() && !opened_; }
  const Level& level() const { return level_; }

 private:
  void end();

  Worker& worker_;
  SoundDevices devices_;
  std::shared_ptr<std::atomic<bool>> stop_;  // while it is on
  bool opened_ = false;
  Level level_;
  std::vector<InputDevice> microphones_;
  bool looking_ = false;
};

}  // namespace wick::views
