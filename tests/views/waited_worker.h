#pragma once
// A worker that a test waits for.
#include <functional>
#include <semaphore>

#include "views/worker.h"

namespace wick::test {

struct WaitedWorker {
  explicit WaitedWorker(int threads = 1) : worker([this] { woken.release(); }, threads) {}

  /// Delivers what the jobs post until `done`.
  void until(const std::function<bool()>& done) {
    while (!done()) {
      woken.acquire();
      worker.deliver();
    }
  }

  std::counting_semaphore<> woken{0};
  views::Worker worker;
};

}  // namespace wick::test
