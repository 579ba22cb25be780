#include "audio/sample_queue.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace wick;

TEST_CASE("sample queue: gives everything in order, and counts what had no room") {
  SampleQueue queue(5);
  const float samples[] = {1, 2, 3, 4, 5, 6, 7};
  queue.push(std::span(samples).first(3));
  CHECK(queue.take() == std::vector<float>{1, 2, 3});
  CHECK(queue.take().empty());
  queue.push(samples);  // over the ring's end
  CHECK(queue.dropped() == 2);
  CHECK(queue.take() == std::vector<float>{1, 2, 3, 4, 5});
}

TEST_CASE("sample queue: one thread fills, another empties, and every sample arrives once or is counted") {
  constexpr int kSamples = 200000;
  SampleQueue queue(1000);
  std::atomic<bool> filled = false;
  std::thread filler([&] {
    for (int i = 0; i < kSamples; i += 4) {
      const float some[] = {static_cast<float>(i), static_cast<float>(i + 1), static_cast<float>(i + 2),
                            static_cast<float>(i + 3)};
      queue.push(some);
    }
    filled = true;
  });
  std::vector<float> taken;
  for (bool last = false; !last;) {
    last = filled;
    const std::vector<float> some = queue.take();
    taken.insert(taken.end(), some.begin(), some.end());
  }
  filler.join();
  CHECK(taken.size() + queue.dropped() == kSamples);
  CHECK(std::adjacent_find(taken.begin(), taken.end(), std::greater_equal<>()) == taken.end());
}
