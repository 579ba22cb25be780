#include "views/bench_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "core/clock.h"
#include "models/model_files.h"
#include "models/speech_model.h"
#include "views/bench_words.h"
#include "views/engine.h"

namespace wick::views {
namespace {

using Json = nlohmann::ordered_json;

// After it told something, so that the window has drawn it and is still when the clock starts.
constexpr auto kQuiet = std::chrono::milliseconds(200);

struct Case {
  BenchCase bench;
  std::string model;
};

/// Makes cases once it is their turn: what they need takes time and memory.
struct Source {
  std::string doing;
  std::function<std::vector<Case>()> make;
};

std::vector<Case> cases_of(const std::vector<BenchCase>& benches, const std::string& model) {
  std::vector<Case> cases;
  for (const BenchCase& bench : benches) cases.push_back({bench, model});
  return cases;
}

template <class Loader>
auto load_all(Loader loader) {
  while (loader.step()) {
  }
  return loader.finish();
}

std::vector<Case> chat_cases(const std::string& path, const std::string& title, const Settings& settings,
                             const Device& device) {
  const double begin = now_ms();
  const auto model = load_all(LanguageModelLoader(ModelFiles::open(path), device, llama_options(settings)));
  const BenchRow load{fmt::format("model/load/t{}", device.threads()), "1/s", {1e3 / (now_ms() - begin)}, 0};
  std::vector<BenchCase> benches = model_bench(model, {});
  benches.insert(benches.begin(), BenchCase{load.name, [load] { return load; }});
  return cases_of(benches, title);
}

std::vector<Case> speech_cases(const std::string& path, const std::string& title, const Device& device,
                               const Peaks& peaks) {
  const auto model = load_all(
      SpeechModelLoader(ModelFiles::open(path), device, Precision::fast, default_quantization(Precision::fast)));
  return cases_of(speech_bench(model->whisper, peaks, {}), title);
}

/// The weights' type is that of the terminal's row: f32 exactly, or as the window has it.
std::vector<Case> segment_cases(const std::string& path, const std::string& title, const Device& device,
                                const Peaks& peaks, std::optional<DType> weights) {
  const Precision precision = weights ? Precision::fast : Precision::precise;
  const auto model = load_all(SegmentLoader(ModelFiles::open(path), device, precision, weights));
  const std::string type(weights ? info(*weights).name : "f32");
  return cases_of(segment_bench(model, type, bench_picture(), peaks, {}), title);
}

}  // namespace

/// A run on the worker's thread.
struct BenchView::Run {
  Settings settings;
  std::deque<Source> sources;
  std::deque<Case> cases;
  std::map<int, Peaks> peaks;  // by threads
  std::shared_ptr<std::atomic<bool>> stop;

  void add(std::string doing, std::function<std::vector<Case>(Run&)> make) {
    sources.push_back({std::move(doing), [this, make = std::move(make)] { return make(*this); }});
  }

  /// Measures the peaks, and makes the kernels' cases where they are asked for.
  static std::vector<Case> kernel_cases(Run& run, int threads, BenchScope scope) {
    const Device device = open_device(run.settings, threads);
    const Peaks& peaks = run.peaks[threads] = measure_peaks(device);
    if (scope == BenchScope::models) return {};
    std::vector<BenchCase> benches = attention_bench(device, peaks, {});
    const std::vector<BenchCase> products = matmul_bench(device, peaks, {});
    benches.insert(benches.end(), products.begin(), products.end());
    if (scope == BenchScope::quick) std::erase_if(benches, [](const BenchCase& c) { return !is_quick(c.name); });
    return cases_of(benches, "");
  }

  /// Of a model's file, after the peaks of all threads.
  void add_model(Task task, const std::string& path, const std::string& title) {
    const std::string doing = fmt::format("Loading {}", title);
    switch (task) {
      case Task::chat:
        return add(doing, [=](Run& run) { return chat_cases(path, title, run.settings, open_device(run.settings)); });
      case Task::speech:
        return add(doing, [=](Run& run) {
          const Device device = open_device(run.settings);
          return speech_cases(path, title, device, run.peaks.at(device.threads()));
        });
      case Task::segment:
        for (const std::optional<DType> weights :
             {std::optional<DType>(), std::optional(DType::bf16), std::optional(DType::q8_0)}) {
          add(doing, [=](Run& run) {
            const Device device = open_device(run.settings);
            return segment_cases(path, title, device, run.peaks.at(device.threads()), weights);
          });
        }
    }
  }
};

void BenchView::start() {
  if (measuring_) return;
  measuring_ = true;
  stopped_ = false;
  lines_.clear();
  peaks_.clear();
  problem_.clear();
  doing_ = "The most this machine can do";
  more_ = true;
  began_ms_ = now_ms();
  stop_ = std::make_shared<std::atomic<bool>>(false);
  const auto run = std::make_shared<Run>();
  run->settings = settings_;
  run->stop = stop_;
  const Device all = open_device(settings_);
  device_ = all.describe();
  const bool one_count = scope == BenchScope::quick || scope == BenchScope::models;
  for (const int threads : one_count ? std::vector{all.threads()} : thread_counts(all)) {
    run->add("The most this machine can do",
             [threads, scope = scope](Run& r) { return Run::kernel_cases(r, threads, scope); });
  }
  if (scope == BenchScope::models || scope == BenchScope::all) {
    for (const CatalogEntry& entry : shelf_.entries()) {
      const std::optional<Task> task = task_of(entry);
      if (task && shelf_.place(entry) == ModelPlace::here)
        run->add_model(*task, shelf_.store().path_of(entry.files.front()), entry.title);
    }
  }
  worker_.start([this, run](const Worker::Turn& turn) { return step(turn, *run); },
                [this](const std::string& message) {
                  measuring_ = false;
                  problem_ = message;
                });
}

void BenchView::stop() {
  if (!measuring_) return;
  stopped_ = true;
  *stop_ = true;
}

/// Measures a row, or makes the next ones.
bool BenchView::step(const Worker::Turn& turn, Run& run) {
  const bool more = !run.cases.empty() || !run.sources.empty();
  if (!more || *run.stop || turn.stopped()) {
    turn.post([this] {
      measuring_ = false;
      doing_.clear();
      if (stopped_) std::erase_if(lines_, [](const BenchLine& line) { return !line.row; });
    });
    return false;
  }
  if (!run.cases.empty()) {
    measure(turn, run);
    return true;
  }
  const Source source = std::move(run.sources.front());
  run.sources.pop_front();
  turn.post([this, doing = source.doing] { doing_ = doing; });
  std::this_thread::sleep_for(kQuiet);
  std::vector<BenchLine> coming;
  for (Case& each : source.make()) {
    coming.push_back({each.bench.name, each.model, {}});
    run.cases.push_back(std::move(each));
  }
  turn.post([this, coming, peaks = run.peaks, more = !run.sources.empty()] {
    more_ = more;
    peaks_ = peaks;
    lines_.insert(lines_.end(), coming.begin(), coming.end());
    doing_.clear();
  });
  std::this_thread::sleep_for(kQuiet);
  return true;
}

void BenchView::measure(const Worker::Turn& turn, Run& run) {
  const Case next = std::move(run.cases.front());
  run.cases.pop_front();
  const BenchRow row = next.bench.run();
  turn.post([this, row] {
    const auto line = std::ranges::find_if(lines_, [](const BenchLine& each) { return !each.row; });
    if (line != lines_.end()) line->row = row;
  });
  std::this_thread::sleep_for(kQuiet);
}

std::size_t BenchView::measured() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines_, [](const BenchLine& line) { return line.row.has_value(); }));
}

const BenchLine* BenchView::running() const {
  if (!measuring_ || !doing_.empty()) return nullptr;
  const auto next = std::ranges::find_if(lines_, [](const BenchLine& line) { return !line.row; });
  return next == lines_.end() ? nullptr : &*next;
}

std::optional<double> BenchView::seconds_left() const {
  const std::size_t done = measured();
  if (!measuring_ || more_ || done == 0) return std::nullopt;
  return (now_ms() - began_ms_) / 1e3 / static_cast<double>(done) * static_cast<double>(lines_.size() - done);
}

std::vector<std::string> BenchView::findings() const {
  std::vector<std::string> sentences;
  double low = 1e9, high = 0, fastest = 0;
  bool over = false;
  for (const BenchLine& line : lines_) {
    if (!line.row) continue;
    const double share = line.row->peak_fraction();
    over |= share > 1.05;
    const BenchGroup group = words_of(line.name).group;
    if (group == BenchGroup::reading && share > 0) low = std::min(low, share), high = std::max(high, share);
    if (group == BenchGroup::writing) fastest = std::max(fastest, line.row->median());
  }
  if (high > 0) {
    const std::string first = share_words(low), last = share_words(high);
    const std::string range = first == last ? last : fmt::format("{} to {}", first.substr(0, first.size() - 2), last);
    sentences.push_back(fmt::format("Reading a prompt, matrix products reach {} of this processor’s own peak.", range));
  }
  if (fastest > 0) {
    sentences.push_back(fmt::format(
        "Writing, weights are read at up to {0} GB/s: a model of 1 GB could write about {0} tokens a second "
        "here at most.",
        big_number(fastest)));
  }
  if (over) {
    sentences.emplace_back(
        "Parts of more than 100 % mean that the machine was busy while its peak was measured. Measure again with "
        "nothing "
        "else running.");
  }
  return sentences;
}

std::string BenchView::markdown() const {
  std::string text = fmt::format("# Wick on this computer\n\n{}:\n\n", device_);
  for (const auto& [threads, peaks] : peaks_) text += fmt::format("- {}\n", peaks_line(threads, peaks));
  for (const std::string& sentence : findings()) text += fmt::format("- {}\n", sentence);
  text += "\n| What | Name | Median | Least to most | Unit | Of the peak |\n|---|---|---|---|---|---|\n";
  for (const BenchLine& line : lines_) {
    if (!line.row) continue;
    const BenchFigures figures = figures_of(*line.row);
    const double share = line.row->peak_fraction();
    text += fmt::format("| {}{}{} | `{}` | {} | {} | {} | {} |\n", line.model, line.model.empty() ? "" : ": ",
                        words_of(line.name).full, line.name, figures.median, figures.range, figures.unit,
                        share > 0 ? share_words(share) : "");
  }
  return text;
}

std::string BenchView::json() const {
  BenchReport report{.device = device_, .peaks = peaks_, .rows = {}};
  for (const BenchLine& line : lines_)
    if (line.row) report.rows.push_back(*line.row);
  Json json = report.to_json();
  std::size_t at = 0;
  for (const BenchLine& line : lines_) {
    if (!line.row) continue;
    if (!line.model.empty()) json["rows"][at]["model"] = line.model;
    ++at;
  }
  return json.dump(2) + '\n';
}

}  // namespace wick::views
