#include "kernels/thread_pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace wick {
namespace {

constexpr auto kSpin = std::chrono::microseconds(200);  // a fork-join costs 0.3 us while spinning, 50 us once parked
constexpr std::uint32_t kClosed = 1u << 31;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Spins until ready() or until kSpin has passed; returns whether ready() held.
template <class Ready>
bool spin_until(Ready&& ready) {
  const auto start = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < 64; ++i) {
      if (ready()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() - start < kSpin);
  return false;
}

/// Whose task the calling thread is in.
struct Inside {
  const void* pool = nullptr;
  int thread = 0;
};
thread_local Inside current;

}  // namespace

// A dispatch opens a gate. Workers that come in time pass it, take indices until none are left, and go out again; the
// caller does the same, closes the gate and waits for those inside. Workers that come late find it closed: a dispatch
// never waits for a sleeper.
struct ThreadPool::State {
  // What changes at every dispatch, at every index, and at every sleep lies on lines of its own.
  alignas(64) std::atomic<std::uint32_t> epoch{0};
  alignas(64) std::atomic<std::uint32_t> gate{kClosed};  // workers inside; kClosed: no more may pass
  struct alignas(64) Run {
    std::atomic<Index> next{0};
    Index end = 0;  // written as `call` is
  };
  std::vector<Run> runs;  // one for each thread
  alignas(64) std::atomic<int> parked{0};

  // Written only while the gate is closed and nobody is inside.
  alignas(64) Call call = nullptr;
  void* context = nullptr;
  int run_count = 0;
  std::atomic<bool> stopping{false};

  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> threads;

  void take_indices(int thread) {
    for (int at = 0; at < run_count; ++at) {
      Run& run = runs[static_cast<std::size_t>(thread + at) % static_cast<std::size_t>(run_count)];
      for (Index i; (i = run.next.fetch_add(1, std::memory_order_relaxed)) < run.end;) call(context, i, thread);
    }
  }

  bool enter() {
    std::uint32_t inside = gate.load(std::memory_order_relaxed);
    while (!(inside & kClosed)) {
      if (gate.compare_exchange_weak(inside, inside + 1, std::memory_order_acquire, std::memory_order_relaxed))
        return true;
    }
    return false;
  }

  void publish() {
    epoch.fetch_add(1);
    // Sequential consistency of `epoch` and `parked`: either this sees the sleeper or the sleeper sees the new epoch.
    if (parked.load() == 0) return;
    {
      const std::lock_guard lock(mutex);
    }  // a thread that has counted itself is now asleep, or has seen the epoch
    wake.notify_all();
  }

  void park(std::uint32_t seen) {
    std::unique_lock lock(mutex);
    parked.fetch_add(1);
    wake.wait(lock, [&] { return epoch.load() != seen; });
    parked.fetch_sub(1);
  }

  void work(int thread) {
    std::uint32_t seen = 0;
    current = {this, thread};
    for (;;) {
      if (!spin_until([&] { return epoch.load(std::memory_order_acquire) != seen; })) park(seen);
      seen = epoch.load(std::memory_order_acquire);
      if (stopping.load(std::memory_order_relaxed)) return;
      if (!enter()) continue;
      take_indices(thread);
      gate.fetch_sub(1, std::memory_order_release);
    }
  }
};

ThreadPool::ThreadPool(int threads) : threads_(1) {
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
  if (threads <= 1) return;
  state_ = std::make_unique<State>();
  state_->runs = std::vector<State::Run>(static_cast<std::size_t>(threads));
  state_->threads.reserve(static_cast<std::size_t>(threads) - 1);
  try {
    for (; threads_ < threads; ++threads_)
      state_->threads.emplace_back([state = state_.get(), thread = threads_] { state->work(thread); });
  } catch (const std::system_error&) {  // no more threads to be had: those that run will do
  }
#else
  static_cast<void>(threads);
#endif
}

ThreadPool::~ThreadPool() {
  if (!state_) return;
  state_->stopping.store(true, std::memory_order_relaxed);
  state_->publish();
  for (std::thread& thread : state_->threads) thread.join();
}

int ThreadPool::thread() const { return state_ && current.pool == state_.get() ? current.thread : 0; }

int ThreadPool::free_threads() const { return state_ && current.pool == state_.get() ? 1 : threads_; }

void ThreadPool::dispatch(Index count, int runs, Call call, void* context) {
  if (count <= 1 || free_threads() == 1) {
    const int own = thread();
    for (Index i = 0; i < count; ++i) call(context, i, own);
    return;
  }
  State& state = *state_;
  state.call = call;
  state.context = context;
  state.run_count = runs;
  for (int i = 0; i < runs; ++i) {
    State::Run& run = state.runs[static_cast<std::size_t>(i)];
    run.next.store(count * i / runs, std::memory_order_relaxed);
    run.end = count * (i + 1) / runs;
  }
  state.gate.store(0, std::memory_order_release);
  state.publish();
  const Inside outside = std::exchange(current, {&state, 0});
  state.take_indices(0);
  current = outside;
  state.gate.fetch_or(kClosed, std::memory_order_relaxed);
  const auto empty = [&] { return state.gate.load(std::memory_order_acquire) == kClosed; };
  while (!spin_until(empty)) std::this_thread::yield();  // a worker that lost its core gets this one
}

}  // namespace wick
