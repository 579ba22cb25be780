#pragma once
// The models of the catalogue on this machine: what is here, what arrives, what could be had.
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fetch/store.h"
#include "models/task.h"
#include "views/fit.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

/// Bytes a second over the last few seconds.
class SpeedMeter {
 public:
  /// Takes the bytes done at a time; returns the speed, 0 until it can be told.
  double measure(std::uint64_t done, double ms);

 private:
  struct Mark {
    std::uint64_t done;
    double ms;
  };
  std::vector<Mark> marks_;
};

/// A model's way from its source to this machine, or the reading of its files that verifies them.
struct Arrival {
  std::uint64_t bytes_done = 0, bytes_total = 0;
  std::uint64_t given_up = 0;  // bytes of a package that a pause ended: it is fetched whole or not at all
  double bytes_a_second = 0;
  std::string doing;    // what happens now, in words
  std::string problem;  // why it ended
  bool paused = false;
  bool verifying = false;

  /// Whether something happens now.
  bool runs() const { return !paused && problem.empty(); }
  /// From 0 to 1.
  double part() const;
  /// Seconds until all is here; nothing while that is not known.
  std::optional<double> seconds_left() const;
};

/// The folder of models that the settings say.
ModelStore store_of(const Settings& settings);

enum class ModelPlace { missing, partial, arriving, here, damaged };

/// The catalogue's word for what a model is for, and ours.
std::optional<Task> task_of(const CatalogEntry& entry);

class ModelShelf {
 public:
  /// `fetcher` is a worker of its own, with a thread for each download that may run at a time: they wait for the net,
  /// and nothing should wait for them.
  ModelShelf(Worker& fetcher, ModelStore store, std::span<const CatalogEntry> entries = catalog());
  /// Pauses what arrives, and deletes what was to be deleted.
  ~ModelShelf();
  ModelShelf(const ModelShelf&) = delete;
  ModelShelf& operator=(const ModelShelf&) = delete;

  std::span<const CatalogEntry> entries() const { return entries_; }
  const ModelStore& store() const { return store_; }
  ModelPlace place(const CatalogEntry& entry) const;
  /// What happens to a model, or why it ended; nullptr if there is nothing to tell.
  const Arrival* arrival(const CatalogEntry& entry) const;
  /// Of its files that are here.
  std::uint64_t bytes_here(const CatalogEntry& entry) const { return state_of(entry).bytes; }
  /// Whether it was found whole since the program started.
  bool was_verified(const CatalogEntry& entry) const;
  /// The first model of the catalogue for a task that is here; nullptr if none is.
  const CatalogEntry* first_here(Task task) const;

  /// What the models take of the disk, in bytes.
  struct Room {
    std::uint64_t ready = 0, partial = 0, arriving = 0, free = 0;
    std::uint64_t used() const { return ready + partial + arriving; }
  };
  Room room() const;
  int arriving() const;
  /// Whether it can run here; `bytes_a_second`: see FitFacts.
  Fit fit(const CatalogEntry& entry, double bytes_a_second) const;

  /// Begins or resumes; a damaged model is fetched anew. `arrived` is called once the model is here and verified.
  void fetch(const CatalogEntry& entry, std::function<void()> arrived = {});
  /// What arrived stays.
  void pause(const CatalogEntry& entry);
  /// Throws what arrived away. Ends a verifying.
  void cancel(const CatalogEntry& entry);
  /// Reads all files and says whether they are as they should be.
  void verify(const CatalogEntry& entry);
  /// Deletes a model's files.
  void remove(const CatalogEntry& entry);
  /// The same at a time, or when the shelf ends; until then keep() brings it back. It seems to be gone at once.
  void remove_at(const CatalogEntry& entry, double ms);
  void keep(const CatalogEntry& entry);
  /// Deletes what is due.
  void sweep(double now_ms);
  /// Looks again what is here.
  void look();
  /// Takes another folder; what arrives in the old one is paused.
  void move_to(ModelStore store);

 private:
  /// A job on a model's files. There is one at a time: the next waits until it has ended.
  struct Running {
    std::atomic<bool> stopped{false}, ended{false};
  };
  using RunningPtr = std::shared_ptr<Running>;
  using Work = std::function<void(const Worker::Turn& turn, const RunningPtr& running)>;
  struct State {
    ModelPlace place = ModelPlace::missing;  // by what lies on the disk
    std::uint64_t bytes = 0;
    bool verified = false;
    std::optional<Arrival> arrival;
    std::optional<double> goes_ms;  // when its files are to be deleted, by the clock
    RunningPtr running;
  };

  State& state_of(const CatalogEntry& entry) { return states_[entry.name]; }
  const State& state_of(const CatalogEntry& entry) const;
  void start(const CatalogEntry& entry, Work work);
  DownloadProgress progress_of(const CatalogEntry& entry, const Worker::Turn& turn, const RunningPtr& running);
  bool is_last(const CatalogEntry& entry, const RunningPtr& running) const;
  void end(const CatalogEntry& entry, const RunningPtr& running, const std::string& problem);
  void look_at(const CatalogEntry& entry);
  void stop_all();
  void remove_promised();

  Worker& fetcher_;
  ModelStore store_;
  std::span<const CatalogEntry> entries_;
  std::map<std::string, State> states_;
  std::uint64_t free_ = 0;
};

}  // namespace wick::views
