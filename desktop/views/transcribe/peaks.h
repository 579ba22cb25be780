#pragma once
// What a waveform is drawn from, and the stretch of it that shows.
#include <cstdint>
#include <span>
#include <vector>

namespace wick::views {

inline constexpr int kPeaksPerSecond = 50;

/// The loudest sample of each stretch of 20 ms, as the square root in a byte, so that quiet speech keeps its shape.
class PeakMeter {
 public:
  /// The next samples, 16 kHz. Returns the peaks that they complete.
  std::vector<std::uint8_t> add(std::span<const float> samples);

 private:
  int count_ = 0;  // samples of the stretch that is not complete
  float loudest_ = 0;
};

/// Whether no sample reaches a hundredth of full scale.
bool is_quiet(std::span<const std::uint8_t> peaks);

/// The loudest peak but for the top half percent, so that one bang does not flatten an hour of speech.
int loudest_of(std::span<const std::uint8_t> peaks);

/// Heights from 0 to 1 of `count` bars over a stretch in seconds; 0 where nothing has been heard yet. `loudest`: what
/// is as high as it can be, see above.
std::vector<float> bars_of(std::span<const std::uint8_t> peaks, int loudest, double from, double to, int count);

/// The stretch of a recording that the waveform shows, in seconds.
struct WaveStretch {
  double from = 0, to = 0;
  bool operator==(const WaveStretch&) const = default;
};

/// The next power of two in (1) or out (-1); the closest look is 5 seconds.
double zoomed(double seconds, double zoom, int step);
/// Stays while the time is inside; else turns the page, so that it does not crawl.
WaveStretch stretch_of(double seconds, double zoom, double time, const WaveStretch& before);

}  // namespace wick::views
