#pragma once
// The time that passes, for rates and for pacing, and the time of day.
#include <chrono>

namespace wick {

/// Milliseconds since some fixed moment; never goes back.
inline double now_ms() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

/// Milliseconds since 1970 by the wall's clock, for dates.
inline double wall_ms() {
  using namespace std::chrono;
  return duration<double, std::milli>(system_clock::now().time_since_epoch()).count();
}

}  // namespace wick
