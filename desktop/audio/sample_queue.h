#pragma once
// From the thread of a sound card, which must not wait, to the one that listens.
#include <algorithm>
#include <atomic>
#include <span>
#include <vector>

namespace wick {

/// A ring that one thread fills and another empties. Neither waits for the other, and filling allocates nothing.
class SampleQueue {
 public:
  explicit SampleQueue(std::size_t capacity) : ring_(capacity) {}

  /// What there is no room for is dropped, and counted.
  void push(std::span<const float> samples) {
    const std::size_t end = end_.load(std::memory_order_relaxed);
    const std::size_t room = ring_.size() - (end - begin_.load(std::memory_order_acquire));
    const std::size_t count = std::min(room, samples.size());
    for (std::size_t i = 0; i < count; ++i) ring_[(end + i) % ring_.size()] = samples[i];
    end_.store(end + count, std::memory_order_release);
    if (count < samples.size()) dropped_.fetch_add(samples.size() - count, std::memory_order_relaxed);
  }

  /// All that is there.
  std::vector<float> take() {
    const std::size_t begin = begin_.load(std::memory_order_relaxed), end = end_.load(std::memory_order_acquire);
    std::vector<float> samples(end - begin);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = ring_[(begin + i) % ring_.size()];
    begin_.store(end, std::memory_order_release);
    return samples;
  }

  std::size_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  std::vector<float> ring_;
  std::atomic<std::size_t> begin_{0}, end_{0}, dropped_{0};  // of all samples ever
};

}  // namespace wick
