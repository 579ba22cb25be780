#include "models/bench/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/image/resize.h"
#include "core/random.h"

namespace wick {

nlohmann::ordered_json BenchReport::to_json() const {
  nlohmann::ordered_json by_threads = nlohmann::ordered_json::object(), list = nlohmann::ordered_json::array();
  for (const auto& [threads, p] : peaks) by_threads[std::to_string(threads)] = p.to_json();
  for (const BenchRow& row : rows) list.push_back(row.to_json());
  return {{"device", device}, {"peaks", by_threads}, {"rows", list}};
}

std::vector<int> thread_counts(const Device& device) {
  return device.threads() > 1 ? std::vector<int>{1, device.threads()} : std::vector<int>{1};
}

std::shared_ptr<const Image> bench_picture() {
  Image noise{kSamSide, kSamSide, 3, std::vector<std::uint8_t>(kSamSide * kSamSide * 3)};
  Random random(1);
  for (std::uint8_t& value : noise.pixels) value = static_cast<std::uint8_t>(256 * random.uniform());
  return std::make_shared<Image>(std::move(noise));
}

std::string row_line(const BenchRow& row) {
  const auto [low, high] = std::minmax_element(row.values.begin(), row.values.end());
  const std::string fraction = row.peak > 0 ? fmt::format("{:5.0f} % of peak", row.peak_fraction() * 100) : "";
  return fmt::format("{:<44} {:>9.2f} {:>9.2f} {:>9.2f} {:<9} {}", row.name, *low, row.median(), *high, row.unit,
                     fraction);
}

std::string peaks_line(int threads, const Peaks& peaks) {
  return fmt::format("{} thread{}: FMA {:.0f} GFLOP/s, int8 dot {:.0f} GOP/s, bf16 {:.0f} GFLOP/s, read {:.1f} GB/s",
                     threads, threads == 1 ? "" : "s", peaks.fma_gflops, peaks.int8_gops, peaks.bf16_gflops,
                     peaks.read_gbs);
}

}  // namespace wick
