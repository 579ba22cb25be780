#include "views/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wick::views {

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
