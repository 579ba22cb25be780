#include "core/text/byte_words.h"

#include <fmt/format.h>

#include <array>

namespace wick {
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

}  // namespace wick
