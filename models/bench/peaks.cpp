#include <algorithm>
#include <atomic>

#include "models/bench/measure.h"

namespace wick {
namespace {

constexpr int kTries = 7;
constexpr double kTrySeconds = 0.02;

/// The most units a second that all threads do together when each calls `work(thread)` for some milliseconds, all at
/// the same time: the best of several tries, for a peak is what nothing disturbed.
template <class Work>
double best_rate(const Device& device, Work&& work) {
  double best = 0;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    std::vector<double> rates(static_cast<std::size_t>(device.threads()));
    std::atomic<int> arrived{0};
    device.workers().pool.for_each(device.threads(), [&](Index index, int) {
      ++arrived;  // else one thread could do all the work while another is still waking, at the rate of one alone
      while (arrived < device.threads()) {
      }
      const double begin = seconds_now();
      double units = 0, elapsed = 0;
      do {
        units += work(index);
        elapsed = seconds_now() - begin;
      } while (elapsed < kTrySeconds);
      rates[static_cast<std::size_t>(index)] = units / elapsed;
    });
    double sum = 0;
    for (const double rate : rates) sum += rate;
    best = std::max(best, sum);
  }
  return best;
}

}  // namespace

Peaks measure_peaks(const Device& device) {
  const Ops& ops = device.ops();
  constexpr Index kRounds = 20000;
  Peaks peaks;
  peaks.fma_gflops = best_rate(device, [&](Index) { return ops.spin_fma(kRounds); }) / 1e9;
  peaks.int8_gops = best_rate(device, [&](Index) { return ops.spin_int8(kRounds); }) / 1e9;
  peaks.bf16_gflops = best_rate(device, [&](Index) { return ops.spin_bf16(kRounds); }) / 1e9;
  peaks.read_gbs = measure_read_gbs(device);
  return peaks;
}

double measure_read_gbs(const Device& device) {
  // Far more than the last cache holds; each thread reads a part of its own, piece after piece.
  constexpr Index kFloats = Index{64} << 20, kPiece = Index{1} << 18;
  const StoragePtr memory = Storage::allocate(device, kFloats * sizeof(float), Reuse::exact);  // as weights lie
  auto* floats = reinterpret_cast<float*>(memory->data());
  std::fill_n(floats, kFloats, 0.0f);
  const Index part = kFloats / device.threads() / kPiece * kPiece;
  std::vector<Index> at(static_cast<std::size_t>(device.threads()), 0);
  return best_rate(device,
                   [&](Index index) {
                     Index& next = at[static_cast<std::size_t>(index)];
                     const float* piece = floats + index * part + next;
                     next = (next + kPiece) % part;
                     return device.ops().read_memory(piece, kPiece);
                   }) /
         1e9;
}

}  // namespace wick
