#include "views/transcribe/peaks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/audio/log_mel.h"

namespace wick::views {
namespace {

constexpr int kHopOfPeak = static_cast<int>(kSampleRate) / kPeaksPerSecond;
constexpr double kQuiet = 0.1;     // the square root of a hundredth of full scale
constexpr double kLeastShown = 5;  // seconds

}  // namespace

std::vector<std::uint8_t> PeakMeter::add(std::span<const float> samples) {
  std::vector<std::uint8_t> peaks;
  for (const float sample : samples) {
    loudest_ = std::max(loudest_, std::abs(sample));
    if (++count_ < kHopOfPeak) continue;
    peaks.push_back(static_cast<std::uint8_t>(std::lround(255 * std::sqrt(std::min(1.0F, loudest_)))));
    count_ = 0;
    loudest_ = 0;
  }
  return peaks;
}

bool is_quiet(std::span<const std::uint8_t> peaks) {
  return std::all_of(peaks.begin(), peaks.end(), [](std::uint8_t peak) { return peak < 255 * kQuiet; });
}

int loudest_of(std::span<const std::uint8_t> peaks) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t peak : peaks) ++counts[peak];
  auto rest = static_cast<std::ptrdiff_t>(peaks.size() / 200);
  for (int level = 255; level > 0; --level) {
    rest -= static_cast<std::ptrdiff_t>(counts[static_cast<std::size_t>(level)]);
    if (rest < 0) return level;
  }
  return 0;
}

std::vector<float> bars_of(std::span<const std::uint8_t> peaks, int loudest, double from, double to, int count) {
  std::vector<float> heights(static_cast<std::size_t>(std::max(0, count)));
  const double first = from * kPeaksPerSecond, step = (to - from) * kPeaksPerSecond / std::max(1, count);
  const auto at = [&](double place) {
    return static_cast<std::size_t>(std::clamp(std::floor(place), 0.0, static_cast<double>(peaks.size())));
  };
  for (std::size_t bar = 0; bar < heights.size(); ++bar) {
    const std::size_t begin = at(first + static_cast<double>(bar) * step);
    const std::size_t end = std::max(begin + 1, at(first + static_cast<double>(bar + 1) * step));
    int high = 0;
    for (std::size_t i = begin; i < std::min(end, peaks.size()); ++i) high = std::max<int>(high, peaks[i]);
    const float share = std::min(1.0F, static_cast<float>(high) / static_cast<float>(std::max(1, loudest)));
    heights[bar] = share * share;
  }
  return heights;
}

double zoomed(double seconds, double zoom, int step) {
  const double next = step > 0 ? zoom * 2 : zoom / 2;
  return next < 1 || seconds / next < kLeastShown ? zoom : next;
}

WaveStretch stretch_of(double seconds, double zoom, double time, const WaveStretch& before) {
  const double width = seconds / zoom;
  const bool same = std::abs(before.to - before.from - width) < 1e-6;
  if (same && time >= before.from && time <= before.to) return before;
  const bool forward = same && time > before.to;
  const double wanted = forward ? time : time - width / 2;
  const double from = std::min(std::max(0.0, wanted), std::max(0.0, seconds - width));
  return {from, from + width};
}

}  // namespace wick::views
