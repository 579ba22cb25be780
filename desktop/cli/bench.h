#pragma once
// What the benchmarks share: timing, rows, output.
#include <algorithm>
#include <string>
#include <vector>

#include "command.h"

namespace wick::cli {

struct BenchOptions {
  CommonOptions common;
  int repetitions = 5;
  double seconds = 0.3;  // at least this long for each measurement
  std::string filter;    // only rows whose name contains this
};

/// One measured quantity; larger is better.
struct BenchRow {
  std::string name, unit;
  std::vector<double> values;
  double peak = 0;  // of the machine for this unit and thread count, 0 where there is none
};

/// Collects rows and prints each as it is done.
class BenchReport {
 public:
  explicit BenchReport(const BenchOptions& options) : options_(options) {}
  bool wants(const std::string& name) const { return name.find(options_.filter) != std::string::npos; }
  void add(BenchRow row);
  Json rows() const { return rows_; }

 private:
  const BenchOptions& options_;
  Json rows_ = Json::array();
};

/// Runs `work` some times in each of `repetitions` rounds and returns units / second for each round.
template <class Work>
std::vector<double> measure(const BenchOptions& options, double units, Work&& work) {
  work();  // warm up: pages, caches, clocks
  std::vector<double> rates;
  for (int round = 0; round < options.repetitions; ++round) {
    const double begin = now_ms();
    double elapsed = 0;
    int runs = 0;
    do {
      work();
      ++runs;
      elapsed = now_ms() - begin;
    } while (elapsed < options.seconds * 1e3 / options.repetitions);
    rates.push_back(units * runs / elapsed * 1e3);
  }
  return rates;
}

/// Peaks of this machine for `threads` threads, measured here and now.
struct Peaks {
  double fma_gflops = 0, int8_gops = 0, bf16_gflops = 0, read_gbs = 0;
};
Peaks measure_peaks(int threads);

void bench_attention(const BenchOptions& options, BenchReport& report);
void bench_matmul(const BenchOptions& options, BenchReport& report);
void bench_model(const BenchOptions& options, const ModelOption& model, BenchReport& report);

}  // namespace wick::cli
