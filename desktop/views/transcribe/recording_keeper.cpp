#include "views/transcribe/recording_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace wick::views {

RecordingKeeper::RecordingKeeper(Worker& worker, const std::string& folder)
    : worker_(worker), store_(std::make_shared<RecordingStore>(folder)) {
  keep([](RecordingStore&) {}, {}, {});
}

void RecordingKeeper::finish() {
  try_again();
  while (busy()) {
    worker_.deliver();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Has something done in the folder, then reads the list anew.
void RecordingKeeper::keep(Act act, std::function<void()> then, Worker::Failed failed) {
  ++busy_;
  worker_.start(
      [this, store = store_, act = std::move(act), then = std::move(then)](const Worker::Turn& turn) {
        act(*store);
        turn.post([this, then, heads = store->heads()]() mutable {
          --busy_;
          if (then) then();
          if (unkept_.empty()) problem_.clear();
          list(std::move(heads));
        });
        return false;
      },
      [this, failed = std::move(failed)](const std::string& message) {
        --busy_;
        problem_ = message;
        if (failed) failed(message);
      });
}

/// Of the folder, with those that could not be written to it.
void RecordingKeeper::list(std::vector<RecordingHead> heads) {
  for (const auto& [id, recording] : unkept_) {
    std::erase_if(heads, [&](const RecordingHead& head) { return head.id == id; });
    const auto older = [&](const RecordingHead& head) { return head.updated < recording->updated; };
    heads.insert(std::find_if(heads.begin(), heads.end(), older), head_of(*recording));
  }
  heads_ = std::move(heads);
}

void RecordingKeeper::save(const Recording& recording) { save(std::make_shared<const Recording>(recording)); }

void RecordingKeeper::save(const Kept& recording) {
  const std::string& id = recording->id;
  keep([recording](RecordingStore& store) { store.save(*recording); }, [this, id] { unkept_.erase(id); },
       [this, recording](const std::string&) {
         unkept_[recording->id] = recording;
         list(std::move(heads_));
       });
}

void RecordingKeeper::try_again() {
  for (const auto& [id, recording] : unkept_) save(recording);
}

void RecordingKeeper::remove(const std::string& id, const std::string& title, std::function<void()> then) {
  if (const auto unkept = unkept_.extract(id)) removed_[id] = unkept.mapped();
  keep([id](RecordingStore& store) { store.remove(id); }, std::move(then),
       [this, id, title](const std::string& message) {
         problem_ = fmt::format("“{}” was not deleted: {}", title, message);
         if (const auto unkept = removed_.extract(id)) unkept_[id] = unkept.mapped();
       });
}

void RecordingKeeper::restore(const std::string& id, std::function<void()> then) {
  keep([id](RecordingStore& store) { store.restore(id); },
       [this, id, then = std::move(then)] {
         if (const auto removed = removed_.extract(id)) save(removed.mapped());
         then();
       },
       {});
}

void RecordingKeeper::load(const std::string& id, std::function<void(const Recording&)> then, Worker::Failed failed) {
  ++busy_;
  const auto found = [this, id, then = std::move(then)](const Recording* recording) {
    --busy_;
    const auto unkept = unkept_.find(id);
    if (unkept != unkept_.end()) recording = unkept->second.get();
    if (recording) then(*recording);
    return recording != nullptr;
  };
  worker_.start(
      [id, found, store = store_](const Worker::Turn& turn) {
        turn.post([found, recording = store->load(id)] { found(&recording); });
        return false;
      },
      [found, failed = std::move(failed)](const std::string& message) {
        if (!found(nullptr)) failed(message);
      });
}

}  // namespace wick::views
