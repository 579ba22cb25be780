#include "views/model_shelf.h"

#include <stdexcept>

#include "core/clock.h"
#include "core/error.h"

namespace wick::views {
namespace {

/// Thrown out of a download to end it.
struct Stopped : std::runtime_error {
  Stopped() : std::runtime_error("stopped") {}
};

}  // namespace

std::optional<double> Arrival::seconds_left() const {
  if (bytes_a_second <= 0 || bytes_total <= bytes_done) return std::nullopt;
  return static_cast<double>(bytes_total - bytes_done) / bytes_a_second;
}

std::optional<Task> task_of(const CatalogEntry& entry) {
  if (entry.task == "chat") return Task::chat;
  if (entry.task == "transcribe") return Task::speech;
  if (entry.task == "segment") return Task::segment;
  return std::nullopt;
}

ModelPlace ModelShelf::place(const CatalogEntry& entry) const {
  const auto fetching = fetching_.find(entry.name);
  if (fetching != fetching_.end() && fetching->second.job && !fetching->second.arrival.paused)
    return ModelPlace::arriving;
  const auto place = places_.find(entry.name);
  return place == places_.end() ? ModelPlace::missing : place->second;
}

const Arrival* ModelShelf::arrival(const CatalogEntry& entry) const {
  const auto fetching = fetching_.find(entry.name);
  return fetching == fetching_.end() ? nullptr : &fetching->second.arrival;
}

const CatalogEntry* ModelShelf::first_here(Task task) const {
  for (const CatalogEntry& entry : catalog())
    if (task_of(entry) == task && place(entry) == ModelPlace::here) return &entry;
  return nullptr;
}

void ModelShelf::look() {
  for (const CatalogEntry& entry : catalog()) {
    ModelPlace& place = places_[entry.name];
    place = store_.has(entry) ? ModelPlace::here : ModelPlace::missing;
    for (const CatalogFile& file : entry.files)
      if (place == ModelPlace::missing && store_.bytes_here(file) > 0) place = ModelPlace::partial;
  }
}

void ModelShelf::fetch(const CatalogEntry& entry, std::function<void()> arrived) {
  Fetching& fetching = fetching_[entry.name];
  if (fetching.job && !fetching.arrival.paused) return;
  const auto stopped = std::make_shared<std::atomic<bool>>(false);
  fetching = {};
  fetching.stopped = stopped;
  fetching.arrival.doing = "Waiting";
  fetching.arrival.bytes_total = entry.bytes();
  const auto update = [this, name = entry.name](std::uint64_t done, std::uint64_t total) {
    Fetching& now = fetching_[name];
    if (now.began_ms == 0) {
      now.began_ms = now_ms();
      now.began_at = done;
    }
    now.arrival.doing.clear();
    now.arrival.bytes_done = done;
    if (total > 0) now.arrival.bytes_total = total;
    const double seconds = (now_ms() - now.began_ms) / 1e3;
    if (seconds > 0.5) now.arrival.bytes_a_second = static_cast<double>(done - std::min(done, now.began_at)) / seconds;
  };
  fetching.job = fetcher_.start(
      [this, &entry, store = store_, stopped, update, arrived = std::move(arrived),
       told_ms = 0.0](const Worker::Turn& turn) mutable {
        store.fetch(
            entry,
            [&](std::uint64_t done, std::uint64_t total) {
              if (*stopped || turn.stopped()) throw Stopped();
              if (now_ms() - told_ms < 100) return;
              told_ms = now_ms();
              turn.post([update, done, total] { update(done, total); });
            },
            [&](const std::string& words) {
              turn.post([this, &entry, words] { fetching_[entry.name].arrival.doing = words; });
            });
        turn.post([this, &entry, arrived] {
          fetching_.erase(entry.name);
          look();
          if (arrived) arrived();
        });
        return false;
      },
      [this, &entry, stopped](const std::string& message) {
        Fetching& now = fetching_[entry.name];
        now.job = {};
        if (!*stopped) now.arrival.problem = message;
        look();
      });
}

void ModelShelf::pause(const CatalogEntry& entry) {
  const auto fetching = fetching_.find(entry.name);
  if (fetching == fetching_.end()) return;
  *fetching->second.stopped = true;
  fetching->second.arrival.paused = true;
}

void ModelShelf::cancel(const CatalogEntry& entry) {
  pause(entry);
  fetching_.erase(entry.name);
  store_.remove(entry);
  look();
}

void ModelShelf::remove(const CatalogEntry& entry) {
  store_.remove(entry);
  look();
}

}  // namespace wick::views
