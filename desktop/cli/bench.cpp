// `wick bench`: how fast the kernels and models are here, as rates and as fractions of this machine's own peaks.
#include "models/bench/bench.h"

#include <fmt/format.h>

#include "command.h"
#include "core/error.h"
#include "image/image_file.h"
#include "models/bench/report.h"

namespace wick::cli {
namespace {

struct Options {
  CommonOptions common;
  BenchOptions bench;
  std::string filter;  // only rows whose name contains this
  ModelOption model;
  std::string picture;
};

std::shared_ptr<const Image> picture_of(const std::string& path) {
  return path.empty() ? bench_picture() : std::make_shared<const Image>(read_image(*open_file(path)).image);
}

/// Measures, and prints each row as it is done.
class Report {
 public:
  explicit Report(const Options& options) : options_(options), device_(options.common.open_device()) {
    found_.device = device_.describe();
    if (!options_.common.json) fmt::print(stderr, "{}\n", found_.device);
  }
  Report(const Report&) = delete;

  void measure_peaks_alone() {
    for (const int threads : thread_counts(device_)) {
      const Peaks& p = peaks(Device::cpu(threads));
      if (!options_.common.json) fmt::print("{}\n", peaks_line(threads, p));
    }
  }

  /// With one thread, then with all.
  using Kernels = std::vector<BenchCase> (*)(const Device&, const Peaks&, const BenchOptions&);
  void run(Kernels kernels) {
    for (const int threads : thread_counts(device_)) {
      const Device device = Device::cpu(threads);
      run(kernels(device, peaks(device), options_.bench));
    }
  }

  void run_model() {
    const LoadedModel loaded = load_model(options_.model, options_.common);
    const std::string load = fmt::format("model/load/t{}", device_.threads());
    if (wants(load)) add({load, "1/s", {1e3 / loaded.load_ms}, 0});
    run(model_bench(loaded.model, options_.bench));
  }

  void run_speech() {
    const LoadedSpeech loaded = load_speech(options_.model, options_.common);
    run(speech_bench(loaded.model->whisper, peaks(device_), options_.bench));
  }

  /// With its weights as --quantize has them, or else in each type that it may have.
  void run_segment() {
    const std::shared_ptr<const Image> picture = picture_of(options_.picture);
    std::vector<std::string> types{"none", "bf16", "q8_0"};
    if (!options_.common.quantize.empty()) types = {options_.common.quantize};
    for (const std::string& type : types) {
      const std::string weights = type == "none" ? "f32" : type;
      CommonOptions common = options_.common;
      common.quantize = type;
      common.precise |= type == "none";
      const LoadedSegmenter loaded = load_segmenter(options_.model, common);
      // Of a process there is one peak: that of what is measured first.
      const std::string memory = fmt::format("segment/memory/{}/t{}", weights, device_.threads());
      if (type == types.front() && wants(memory)) add({memory, "MB", {memory_of(loaded.model, *picture)}, 0});
      run(segment_bench(loaded.model, weights, picture, peaks(device_), options_.bench));
    }
  }

  bool is_empty() const { return found_.rows.empty(); }
  Json to_json() const { return found_.to_json(); }

 private:
  /// MB that this process has taken at most when it has embedded a picture and made a mask.
  static double memory_of(const std::shared_ptr<const SegmentModel>& model, const Image& picture) {
    Segmenter segmenter(model);
    segmenter.start(picture);
    while (segmenter.step()) {
    }
    segmenter.mask(segmenter.candidates({.points = {{0, 0}}}), 1);
    return static_cast<double>(peak_memory_bytes()) / 1e6;
  }

  bool wants(const std::string& name) const { return name.find(options_.filter) != std::string::npos; }

  /// Measured when first asked for.
  const Peaks& peaks(const Device& device) {
    const auto [found, is_new] = found_.peaks.try_emplace(device.threads());
    if (is_new) found->second = measure_peaks(device);
    return found->second;
  }

  void run(const std::vector<BenchCase>& cases) {
    for (const BenchCase& c : cases)
      if (wants(c.name)) add(c.run());
  }

  void add(const BenchRow& row) {
    found_.rows.push_back(row);
    if (options_.common.json) return;
    fmt::print("{}\n", row_line(row));
    std::fflush(stdout);
  }

  const Options& options_;
  Device device_;
  BenchReport found_;
};

void bench(const Options& options, const std::string& what) {
  Report report(options);
  if (what == "peaks") report.measure_peaks_alone();
  if (what == "attention") report.run(attention_bench);
  if (what == "matmul") report.run(matmul_bench);
  if (what == "model") report.run_model();
  if (what == "speech") report.run_speech();
  if (what == "segment") report.run_segment();
  if (what != "peaks" && report.is_empty()) throw Error("--filter {}: no row has that in its name", options.filter);
  if (options.common.json) print_json(report.to_json());
}

}  // namespace

void add_bench(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("bench", "Measure kernels and models: min, median, max");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* help) {
    CLI::App* sub = command->add_subcommand(name, help);
    sub->add_option("-r,--repetitions", options->bench.repetitions, "Measurements of each row")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    sub->add_option("--seconds", options->bench.seconds, "Least time for a row")->capture_default_str();
    sub->add_option("--filter", options->filter, "Only rows whose name contains this");
    options->common.add_to(*sub);
    sub->callback([options, name = std::string(name)] { bench(*options, name); });
    return sub;
  };
  add("peaks", "This machine's FMA, int8, bf16 and memory peaks");
  add("attention", "Flash attention: causal prefill and decode");
  add("matmul", "Matrix products of every weight type");
  CLI::App* model = add("model", "Prompt and generation rate of a model");
  options->model.add_to(*model);
  options->common.add_cache_type_to(*model);
  CLI::App* speech = add("speech", "Log-mel, encoder and decoder of a Whisper");
  options->model.add_to(*speech);
  options->common.add_quantize_to(*speech);
  CLI::App* segment = add("segment", "Memory, encoder and decoder of a Segment Anything, in ms");
  options->model.add_path_to(*segment);
  segment->add_option("picture", options->picture, "JPEG, PNG, WebP, GIF or BMP (default: noise, 1024 x 1024)");
  options->common.add_picture_quantize_to(*segment, "none, then bf16, then q8_0");
}

}  // namespace wick::cli
