#pragma once
// Whether a model can run here, before anything is fetched.
#include <cstdint>

namespace wick::views {

struct Fit {
  enum class Verdict { fits, slow, no_space, too_large };
  Verdict verdict = Verdict::fits;
  double memory_bytes = 0;     // that the model needs
  double tokens_a_second = 0;  // to expect; 0 where unknown
};

struct FitFacts {
  std::uint64_t missing = 0, size = 0;  // bytes still to be fetched, and of all files
  std::uint64_t disk_free = 0;          // bytes
  std::uint64_t memory = 0;             // bytes that this machine has; 0: unknown
  double bytes_a_second = 0;            // of weights that are read while writing; 0: unknown
};

Fit fit_of(const FitFacts& facts);

/// Bytes of memory of this machine; 0 where that cannot be told.
std::uint64_t machine_memory();

}  // namespace wick::views
