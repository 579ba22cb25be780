#pragma once
// Plays a recording: one channel, 48 kHz.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "audio/audio_file.h"
#include "audio/sound_device.h"

namespace wick {

/// Opens, reads and plays in threads of its own: none of its calls waits for a file or a device. Of one thread.
class Player {
 public:
  /// Opens it at kPlayRate.
  using OpenSound = std::function<AudioFile()>;

  static constexpr double kSlowest = 0.5, kFastest = 2;

  /// `changed` is called from another thread where playing() or problem() is not what it was, as at the end.
  Player(OpenOutput open, std::function<void()> changed);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  /// What is played from now on, from its beginning; nothing for {}. `seconds`: how long it is.
  void load(OpenSound sound, double seconds);
  /// The sound has grown, or its length is known now.
  void set_seconds(double seconds);
  bool has_sound() const;

  /// Goes on, from the beginning if it was at the end.
  void play();
  void pause();
  void seek(double seconds);
  /// Changes the pace and not the pitch.
  void set_speed(double speed);

  bool playing() const;
  /// Seconds from the beginning; it asks for no lock.
  double time() const;
  double speed() const;
  /// Why it does not play, in words, until play() is tried again.
  std::string problem() const;

 private:
  struct Blocks;
  struct Feeder;
  struct Wanted {
    OpenSound sound;
    int number = 0;           // of the sound
    std::uint32_t epoch = 0;  // counts the places where it began
    double from = 0, speed = 1, seconds = 0;
    bool playing = false, closing = false;
  };
  void begin_at(double seconds);
  void feed();
  void fill(std::span<float> out);

  OpenOutput open_;
  std::function<void()> changed_;
  std::unique_ptr<Blocks> blocks_;    // from the feeding thread to the device's
  std::atomic<std::uint64_t> place_;  // the epoch and, in its lower 40 bits, the sample that plays
  std::atomic<std::uint32_t> ended_;  // the epoch that was played to its end

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable woken_;
  Wanted wanted_;
  std::string problem_;
  std::thread thread_;
};

}  // namespace wick
