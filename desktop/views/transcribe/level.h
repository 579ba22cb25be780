#pragma once
// How loud a microphone is, for a meter.
#include <algorithm>
#include <cmath>
#include <span>

namespace wick::views {

inline constexpr double kQuietDb = -60;

/// Decibels below full scale, kQuietDb to 0: now, and the loudest of the last second or so.
struct Level {
  double now = kQuietDb, peak = kQuietDb;
};

inline double decibels(double amplitude) {
  return amplitude > 0 ? std::max(kQuietDb, 20 * std::log10(amplitude)) : kQuietDb;
}

/// The level after these samples, which last some seconds; both figures fall as meters do.
inline Level next_level(const Level& before, std::span<const float> samples, double seconds) {
  constexpr double kFall = 24;  // decibels a second
  double sum = 0;
  for (const float sample : samples) sum += static_cast<double>(sample) * static_cast<double>(sample);
  const double heard = samples.empty() ? kQuietDb : decibels(std::sqrt(sum / static_cast<double>(samples.size())));
  return {std::max({heard, before.now - 2 * kFall * seconds, kQuietDb}),
          std::max({heard, before.peak - kFall * seconds, kQuietDb})};
}

/// How many of `bars` are lit at a level.
inline int lit_bars(double db, int bars) {
  return static_cast<int>(std::lround((db - kQuietDb) / -kQuietDb * static_cast<double>(bars)));
}

}  // namespace wick::views
