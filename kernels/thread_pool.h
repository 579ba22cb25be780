#pragma once
// One fork-join pool for all kernels of a device.
#include <cstddef>
#include <memory>
#include <type_traits>

#include "kernels/dtype.h"

namespace wick {

/// A fixed set of threads that share out indexed tasks. The caller takes part, so a pool of one starts no thread.
/// Between two dispatches the workers spin for some hundreds of microseconds, then park.
/// One dispatch at a time, called from one thread. A task may call for_each itself: then its thread does it all.
class ThreadPool {
 public:
  /// threads >= 1, the caller included. Where threads cannot be started the pool shrinks to those that run.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }
  /// Which of them calls: 0 for all that are not this pool's.
  int thread() const;
  /// Threads that for_each would share its tasks out to: one within a task.
  int free_threads() const;

  /// Calls task(index, thread) once for every index in [0, count), in increasing order as threads become free;
  /// `thread` in [0, threads()) names the scratch area to use. Returns when all calls have returned.
  template <class Task>
  void for_each(Index count, Task&& task) {
    dispatch(count, 1, call_of<Task>(), &task);
  }

  /// As `for_each`, but every thread takes neighbouring indices one after the other, from a run of its own, before it
  /// helps with the others': for tasks that read memory in order.
  template <class Task>
  void for_each_in_runs(Index count, Task&& task) {
    dispatch(count, threads_, call_of<Task>(), &task);
  }

 private:
  using Call = void (*)(void* context, Index index, int thread);
  void dispatch(Index count, int runs, Call call, void* context);

  template <class Task>
  static Call call_of() {
    return [](void* context, Index index, int thread) {
      (*static_cast<std::remove_reference_t<Task>*>(context))(index, thread);
    };
  }

  struct State;
  std::unique_ptr<State> state_;
  int threads_;
};

/// Physical cores that this process may run on (logical processors sharing a core count once), at least 1.
int physical_cores();

}  // namespace wick
