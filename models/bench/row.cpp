#include <algorithm>

#include "models/bench/bench.h"

namespace wick {

double BenchRow::median() const {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double BenchRow::peak_fraction() const {
  if (peak <= 0) return 0;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return unit == "ms" ? peak / *low : *high / peak;
}

nlohmann::ordered_json BenchRow::to_json() const {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  nlohmann::ordered_json json{{"name", name}, {"unit", unit}, {"min", *low}, {"median", median()}, {"max", *high}};
  if (peak > 0) json["peak_fraction"] = peak_fraction();
  return json;
}

nlohmann::ordered_json Peaks::to_json() const {
  return {{"fma_gflops", fma_gflops}, {"int8_gops", int8_gops}, {"bf16_gflops", bf16_gflops}, {"read_gbs", read_gbs}};
}

}  // namespace wick
