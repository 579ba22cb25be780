#include "views/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace wick::views {
namespace {

constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};

struct Scale {
  double divisor = 1;
  const char* unit = kUnits[0];
};

Scale scale_of(double bytes) {
  std::size_t unit = 0;
  double divisor = 1;
  while (unit + 1 < kUnits.size() && bytes / divisor >= (unit == 0 ? 1000 : 999.5)) {
    divisor *= 1000;
    ++unit;
  }
  return {divisor, kUnits[unit]};
}

int digits_of(double value, const Scale& scale) {
  if (scale.divisor == 1 || value == 0) return 0;
  return value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
}

}  // namespace

std::string bytes_words(double bytes) {
  const Scale scale = scale_of(bytes);
  const double value = bytes / scale.divisor;
  return fmt::format("{:.{}f} {}", value, digits_of(value, scale), scale.unit);
}

std::string bytes_of_words(double done, double total) {
  const Scale scale = scale_of(total);
  const double whole = total / scale.divisor;
  const int digits = digits_of(whole, scale);
  return fmt::format("{:.{}f} of {:.{}f} {}", done / scale.divisor, digits, whole, digits, scale.unit);
}

std::string count_words(std::int64_t count) {
  const std::string digits = std::to_string(count);
  std::string words;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool thousand = i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-';
    if (thousand) words += ',';
    words += digits[i];
  }
  return words;
}

std::string duration_words(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::max(1.0, std::round(std::min(seconds, 1e9))));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string percent_words(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string rate_words(std::int64_t tokens, double ms) {
  return ms > 0 ? fmt::format("{:.1f} tokens/s", static_cast<double>(tokens) / ms * 1e3) : "";
}

}  // namespace wick::views
