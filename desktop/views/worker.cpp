#include "views/worker.h"

#include <exception>
#include <utility>

namespace wick::views {

void Job::stop() const {
  if (state_) state_->stopped = true;
}

void Worker::Turn::post(Call call) const { worker_->post({state_, std::move(call)}); }

Worker::Worker(Call wake, int threads) : wake_(std::move(wake)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Job Worker::start(Step step, Failed failed) {
  auto state = std::make_shared<Job::State>();
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back({state, std::move(step), std::move(failed)});
  }
  changed_.notify_all();
  return Job(std::move(state));
}

void Worker::deliver() {
  std::vector<Posted> posted;
  {
    const std::lock_guard lock(mutex_);
    posted.swap(posted_);
  }
  for (const Posted& each : posted) {
    if (!each.state->stopped) each.call();  // one of these calls may stop the job of another
  }
}

void Worker::post(Posted posted) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(posted));
  }
  wake_();
}

bool Worker::advance(Entry& entry) {
  if (entry.state->stopped) return false;
  try {
    return entry.step(Turn(*this, entry.state));
  } catch (const std::exception& e) {
    post({entry.state, [failed = std::move(entry.failed), message = std::string(e.what())] { failed(message); }});
    return false;
  }
}

void Worker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !entries_.empty(); });
    if (ending_) break;
    std::list<Entry> one;  // out of the list, so that others can be added meanwhile
    one.splice(one.begin(), entries_, entries_.begin());
    lock.unlock();
    const bool goes_on = advance(one.front());
    if (!goes_on) one.clear();  // a model that goes is freed here, not while others wait
    lock.lock();
    entries_.splice(entries_.end(), one);
  }
  std::list<Entry> left;
  left.swap(entries_);
  lock.unlock();
}

}  // namespace wick::views
