#include "views/worker.h"

#include <catch2/catch.hpp>
#include <semaphore>
#include <stdexcept>

#include "views/waited_worker.h"

namespace wick::views {
namespace {

using test::WaitedWorker;

void refuse(const std::string& message) { FAIL(message); }

TEST_CASE("worker: what a job posts arrives in order, on the thread that delivers") {
  WaitedWorker waiting;
  std::vector<int> found;
  const auto here = std::this_thread::get_id();
  waiting.worker.start(
      [&, count = 0](const Worker::Turn& turn) mutable {
        turn.post([&, value = count] {
          CHECK(std::this_thread::get_id() == here);
          found.push_back(value);
        });
        return ++count < 4;
      },
      refuse);
  waiting.until([&] { return found.size() == 4; });
  CHECK(found == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("worker: jobs advance by turns") {
  WaitedWorker waiting;
  std::vector<char> steps;
  std::atomic<bool> both{false};
  const auto job = [&](char name) {
    return [&, name, left = 3](const Worker::Turn& turn) mutable {
      while (!both) std::this_thread::yield();
      turn.post([&, name] { steps.push_back(name); });
      return --left > 0;
    };
  };
  waiting.worker.start(job('a'), refuse);
  waiting.worker.start(job('b'), refuse);
  both = true;
  waiting.until([&] { return steps.size() == 6; });
  CHECK(std::string(steps.begin(), steps.end()) == "ababab");
}

TEST_CASE("worker: a job that was stopped posts nothing any more, even what is on its way") {
  WaitedWorker waiting;
  bool late = false, next = false;
  std::binary_semaphore posted{0};
  const Job job = waiting.worker.start(
      [&](const Worker::Turn& turn) {
        turn.post([&] { late = true; });
        posted.release();
        return true;
      },
      refuse);
  posted.acquire();
  job.stop();
  waiting.worker.start(
      [&](const Worker::Turn& turn) {
        turn.post([&] { next = true; });
        return false;
      },
      refuse);
  waiting.until([&] { return next; });
  CHECK_FALSE(late);
}

TEST_CASE("worker: an exception ends its job and says why") {
  WaitedWorker waiting;
  std::string why;
  waiting.worker.start([](const Worker::Turn&) -> bool { throw std::runtime_error("no such file"); },
                       [&](const std::string& message) { why = message; });
  waiting.until([&] { return !why.empty(); });
  CHECK(why == "no such file");
}

TEST_CASE("worker: its end does not wait for jobs that would go on for ever") {
  WaitedWorker waiting;
  waiting.worker.start([](const Worker::Turn&) { return true; }, refuse);
}

}  // namespace
}  // namespace wick::views
