#pragma once
// A thread that computes, and the way back to the one that shows what it found.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wick::views {

/// A piece of work that a Worker advances. Copies mean the same one; the last copy's end does not stop it.
class Job {
 public:
  Job() = default;

  /// From then on no step of it begins, and nothing that it posted arrives. Call it where deliver() is called.
  void stop() const;
  explicit operator bool() const { return state_ != nullptr; }

 private:
  friend class Worker;
  struct State {
    std::atomic<bool> stopped{false};
  };
  explicit Job(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// A thread whose jobs advance by turns, a step of some tens of milliseconds each, so that a hover over a picture is
/// answered while a model writes. What a job finds goes back by post() and is handled in deliver(), on the thread that
/// owns the views: they are touched by no other, and need no locks.
class Worker {
 public:
  using Call = std::function<void()>;
  /// What a job may do while it runs.
  class Turn {
   public:
    /// `call` runs in the next deliver(), unless the job is stopped before.
    void post(Call call) const;
    /// Whether a step that takes long should end early.
    bool stopped() const { return state_->stopped; }

   private:
    friend class Worker;
    Turn(Worker& worker, std::shared_ptr<Job::State> state) : worker_(&worker), state_(std::move(state)) {}
    Worker* worker_;
    std::shared_ptr<Job::State> state_;
  };
  /// Does a step; false when all is done.
  using Step = std::function<bool(const Turn&)>;
  /// What went wrong in a step, which ends its job.
  using Failed = std::function<void(const std::string& message)>;

  /// `wake` is called, from any thread, when deliver() has something to do. With several threads, so many jobs advance
  /// side by side; none is ever on two at once.
  explicit Worker(Call wake, int threads = 1);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Job start(Step step, Failed failed);
  /// Runs what the jobs posted since the last call.
  void deliver();

 private:
  struct Entry {
    std::shared_ptr<Job::State> state;
    Step step;
    Failed failed;
  };
  struct Posted {
    std::shared_ptr<Job::State> state;
    Call call;
  };
  void run();
  bool advance(Entry& entry);
  void post(Posted posted);

  Call wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Entry> entries_;
  std::vector<Posted> posted_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wick::views
