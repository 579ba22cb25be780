#include "views/fit.h"

#include <unistd.h>

namespace wick::views {
namespace {

// Beside the weights stand the cache, the activations and one tensor in transit.
constexpr double kOverhead = 1.05, kWorkingBytes = 256.0 * (1 << 20);
constexpr double kSlow = 4;  // tokens a second: slower than one reads

}  // namespace

Fit fit_of(const FitFacts& facts) {
  const auto size = static_cast<double>(facts.size);
  Fit fit{.memory_bytes = size * kOverhead + kWorkingBytes,
          .tokens_a_second = facts.size > 0 ? facts.bytes_a_second / size : 0};
  if (facts.memory > 0 && fit.memory_bytes > static_cast<double>(facts.memory)) {
    fit.verdict = Fit::Verdict::too_large;
  } else if (facts.missing > facts.disk_free) {
    fit.verdict = Fit::Verdict::no_space;
  } else if (fit.tokens_a_second > 0 && fit.tokens_a_second < kSlow) {
    fit.verdict = Fit::Verdict::slow;
  }
  return fit;
}

std::uint64_t machine_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) : 0;
}

}  // namespace wick::views
