#pragma once
// Work on many rows, a band of them at a time and each by one thread, so that what is between a band's steps stays in
// that thread's caches.
#include <algorithm>
#include <exception>
#include <mutex>

#include "core/device.h"

namespace wick {

/// Calls body(part) for every part in [0, count). Parts are on several threads at once, and within one every operation
/// is on its thread alone; the first error is thrown when all have ended.
template <class Body>
void for_parts(const Device& device, Index count, Body&& body) {
  std::exception_ptr error;
  std::mutex one;
  device.workers().pool.for_each_in_runs(count, [&](Index part, int) {
    try {
      body(part);
    } catch (...) {
      const std::lock_guard lock(one);
      if (!error) error = std::current_exception();
    }
  });
  if (error) std::rethrow_exception(error);
}

/// Rows that the caches hold where the steps make `floats` floats of each at most.
inline Index band_rows(Index floats) {
  constexpr Index kFloats = Index{1} << 18;
  return std::max(kFloats / floats, Index{1});
}

/// Calls body(first, last) for bands of `rows` rows, about equal and as many for each thread, of each row of which the
/// steps make `floats` floats at most.
template <class Body>
void for_bands(const Device& device, Index rows, Index floats, Body&& body) {
  const Index threads = device.workers().pool.free_threads(),
              least = (rows + band_rows(floats) - 1) / band_rows(floats);
  const Index bands = std::min((least + threads - 1) / threads * threads, rows);
  for_parts(device, bands, [&](Index band) { body(rows * band / bands, rows * (band + 1) / bands); });
}

/// As for_bands, where a band takes something over from the one before it: body(carried, first, last) in the order of
/// the rows, in runs that each begin with carried = begin().
template <class Begin, class Body>
void for_carried_bands(const Device& device, Index rows, Index floats, Begin&& begin, Body&& body) {
  constexpr Index kRuns = 4;  // of a thread: a slow one's are taken over
  const Index threads = device.workers().pool.free_threads();
  const Index runs = std::min(kRuns * threads, rows), some = band_rows(floats);
  for_parts(device, runs, [&](Index run) {
    auto carried = begin();
    const Index last = rows * (run + 1) / runs;
    for (Index first = rows * run / runs; first < last; first += some)
      body(carried, first, std::min(first + some, last));
  });
}

}  // namespace wick
