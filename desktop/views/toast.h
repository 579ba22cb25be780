#pragma once
// What happened elsewhere, said for a while.
#include <functional>
#include <string>

#include "core/clock.h"

namespace wick::views {

inline constexpr double kToastMs = 8000;

struct Toast {
  std::string words;
  std::function<void()> undo;  // the way back, or nothing
  double until_ms = 0;         // by the clock

  bool shows() const { return !words.empty() && now_ms() < until_ms; }
};

}  // namespace wick::views
