// `wick bench`: how fast the kernels and models are here, as rates and as fractions of this machine's own peaks.
#include "bench.h"

#include <fmt/format.h>

#include <map>

namespace wick::cli {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void bench(const BenchOptions& options, const std::string& what, const ModelOption& model) {
  BenchReport report(options);
  const Device device = options.common.open_device();
  if (!options.common.json) fmt::print(stderr, "{}\n", device.describe());
  Json peaks = Json::object();
  if (what == "peaks") {
    for (const int threads : {1, device.threads()}) {
      const Peaks p = measure_peaks(threads);
      peaks[std::to_string(threads)] = {{"fma_gflops", p.fma_gflops},
                                        {"int8_gops", p.int8_gops},
                                        {"bf16_gflops", p.bf16_gflops},
                                        {"read_gbs", p.read_gbs}};
      if (!options.common.json)
        fmt::print("{} threads: FMA {:.0f} GFLOP/s, int8 dot {:.0f} GOP/s, bf16 {:.0f} GFLOP/s, read {:.1f} GB/s\n",
                   threads, p.fma_gflops, p.int8_gops, p.bf16_gflops, p.read_gbs);
    }
  }
  if (what == "attention") bench_attention(options, report);
  if (what == "matmul") bench_matmul(options, report);
  if (what == "model") bench_model(options, model, report);
  if (options.common.json) print_json({{"device", device.describe()}, {"peaks", peaks}, {"rows", report.rows()}});
}

}  // namespace

void BenchReport::add(BenchRow row) {
  const auto [low, high] = std::minmax_element(row.values.begin(), row.values.end());
  const double middle = median(row.values);
  Json json{{"name", row.name}, {"unit", row.unit}, {"min", *low}, {"median", middle}, {"max", *high}};
  if (row.peak > 0) json["peak_fraction"] = *high / row.peak;
  rows_.push_back(json);
  if (options_.common.json) return;
  const std::string fraction = row.peak > 0 ? fmt::format("{:5.0f} % of peak", *high / row.peak * 100) : "";
  fmt::print("{:<44} {:>9.2f} {:>9.2f} {:>9.2f} {:<9} {}\n", row.name, *low, middle, *high, row.unit, fraction);
}

void add_bench(CLI::App& app) {
  struct Options {
    BenchOptions bench;
    ModelOption model;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("bench", "Measure kernels and models: min, median, max");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, bool with_model) {
    CLI::App* sub = command->add_subcommand(name, help);
    if (with_model) options->model.add_to(*sub);
    sub->add_option("-r,--repetitions", options->bench.repetitions, "Measurements of each row")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    sub->add_option("--seconds", options->bench.seconds, "Least time for a row")->capture_default_str();
    sub->add_option("--filter", options->bench.filter, "Only rows whose name contains this");
    options->bench.common.add_to(*sub);
    sub->callback([options, name = std::string(name)] { bench(options->bench, name, options->model); });
  };
  add("peaks", "This machine's FMA, int8 and memory peaks", false);
  add("attention", "Causal flash attention: prefill and decode", false);
  add("matmul", "Matrix products of every weight type", false);
  add("model", "Prompt and generation rate of a model", true);
}

}  // namespace wick::cli
