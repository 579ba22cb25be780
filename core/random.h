#pragma once
// Random numbers that are the same on every build for one seed.
#include <array>
#include <cstdint>

namespace wick {

/// xoshiro256** (Blackman and Vigna 2018), its state filled from the seed by splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  /// Uniform in [0, 1): a multiple of 2^-24, so that it never rounds up to 1.
  float uniform();
  /// Normal with mean 0 and standard deviation 1: one draw through the inverse of the distribution function.
  float normal();

 private:
  std::array<std::uint64_t, 4> state_;
};

/// The inverse of the standard normal distribution function for a probability in (0, 1), to about 1e-16 relative
/// (Wichura 1988, algorithm AS 241, PPND16), from IEEE arithmetic alone.
double normal_quantile(double probability);

}  // namespace wick
