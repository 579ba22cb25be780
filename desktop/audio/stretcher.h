#pragma once
// Speech faster or slower at its own pitch.
#include <array>
#include <span>
#include <vector>

namespace wick {

/// WSOLA (Verhelst and Roelands, ICASSP 1993) at 48 kHz: frames of 40 ms are taken at the new pace, each from where it
/// goes on best after the one before, and laid over each other by half.
class Stretcher {
 public:
  static constexpr std::size_t kBlock = 960;  // samples that it gives at once
  using Block = std::array<float, kBlock>;

  /// `speed`: from 0.25 to 4; at 1 what comes out is what went in.
  explicit Stretcher(double speed) : speed_(speed) {}

  void push(std::span<const float> samples) { input_.insert(input_.end(), samples.begin(), samples.end()); }
  /// Whether take() needs no more samples.
  bool ready() const { return input_.size() >= wanted_end(); }
  /// Whether the next block has any sound in it.
  bool has_sound() const { return due() < dropped_ + input_.size(); }
  /// The next block; what has not been pushed is silent.
  Block take();
  /// Where the next block begins, in samples that were pushed.
  double position() const { return static_cast<double>(blocks_) * speed_ * kBlock; }

 private:
  static constexpr std::size_t kSearch = 480;  // samples around the place that is due

  std::size_t due() const;
  std::size_t wanted_end() const { return due() - dropped_ + 2 * kBlock + kSearch; }
  float at(std::size_t sample) const;
  std::size_t best_near(std::size_t place) const;

  double speed_;
  std::vector<float> input_;  // from sample dropped_ on
  std::size_t dropped_ = 0, blocks_ = 0;
  std::size_t next_ = 0;  // where the frame of the last block would go on
};

}  // namespace wick
