#include "views/model_shelf.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "core/clock.h"
#include "core/error.h"

namespace wick::views {
namespace {

constexpr double kWindowMs = 4000, kLeastMs = 250;  // of the speed
constexpr double kTellMs = 100;                     // between two reports of a download

/// Bytes free where a folder is, or will be.
std::uint64_t free_bytes(std::filesystem::path folder) {
  std::error_code failed;
  while (!std::filesystem::exists(folder, failed) && folder.has_relative_path()) folder = folder.parent_path();
  const auto space = std::filesystem::space(folder.empty() ? "." : folder, failed);
  return failed ? 0 : space.available;
}

/// Says when a scope is left, however it is.
class Ended {
 public:
  explicit Ended(std::atomic<bool>& flag) : flag_(flag) {}
  ~Ended() { flag_ = true; }
  Ended(const Ended&) = delete;
  Ended& operator=(const Ended&) = delete;

 private:
  std::atomic<bool>& flag_;
};

}  // namespace

ModelStore store_of(const Settings& settings) {
  return settings.models_folder.empty() ? ModelStore() : ModelStore(settings.models_folder);
}

double SpeedMeter::measure(std::uint64_t done, double ms) {
  if (!marks_.empty() && done < marks_.back().done) marks_.clear();
  marks_.push_back({done, ms});
  std::erase_if(marks_, [&](const Mark& mark) { return ms - mark.ms > kWindowMs; });
  const Mark& first = marks_.front();
  return ms - first.ms < kLeastMs ? 0 : static_cast<double>(done - first.done) / (ms - first.ms) * 1e3;
}

double Arrival::part() const {
  return bytes_total > 0 ? static_cast<double>(bytes_done) / static_cast<double>(bytes_total) : 0;
}

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

ModelShelf::ModelShelf(Worker& fetcher, ModelStore store, std::span<const CatalogEntry> entries)
    : fetcher_(fetcher), store_(std::move(store)), entries_(entries) {
  look();
}

ModelShelf::~ModelShelf() {
  stop_all();
  remove_promised();
}

const ModelShelf::State& ModelShelf::state_of(const CatalogEntry& entry) const {
  static const State none;
  const auto found = states_.find(entry.name);
  return found == states_.end() ? none : found->second;
}

ModelPlace ModelShelf::place(const CatalogEntry& entry) const {
  const State& state = state_of(entry);
  if (!state.arrival || state.arrival->verifying) return state.place;
  return state.arrival->runs() ? ModelPlace::arriving : state.arrival->paused ? ModelPlace::partial : state.place;
}

const Arrival* ModelShelf::arrival(const CatalogEntry& entry) const {
  const State& state = state_of(entry);
  return state.arrival ? &*state.arrival : nullptr;
}

bool ModelShelf::was_verified(const CatalogEntry& entry) const { return state_of(entry).verified; }

const CatalogEntry* ModelShelf::first_here(Task task) const {
  for (const CatalogEntry& entry : entries_)
    if (task_of(entry) == task && place(entry) == ModelPlace::here) return &entry;
  return nullptr;
}

ModelShelf::Room ModelShelf::room() const {
  Room room{.free = free_};
  for (const CatalogEntry& entry : entries_) {
    const State& state = state_of(entry);
    if (place(entry) == ModelPlace::arriving) {
      const std::uint64_t done = std::max(state.arrival->bytes_done, state.bytes);
      room.arriving += done;
      room.free -= std::min(room.free, done - state.bytes);
    } else {
      (state.place == ModelPlace::here ? room.ready : room.partial) += state.bytes;
    }
  }
  return room;
}

int ModelShelf::arriving() const {
  return static_cast<int>(std::count_if(entries_.begin(), entries_.end(), [&](const CatalogEntry& entry) {
    return place(entry) == ModelPlace::arriving;
  }));
}

Fit ModelShelf::fit(const CatalogEntry& entry, double bytes_a_second) const {
  static const std::uint64_t memory = machine_memory();
  const std::uint64_t size = entry.bytes();
  return fit_of({.missing = size - std::min(size, state_of(entry).bytes),
                 .size = size,
                 .disk_free = free_,
                 .memory = memory,
                 .bytes_a_second = bytes_a_second});
}

void ModelShelf::look_at(const CatalogEntry& entry) {
  State& state = state_of(entry);
  if (state.goes_ms) return;
  state.bytes = store_.bytes_here(entry);
  const bool here = store_.has(entry);
  if (here && state.place == ModelPlace::damaged) return;
  state.place = here ? ModelPlace::here : state.bytes > 0 ? ModelPlace::partial : ModelPlace::missing;
  if (!here) state.verified = false;
}

void ModelShelf::look() {
  for (const CatalogEntry& entry : entries_) look_at(entry);
  free_ = free_bytes(store_.folder());
}

void ModelShelf::start(const CatalogEntry& entry, Work work) {
  const auto running = std::make_shared<Running>();
  const auto before = std::exchange(state_of(entry).running, running);
  fetcher_.start(
      [running, before, work = std::move(work)](const Worker::Turn& turn) {
        if (before && !before->ended) {
          std::this_thread::sleep_for(std::chrono::milliseconds(10));
          return true;
        }
        const Ended ended(running->ended);
        work(turn, running);
        return false;
      },
      [this, &entry, running](const std::string& message) { end(entry, running, message); });
}

bool ModelShelf::is_last(const CatalogEntry& entry, const RunningPtr& running) const {
  return state_of(entry).running == running;
}

/// Of a job that is over: looks what there is now, unless another has taken its place.
void ModelShelf::end(const CatalogEntry& entry, const RunningPtr& running, const std::string& problem) {
  free_ = free_bytes(store_.folder());
  if (!is_last(entry, running)) return;
  State& state = state_of(entry);
  look_at(entry);
  if (problem.empty()) {
    if (state.arrival && !state.arrival->paused) state.arrival.reset();
    if (state.arrival) {
      state.arrival->given_up = state.arrival->bytes_done - std::min(state.arrival->bytes_done, state.bytes);
      state.arrival->bytes_done = state.bytes;
    }
  } else if (!running->stopped) {
    if (!state.arrival) state.arrival.emplace();
    state.arrival->problem = problem;
  }
}

/// Tells of a job, as often as one can read it; ends it when that is wished.
DownloadProgress ModelShelf::progress_of(const CatalogEntry& entry, const Worker::Turn& turn,
                                         const RunningPtr& running) {
  return [this, &entry, turn, running, told_ms = 0.0, meter = SpeedMeter()](std::uint64_t done,
                                                                            std::uint64_t total) mutable {
    if (running->stopped) throw Error(ErrorKind::cancelled, "stopped");
    const double now = now_ms();
    if (now - told_ms < kTellMs) return;
    told_ms = now;
    turn.post([this, &entry, running, done, total, speed = meter.measure(done, now)] {
      State& state = state_of(entry);
      if (!is_last(entry, running) || !state.arrival || !state.arrival->runs()) return;
      state.arrival->bytes_done = done;
      state.arrival->bytes_total = total;
      state.arrival->bytes_a_second = speed;
    });
  };
}

void ModelShelf::fetch(const CatalogEntry& entry, std::function<void()> arrived) {
  keep(entry);
  State& state = state_of(entry);
  if (state.arrival && state.arrival->runs()) return;
  const bool anew = state.place == ModelPlace::damaged;
  if (anew) state.place = ModelPlace::partial;
  state.arrival.emplace();
  state.arrival->bytes_done = anew ? 0 : state.bytes;
  state.arrival->bytes_total = entry.bytes();
  start(entry, [this, &entry, anew, store = store_, arrived = std::move(arrived)](const Worker::Turn& turn,
                                                                                  const RunningPtr& running) {
    const auto say = [&](const std::string& words) {
      turn.post([this, &entry, running, words] {
        if (State& now = state_of(entry); is_last(entry, running) && now.arrival) now.arrival->doing = words;
      });
    };
    try {
      if (anew) store.remove(entry);
      store.fetch(entry, progress_of(entry, turn, running), say);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::cancelled) throw;
    }
    turn.post([this, &entry, running, arrived] {
      end(entry, running, {});
      if (is_last(entry, running) && place(entry) == ModelPlace::here && arrived) arrived();
    });
  });
}

void ModelShelf::pause(const CatalogEntry& entry) {
  State& state = state_of(entry);
  if (!state.arrival || !state.running || !state.arrival->runs()) return;
  state.running->stopped = true;
  if (state.arrival->verifying) {
    state.arrival.reset();
    return;
  }
  state.arrival->paused = true;
  state.arrival->bytes_a_second = 0;
  state.arrival->doing.clear();
  state.place = ModelPlace::partial;
}

void ModelShelf::cancel(const CatalogEntry& entry) {
  const Arrival* const now = arrival(entry);
  if (now && now->verifying) return pause(entry);
  remove(entry);
}

void ModelShelf::verify(const CatalogEntry& entry) {
  State& state = state_of(entry);
  if (state.arrival && state.arrival->runs()) return;
  state.arrival.emplace();
  state.arrival->bytes_total = entry.bytes();
  state.arrival->verifying = true;
  start(entry, [this, &entry, store = store_](const Worker::Turn& turn, const RunningPtr& running) {
    std::optional<bool> whole;
    try {
      whole = store.verify(entry, progress_of(entry, turn, running));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::cancelled) throw;
    }
    turn.post([this, &entry, running, whole] {
      end(entry, running, {});
      if (!whole || !is_last(entry, running)) return;
      State& now = state_of(entry);
      now.verified = *whole;
      if (now.place == ModelPlace::here || now.place == ModelPlace::damaged)
        now.place = *whole ? ModelPlace::here : ModelPlace::damaged;
    });
  });
}

void ModelShelf::remove_at(const CatalogEntry& entry, double ms) {
  State& state = state_of(entry);
  if (state.running) state.running->stopped = true;
  state.arrival.reset();
  state.place = ModelPlace::missing;
  state.bytes = 0;
  state.verified = false;
  state.goes_ms = ms;
}

void ModelShelf::keep(const CatalogEntry& entry) {
  if (std::exchange(state_of(entry).goes_ms, std::nullopt)) look_at(entry);
}

void ModelShelf::sweep(double now_ms) {
  for (const CatalogEntry& entry : entries_)
    if (const auto& goes = state_of(entry).goes_ms; goes && *goes <= now_ms) remove(entry);
}

/// Where nothing waits for it any more.
void ModelShelf::remove_promised() {
  for (const CatalogEntry& entry : entries_) {
    if (!std::exchange(state_of(entry).goes_ms, std::nullopt)) continue;
    try {
      store_.remove(entry);
    } catch (const Error&) {  // it is found here the next time
    }
  }
}

void ModelShelf::remove(const CatalogEntry& entry) {
  remove_at(entry, 0);
  state_of(entry).goes_ms.reset();
  start(entry, [this, &entry, store = store_](const Worker::Turn& turn, const RunningPtr& running) {
    store.remove(entry);
    turn.post([this, &entry, running] { end(entry, running, {}); });
  });
}

void ModelShelf::stop_all() {
  for (auto& [name, state] : states_)
    if (state.running) state.running->stopped = true;
}

void ModelShelf::move_to(ModelStore store) {
  stop_all();
  remove_promised();
  store_ = std::move(store);
  for (auto& [name, state] : states_) {
    state.arrival.reset();
    state.verified = false;
    state.place = ModelPlace::missing;
  }
  look();
}

}  // namespace wick::views
