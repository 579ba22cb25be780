#pragma once
// Sound on its way from who reads or hears it to who transcribes it.
#include <algorithm>
#include <mutex>
#include <span>
#include <vector>

#include "core/audio/log_mel.h"

namespace wick::views {

/// Samples that one thread gives and another takes, 16 kHz.
class SoundQueue {
 public:
  /// The first `skipped` samples are left out, being transcribed already.
  explicit SoundQueue(std::size_t skipped = 0) : skipped_(skipped) {}

  void push(std::span<const float> samples) {
    const std::lock_guard lock(mutex_);
    const std::size_t left_out = std::min(skipped_, samples.size());
    skipped_ -= left_out;
    samples_.insert(samples_.end(), samples.begin() + static_cast<std::ptrdiff_t>(left_out), samples.end());
  }
  /// No more will come.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }

  /// The next samples, as many as there are and `most` at most.
  std::vector<float> take(std::size_t most) {
    const std::lock_guard lock(mutex_);
    const auto last = samples_.begin() + static_cast<std::ptrdiff_t>(std::min(most, samples_.size()));
    std::vector<float> taken(samples_.begin(), last);
    samples_.erase(samples_.begin(), last);
    return taken;
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return samples_.size();
  }
  /// Whether all was taken and no more will come.
  bool over() const {
    const std::lock_guard lock(mutex_);
    return ended_ && samples_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::size_t skipped_;
  std::vector<float> samples_;
  bool ended_ = false;
};

}  // namespace wick::views
