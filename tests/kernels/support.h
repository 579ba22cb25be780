#pragma once
// What the conformance tests share: machines of several thread counts, memory that starts as NaNs and notices strays,
// random values, and the measure of an error.
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/ops.h"

namespace wick::conformance {

inline std::size_t size_of(Index count) { return static_cast<std::size_t>(count); }
inline Index count_of(const std::vector<float>& values) { return static_cast<Index>(values.size()); }

/// 64-byte aligned memory, every byte 0xff: NaNs as floats, and no sensible quant. The bytes behind it are watched.
class Memory {
 public:
  explicit Memory(Index bytes) : bytes_(size_of(bytes)), store_(bytes_ + 64 + kGuard, std::byte{0xff}) {
    const std::size_t past = reinterpret_cast<std::uintptr_t>(store_.data()) % 64;
    data_ = store_.data() + (64 - past) % 64;
  }
  Memory(Memory&&) = default;
  Memory& operator=(Memory&&) = default;

  std::byte* data() const { return data_; }
  bool operator==(const Memory& other) const {
    return bytes_ == other.bytes_ && std::memcmp(data_, other.data_, bytes_) == 0;
  }
  /// Whether nothing was written past the end.
  bool guarded() const {
    for (std::size_t i = 0; i < kGuard; ++i) {
      if (data_[bytes_ + i] != std::byte{0xff}) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kGuard = 64;
  std::size_t bytes_;
  std::vector<std::byte> store_;
  std::byte* data_;
};

/// A pool and the scratch of its threads.
struct Machine {
  ThreadPool pool;
  Memory scratch;

  explicit Machine(int threads) : pool(threads), scratch(pool.threads() * kScratchBytes) {}
  Workers workers() { return {pool, scratch.data()}; }
};

/// The machine with `threads` threads, or as many as can be started here.
inline Machine& machine(int threads = 1) {
  static std::unique_ptr<Machine> machines[8];
  auto& kept = machines[threads];
  if (!kept) kept = std::make_unique<Machine>(threads);
  return *kept;
}

inline constexpr int kManyThreads[] = {2, 3, 7};

/// The tables that are held against the reference.
inline std::vector<const Ops*> tables() {
  const OpsList list = available_ops();
  return {list.ops, list.ops + list.count - 1};
}

inline std::vector<float> gaussian(Index count, unsigned seed, float spread = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> values(size_of(count));
  for (float& value : values) value = normal(random);
  return values;
}

inline double mean_square(const float* values, Index count) {
  double sum = 0;
  for (Index i = 0; i < count; ++i) sum += static_cast<double>(values[i]) * values[i];
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

/// Mean of (got - wanted)^2 over `norm`, the mean square that such values have; infinite if anything is not finite.
inline double normalised_error(const float* got, const float* wanted, Index count, double norm) {
  double error = 0;
  for (Index i = 0; i < count; ++i) {
    const double difference = static_cast<double>(got[i]) - wanted[i];
    if (!std::isfinite(difference)) return std::numeric_limits<double>::infinity();
    error += difference * difference;
  }
  return error == 0 ? 0 : error / (static_cast<double>(count) * norm);
}

/// Normalised mean squared error: sum (got - wanted)^2 / sum wanted^2.
inline double nmse(const float* got, const float* wanted, Index count) {
  return normalised_error(got, wanted, count, mean_square(wanted, count));
}

inline double nmse(const std::vector<float>& got, const std::vector<float>& wanted) {
  return nmse(got.data(), wanted.data(), count_of(wanted));
}

inline double largest_error(const float* got, const float* wanted, Index count) {
  double largest = 0;
  for (Index i = 0; i < count; ++i) {
    const double error = std::fabs(static_cast<double>(got[i]) - wanted[i]);
    if (!(error <= largest)) largest = error;  // so that a NaN counts
  }
  return largest;
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Grids of `size` floats with room between the vectors, so that a kernel that mixes up strides is found out.
struct GridMemory {
  Index outer, inner, size, inner_stride, outer_stride;
  std::vector<float> values;

  GridMemory(Index outer_count, Index inner_count, Index vector, unsigned seed, float spread = 1)
      : outer(outer_count),
        inner(inner_count),
        size(vector),
        inner_stride(vector + 3),
        outer_stride(inner_stride * inner_count + 1),
        values(gaussian(outer_stride * outer_count + 1, seed, spread)) {}

  Rows rows() { return {values.data(), outer, inner, size, outer_stride, inner_stride}; }
  ConstRows rows() const { return {values.data(), outer, inner, size, outer_stride, inner_stride}; }
};

inline ConstRows constant(const Rows& rows) {
  return {rows.data, rows.outer, rows.inner, rows.size, rows.outer_stride, rows.inner_stride};
}

}  // namespace wick::conformance
