#include "kernels/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

using namespace wick;

namespace {

/// Checks that a dispatch of `count` tasks of either kind runs each index exactly once, on threads that exist.
void check_dispatch(ThreadPool& pool, Index count) {
  for (const bool in_runs : {false, true}) {
    std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
    std::atomic<int> strays{0};
    auto task = [&](Index index, int thread) {
      if (index < 0 || index >= count || thread < 0 || thread >= pool.threads())
        ++strays;
      else
        ++calls[static_cast<std::size_t>(index)];
    };
    if (in_runs)
      pool.for_each_in_runs(count, task);
    else
      pool.for_each(count, task);
    int wrong = 0;
    for (const std::atomic<int>& call : calls) wrong += call != 1;
    INFO(pool.threads() << " threads, " << count << " tasks" << (in_runs ? " in runs" : ""));
    CHECK(strays == 0);
    CHECK(wrong == 0);
  }
}

}  // namespace

TEST_CASE("thread pool: every index runs exactly once") {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() <= threads);
    for (const Index count : {0, 1, 2, 3, 7, 8, 100, 10000}) check_dispatch(pool, count);
  }
}

TEST_CASE("thread pool: a task's own tasks run on its thread, each once, and other pools' on theirs") {
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads), other(2);
    std::vector<std::atomic<int>> calls(100);
    std::atomic<int> strays{0};
    pool.for_each(10, [&](Index outer, int thread) {
      strays += pool.thread() != thread || pool.free_threads() != 1;
      pool.for_each(10, [&](Index index, int inner) {
        strays += inner != thread || pool.thread() != thread;
        ++calls[static_cast<std::size_t>(10 * outer + index)];
      });
    });
    for (const std::atomic<int>& call : calls) CHECK(call == 1);
    other.for_each(4, [&](Index, int) { strays += pool.thread() != 0 || pool.free_threads() != pool.threads(); });
    CHECK(strays == 0);
    CHECK(pool.thread() == 0);
    CHECK(pool.free_threads() == pool.threads());
  }
}

TEST_CASE("thread pool: what tasks wrote is seen after the dispatch, thousands of times over") {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    std::vector<int> values(5, 0);
    constexpr int kDispatches = 3000;
    int wrong = 0;
    for (int i = 1; i <= kDispatches; ++i) {
      pool.for_each(5, [&](Index index, int) { ++values[static_cast<std::size_t>(index)]; });
      for (const int value : values) wrong += value != i;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("thread pool: a thread's scratch is its own") {
  ThreadPool pool(7);
  std::vector<std::atomic<bool>> taken(7);
  std::atomic<int> clashes{0};
  pool.for_each(5000, [&](Index, int thread) {
    std::atomic<bool>& mine = taken[static_cast<std::size_t>(thread)];
    if (mine.exchange(true)) ++clashes;
    mine = false;
  });
  CHECK(clashes == 0);
}

TEST_CASE("thread pool: parked threads wake up again") {
  for (const int threads : {2, 3, 7}) {
    ThreadPool pool(threads);
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(i % 3));  // longer than a worker spins, except at 0
      check_dispatch(pool, 50);
    }
  }
}

TEST_CASE("thread pool: each thread takes its own run in order, and helps with the others'") {
  ThreadPool pool(2);
  if (pool.threads() < 2) return;
  std::vector<Index> taken[2];  // the first thread's run is 0 to 4, the second's 5 to 9
  std::atomic<bool> last_done{false};
  pool.for_each_in_runs(10, [&](Index index, int thread) {
    taken[thread].push_back(thread == 0 ? index : (index + 5) % 10);
    if (index == 9) last_done = true;
    while (index == 0 && !last_done) std::this_thread::yield();
  });
  CHECK(taken[0].size() + taken[1].size() == 10);
  for (const std::vector<Index>& indices : taken) CHECK(std::is_sorted(indices.begin(), indices.end()));
}

TEST_CASE("thread pool: all threads take part where tasks wait for each other") {
  ThreadPool pool(3);
  const int threads = pool.threads();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));  // parked
  std::atomic<int> arrived{0};
  pool.for_each(threads, [&](Index, int) {
    ++arrived;
    while (arrived < threads) std::this_thread::yield();
  });
  CHECK(arrived == threads);
}

TEST_CASE("thread pool: pools come and go, used or not, and work side by side") {
  for (int i = 0; i < 50; ++i) {
    ThreadPool unused(3);
    ThreadPool outer(2);
    ThreadPool inner(2);
    std::atomic<Index> sum{0};
    outer.for_each(1, [&](Index, int) { inner.for_each(10, [&](Index index, int) { sum += index; }); });
    CHECK(sum == 45);
  }
}

TEST_CASE("physical cores: at least one, and no more than logical processors") {
  CHECK(physical_cores() >= 1);
  if (const unsigned logical = std::thread::hardware_concurrency(); logical > 0)
    CHECK(physical_cores() <= static_cast<int>(logical));
}
