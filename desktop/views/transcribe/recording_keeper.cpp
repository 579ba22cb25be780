#include "views/transcribe/recording_keeper.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

namespace wick::views {

RecordingKeeper::RecordingKeeper(Worker& worker, const std::string& folder)
    : worker_(worker), store_(std::make_shared<RecordingStore>(folder)) {
  keep("", [](RecordingStore&) {});
}

void RecordingKeeper::finish() {
  while (busy()) {
    worker_.deliver();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Has something done in the folder, then reads the list anew. `what`: begins the words of its failure.
void RecordingKeeper::keep(const std::string& what, std::function<void(RecordingStore&)> act,
                           std::function<void()> then) {
  ++busy_;
  worker_.start(
      [this, store = store_, act = std::move(act), then = std::move(then)](const Worker::Turn& turn) {
        act(*store);
        turn.post([this, then, heads = store->heads()]() mutable {
          --busy_;
          heads_ = std::move(heads);
          problem_.clear();
          if (then) then();
        });
        return false;
      },
      [this, what](const std::string& message) {
        --busy_;
        problem_ = what + message;
      });
}

void RecordingKeeper::save(const Recording& recording) {
  keep("", [recording](RecordingStore& store) { store.save(recording); });
}

void RecordingKeeper::remove(const std::string& id, const std::string& title, std::function<void()> then) {
  keep(
      fmt::format("“{}” was not deleted: ", title), [id](RecordingStore& store) { store.remove(id); }, std::move(then));
}

void RecordingKeeper::restore(const std::string& id, std::function<void()> then) {
  keep("", [id](RecordingStore& store) { store.restore(id); }, std::move(then));
}

void RecordingKeeper::load(const std::string& id, std::function<void(const Recording&)> then, Worker::Failed failed) {
  ++busy_;
  worker_.start(
      [this, id, store = store_, then = std::move(then)](const Worker::Turn& turn) {
        turn.post([this, then, recording = store->load(id)] {
          --busy_;
          then(recording);
        });
        return false;
      },
      [this, failed = std::move(failed)](const std::string& message) {
        --busy_;
        failed(message);
      });
}

}  // namespace wick::views
