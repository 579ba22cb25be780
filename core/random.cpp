// No multiply and add in this file may be fused (see CMakeLists.txt): builds would differ in the last bit.
#include "core/random.h"

#include <cmath>
#include <cstddef>

#include "core/text/portable_math.h"

namespace wick {
namespace {

std::uint64_t rotate_left(std::uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

template <std::size_t N>
double polynomial(const double (&coefficients)[N], double x) {  // highest power first
  double value = 0;
  for (const double coefficient : coefficients) value = value * x + coefficient;
  return value;
}

// Numerator and denominator for the centre, |p - 1/2| <= 0.425, in 0.425^2 - (p - 1/2)^2.
constexpr double kCentre[] = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
                              45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
                              133.14166789178437745, 3.3871328727963666080};
constexpr double kCentreBelow[] = {
    5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867,
    5394.1960214247511077, 687.18700749205790830, 42.313330701600911252, 1.0};
// For the tails in r = sqrt(-log(min(p, 1 - p))): near, in r - 1.6 up to r = 5, and far, in r - 5.
constexpr double kNear[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                            1.27045825245236838258,    3.64784832476320460504,    5.76949722146069140550,
                            4.63033784615654529590,    1.42343711074968357734};
constexpr double kNearBelow[] = {
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940,    2.05319162663775882187,    1.0};
constexpr double kFar[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                           2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580,
                           5.46378491116411436990,    6.65790464350110377720};
constexpr double kFarBelow[] = {
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2,  1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0};

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    word = mixed ^ (mixed >> 31);
  }
}

std::uint64_t Random::next() {
  auto& s = state_;
  const std::uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  const std::uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate_left(s[3], 45);
  return result;
}

float Random::uniform() { return static_cast<float>(next() >> 40) * 0x1p-24f; }

float Random::normal() {
  // The middle of one of 2^52 equal parts of (0, 1): never 0 or 1, and as likely below as above 1/2.
  const double probability = (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52;
  return static_cast<float>(normal_quantile(probability));
}

double normal_quantile(double probability) {
  const double centred = probability - 0.5;
  if (std::fabs(centred) <= 0.425) {
    const double x = 0.180625 - centred * centred;
    return centred * polynomial(kCentre, x) / polynomial(kCentreBelow, x);
  }
  const double tail = centred < 0 ? probability : 1 - probability;
  const double r = std::sqrt(-portable_log(tail));
  const double value = r <= 5 ? polynomial(kNear, r - 1.6) / polynomial(kNearBelow, r - 1.6)
                              : polynomial(kFar, r - 5) / polynomial(kFarBelow, r - 5);
  return centred < 0 ? -value : value;
}

}  // namespace wick
