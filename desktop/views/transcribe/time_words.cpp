#include "views/transcribe/time_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wick::views {

std::string clock_words(double seconds) {
  const auto whole = std::max(0LL, std::llround(std::floor(seconds)));
  const long long minutes = whole / 60, rest = whole % 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, rest);
  return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, rest);
}

std::string clock_tenths(double seconds) {
  const auto tenths = std::max(0LL, std::llround(std::floor(seconds * 10 + 1e-6)));
  return fmt::format("{}.{}", clock_words(static_cast<double>(tenths / 10)), tenths % 10);
}

std::string real_time_words(double rate) {
  if (rate <= 0) return "";
  return rate < 9.95 ? fmt::format("{:.1f} × real time", rate) : fmt::format("{:.0f} × real time", rate);
}

}  // namespace wick::views
