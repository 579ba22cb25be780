// Bands of rows on several threads at once.
#include "models/bands.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "core/tensor.h"

using namespace wick;

TEST_CASE("bands: every row is in one band, and what bands compute does not depend on the threads") {
  constexpr Index kRows = 1000, kColumns = 300;
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 5}) {
    const Device device = Device::cpu(threads);
    Tensor y = Tensor::zeros({kRows, kColumns}, DType::f32, device);
    const Tensor x = Tensor::arange(0, kColumns, 1, DType::f32, device);
    for_bands(device, kRows, 1 << 13, [&](Index first, Index last) {
      Tensor rows = y.slice(0, first, last);
      rows.copy_from(rows + softmax(x * 0.01, 0) + 1);
    });
    results.push_back(y.to_vector<float>());
    CHECK(device.bytes_in_use() > 0);
  }
  for (const std::vector<float>& result : results) {
    CHECK(result == results.front());
    CHECK(result.front() > 1);
    CHECK(result.back() < 2);  // added once
  }
}

TEST_CASE("bands: the first error of any band reaches the caller when all have ended, and the next ones run") {
  const Device device = Device::cpu(3);
  std::atomic<int> ended{0};
  const auto run = [&](Index bad) {
    for_bands(device, 64, 1 << 18, [&](Index first, Index) {
      if (first == bad) throw std::runtime_error("the fifth");
      ++ended;
    });
  };
  CHECK_THROWS_WITH(run(5), "the fifth");
  CHECK(ended == 63);
  CHECK_NOTHROW(run(-1));
  CHECK(ended == 127);
  CHECK_NOTHROW(for_bands(device, 0, 8, [](Index, Index) { FAIL("no rows"); }));
}

TEST_CASE("bands: they are about equal, and as many for each thread where there are rows enough") {
  for (const int asked : {1, 2, 3}) {
    const Device device = Device::cpu(asked);
    const int threads = device.workers().pool.threads();  // fewer where no more can be started
    for (const Index rows : {1, 7, 64, 1000}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(rows));
      std::atomic<Index> bands = 0, least = rows, most = 0;
      std::mutex one;
      for_bands(device, rows, Index{1} << 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) ++seen[static_cast<std::size_t>(row)];
        const std::lock_guard lock(one);
        ++bands;
        least = std::min(least.load(), last - first);
        most = std::max(most.load(), last - first);
      });
      CAPTURE(threads, rows);
      for (const std::atomic<int>& times : seen) CHECK(times == 1);
      CHECK((bands % threads == 0 || bands == rows));
      CHECK(most - least <= 1);
      CHECK(most <= band_rows(Index{1} << 16));
    }
  }
}

TEST_CASE("bands: what is carried goes from each band to the one below it") {
  for (const int asked : {1, 2, 3}) {
    const Device device = Device::cpu(asked);
    const int threads = device.workers().pool.threads();  // fewer where no more can be started
    for (const Index rows : {0, 1, 5, 100, 1000}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(rows));
      std::atomic<int> begun = 0, apart = 0;
      const auto begin = [&] { return ++begun, Index{-1}; };
      for_carried_bands(device, rows, Index{1} << 15, begin, [&](Index& before, Index first, Index last) {
        apart += before != -1 && before != first;
        before = last;
        apart += last - first > band_rows(Index{1} << 15);
        for (Index row = first; row < last; ++row) ++seen[static_cast<std::size_t>(row)];
      });
      CAPTURE(threads, rows);
      for (const std::atomic<int>& times : seen) CHECK(times == 1);
      CHECK(apart == 0);
      CHECK(begun <= 4 * threads);
    }
  }
}
