#pragma once
// What a run of the benchmark found, as the terminal prints it and as the window copies it.
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/image/image.h"
#include "models/bench/bench.h"

namespace wick {

struct BenchReport {
  std::string device;          // "cpu avx512vnni, 2 threads"
  std::map<int, Peaks> peaks;  // by the number of threads
  std::vector<BenchRow> rows;

  /// {device, peaks: {threads: {...}}, rows: [...]}
  nlohmann::ordered_json to_json() const;
};

/// How many threads the kernels are measured with: one, then all.
std::vector<int> thread_counts(const Device& device);
/// Noise of the size that Segment Anything sees, where no picture is given.
std::shared_ptr<const Image> bench_picture();

/// "matmul/q8_0/gemv/t2   11.20   11.31   11.40 GB/s   87 % of peak", in columns: min, median, max.
std::string row_line(const BenchRow& row);
/// "2 threads: FMA 180 GFLOP/s, int8 dot 700 GOP/s, ..."
std::string peaks_line(int threads, const Peaks& peaks);

}  // namespace wick
