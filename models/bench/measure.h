#pragma once
// The clock of the benchmarks.
#include <utility>
#include <vector>

#include "core/clock.h"
#include "models/bench/bench.h"

namespace wick {

inline double seconds_now() { return now_ms() / 1e3; }

/// Runs `work` some times in each repetition and returns units / second of each.
template <class Work>
std::vector<double> measure(const BenchOptions& options, double units, Work&& work) {
  work();  // warm up: pages, caches, clocks
  std::vector<double> rates;
  for (int round = 0; round < options.repetitions; ++round) {
    const double begin = seconds_now();
    double elapsed = 0;
    int runs = 0;
    do {
      work();
      ++runs;
      elapsed = seconds_now() - begin;
    } while (elapsed < options.seconds / options.repetitions);
    rates.push_back(units * runs / elapsed);
  }
  return rates;
}

/// The same as milliseconds of one run.
template <class Work>
std::vector<double> measure_ms(const BenchOptions& options, Work&& work) {
  std::vector<double> values = measure(options, 1, std::forward<Work>(work));
  for (double& value : values) value = 1e3 / value;
  return values;
}

}  // namespace wick
