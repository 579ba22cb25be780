#pragma once
// What the bench page shows and does.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/bench/report.h"
#include "views/model_shelf.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

enum class BenchScope { quick, kernels, models, all };

/// A row that was measured, or will be.
struct BenchLine {
  std::string name;
  std::string model;  // the title of the model that it is of, "" for kernels
  std::optional<BenchRow> row;
};

class BenchView {
 public:
  /// `worker` measures: it should have nothing else to do meanwhile.
  BenchView(Worker& worker, const ModelShelf& shelf, const Settings& settings)
      : worker_(worker), shelf_(shelf), settings_(settings) {}

  BenchScope scope = BenchScope::quick;

  void start();
  /// Ends after the row that is being measured; what was measured stays.
  void stop();
  bool measuring() const { return measuring_; }
  bool stopping() const { return measuring_ && stopped_; }
  /// The last run's, or of the one that goes on. Rows of models that are not loaded yet are not among them.
  const std::vector<BenchLine>& lines() const { return lines_; }
  std::size_t measured() const;
  /// The line that is being measured; nullptr between two.
  const BenchLine* running() const;
  /// "Loading SmolLM2" and the like, while no row is being measured.
  const std::string& doing() const { return doing_; }
  /// Whether lines will come that are not known yet: those of a model are once it is loaded.
  bool more_to_come() const { return measuring_ && more_; }
  /// Seconds until all is measured, by what it took so far; nothing while that is not known.
  std::optional<double> seconds_left() const;
  const std::string& device() const { return device_; }
  const std::map<int, Peaks>& peaks() const { return peaks_; }
  /// Of the most threads; nullptr before they were measured.
  const Peaks* most() const { return peaks_.empty() ? nullptr : &peaks_.rbegin()->second; }
  /// What the figures say, a sentence each.
  std::vector<std::string> findings() const;
  const std::string& problem() const { return problem_; }

  std::string markdown() const;
  /// As `wick bench --json` prints it, with the model's title in its rows.
  std::string json() const;

 private:
  struct Run;
  bool step(const Worker::Turn& turn, Run& run);
  void measure(const Worker::Turn& turn, Run& run);

  Worker& worker_;
  const ModelShelf& shelf_;
  const Settings& settings_;
  std::shared_ptr<std::atomic<bool>> stop_;
  bool measuring_ = false, stopped_ = false, more_ = false;
  std::vector<BenchLine> lines_;
  std::string doing_, device_, problem_;
  std::map<int, Peaks> peaks_;
  double began_ms_ = 0;
};

}  // namespace wick::views
