#pragma once
// The recordings' folder, written and read on a thread of its own.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "views/transcribe/recording_store.h"
#include "views/worker.h"

namespace wick::views {

/// Has a worker do what a RecordingStore does. What cannot be written stays in memory, where it is listed and opened as
/// all others. Of the thread that calls Worker::deliver(), as all that it calls.
class RecordingKeeper {
 public:
  /// Reads the list.
  RecordingKeeper(Worker& worker, const std::string& folder);
  RecordingKeeper(const RecordingKeeper&) = delete;
  RecordingKeeper& operator=(const RecordingKeeper&) = delete;

  /// Newest first.
  const std::vector<RecordingHead>& heads() const { return heads_; }
  /// Why something is not kept, or nothing.
  const std::string& problem() const { return problem_; }
  /// Something is on its way from or to the disk.
  bool busy() const { return busy_ > 0; }
  /// Tries once more to keep what is not, waits until nothing is on its way, and calls what waits for it. To be called
  /// before this ends.
  void finish();

  void save(const Recording& recording);
  /// Writes what could not be written.
  void try_again();
  bool can_try_again() const { return !unkept_.empty(); }
  /// `title`: to tell which was not deleted. `then` is called once it is gone.
  void remove(const std::string& id, const std::string& title, std::function<void()> then);
  /// Undoes remove().
  void restore(const std::string& id, std::function<void()> then);
  void load(const std::string& id, std::function<void(const Recording&)> then, Worker::Failed failed);

  /// Where the sound of a microphone's recording is kept.
  std::string sound_of(const std::string& id) const { return store_->sound_of(id); }

 private:
  using Act = std::function<void(RecordingStore&)>;
  using Kept = std::shared_ptr<const Recording>;
  void keep(Act act, std::function<void()> then, Worker::Failed failed);
  void save(const Kept& recording);
  void list(std::vector<RecordingHead> heads);

  Worker& worker_;
  std::shared_ptr<RecordingStore> store_;  // only the worker's steps touch it, but for paths
  std::vector<RecordingHead> heads_;
  std::map<std::string, Kept> unkept_;   // by id: the newest that could not be written
  std::map<std::string, Kept> removed_;  // of these, for restore()
  std::string problem_;
  int busy_ = 0;  // what is on its way
};

}  // namespace wick::views
