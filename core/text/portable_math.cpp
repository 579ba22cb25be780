#include "core/text/portable_math.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace wick {
namespace {

double power_of_two(int exponent) {  // of a normal number
  const auto bits = static_cast<std::uint64_t>(exponent + 1023) << 52;
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

double portable_exp(double x) {
  if (!(x >= -708.0)) return 0.0;
  if (x > 709.0) return std::numeric_limits<double>::infinity();
  // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, the first short enough that n times it is exact.
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2High = 0x1.62e42fee00000p-1;
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  const double n = std::floor(x * kLog2E + 0.5);
  const double r = (x - n * kLn2High) - n * kLn2Low;
  // Taylor's series; its rest after r^13 is below 2^-57.
  constexpr double kInverseFactorial[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                          1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                                          1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        0.5};
  double series = 0.0;
  for (double coefficient : kInverseFactorial) series = series * r + coefficient;
  return (1.0 + (r + r * r * series)) * power_of_two(static_cast<int>(n));
}

double portable_log(double x) {
  int exponent = 0;
  const double mantissa = std::frexp(x, &exponent);  // exact, in [0.5, 1)
  // Halley's iteration on e^y = mantissa triples the correct digits each time; the chord through 1/2 and 1 is near.
  double y = (mantissa - 1.0) * 1.3862943611198906;
  for (int step = 0; step < 3; ++step) {
    const double power = portable_exp(y);
    y += 2.0 * (mantissa - power) / (mantissa + power);
  }
  return static_cast<double>(exponent) * 0.6931471805599453 + y;
}

}  // namespace wick
