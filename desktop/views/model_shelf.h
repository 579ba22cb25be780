#pragma once
// The models of the catalogue on this machine: what is here, what arrives, what could be had.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fetch/store.h"
#include "models/task.h"
#include "views/worker.h"

namespace wick::views {

/// A model's way from its source to this machine.
struct Arrival {
  std::uint64_t bytes_done = 0, bytes_total = 0;
  double bytes_a_second = 0;
  std::string doing;    // what happens now, in words
  std::string problem;  // why it ended
  bool paused = false;

  /// Seconds until all is here; nothing while that is not known.
  std::optional<double> seconds_left() const;
};

enum class ModelPlace { missing, partial, arriving, here };

/// The catalogue's word for what a model is for, and ours.
std::optional<Task> task_of(const CatalogEntry& entry);

class ModelShelf {
 public:
  /// `fetcher` is a worker of its own: a download waits for the net, and nothing should wait for it.
  ModelShelf(Worker& fetcher, ModelStore store) : fetcher_(fetcher), store_(std::move(store)) { look(); }

  const ModelStore& store() const { return store_; }
  ModelPlace place(const CatalogEntry& entry) const;
  const Arrival* arrival(const CatalogEntry& entry) const;
  /// The first model of the catalogue for a task that is here; nullptr if none is.
  const CatalogEntry* first_here(Task task) const;

  /// Begins or resumes. `arrived` is called once the model is here and verified.
  void fetch(const CatalogEntry& entry, std::function<void()> arrived = {});
  /// What arrived stays.
  void pause(const CatalogEntry& entry);
  /// Throws what arrived away.
  void cancel(const CatalogEntry& entry);
  /// Deletes a model's files. Throws Error if one stays.
  void remove(const CatalogEntry& entry);
  /// Looks again what is here.
  void look();

 private:
  struct Fetching {
    Job job;
    std::shared_ptr<std::atomic<bool>> stopped;
    Arrival arrival;
    double began_ms = 0;
    std::uint64_t began_at = 0;  // bytes
  };

  Worker& fetcher_;
  ModelStore store_;
  std::map<std::string, ModelPlace> places_;
  std::map<std::string, Fetching> fetching_;
};

}  // namespace wick::views
