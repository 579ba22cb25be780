#pragma once
// The time that passes, for rates and for pacing.
#include <chrono>

namespace wick {

/// Milliseconds since some fixed moment; never goes back.
inline double now_ms() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace wick
