#pragma once
// Work on many rows, a band of them at a time and each by one thread, so that what is between a band's steps stays in
// that thread's caches.
#include <algorithm>
#include <exception>
#include <mutex>

#include "core/device.h"

namespace wick {

/// Calls body(i) for every i in [0, count), on several threads at once; within one call every operation is on its
/// thread alone. Threads begin with neighbours of their own. The first error is thrown when all have ended.
template <class Body>
void for_each_at_once(const Device& device, Index count, Body&& body) {
  std::exception_ptr error;
  std::mutex one;
  device.workers().pool.for_each_in_runs(count, [&](Index i, int) {
    try {
      body(i);
    } catch (...) {
      const std::lock_guard lock(one);
      if (!error) error = std::current_exception();
    }
  });
  if (error) std::rethrow_exception(error);
}

/// Calls body(first, last) at once for bands of `rows` rows, of each of which the steps make `floats` floats at most.
template <class Body>
void for_bands(const Device& device, Index rows, Index floats, Body&& body) {
  constexpr Index kFloats = Index{1} << 18;
  const Index some = std::max(kFloats / floats, Index{1});
  for_each_at_once(device, (rows + some - 1) / some,
                   [&](Index band) { body(band * some, std::min((band + 1) * some, rows)); });
}

}  // namespace wick
