#include "kernels/thread_pool.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

using namespace wick;

namespace {

/// Checks that one dispatch of `count` tasks runs each index exactly once, on threads that exist.
void check_dispatch(ThreadPool& pool, Index count) {
  std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
  std::atomic<int> strays{0};
  pool.for_each(count, [&](Index index, int thread) {
    if (index < 0 || index >= count || thread < 0 || thread >= pool.threads())
      ++strays;
    else
      ++runs[static_cast<std::size_t>(index)];
  });
  int wrong = 0;
  for (const std::atomic<int>& run : runs) wrong += run != 1;
  INFO(pool.threads() << " threads, " << count << " tasks");
  CHECK(strays == 0);
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("thread pool: every index runs exactly once") {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() <= threads);
    for (const Index count : {0, 1, 2, 3, 7, 8, 100, 10000}) check_dispatch(pool, count);
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
