#pragma once
// The memory of one device: free lists of blocks by size class over the system's allocator.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

#include "core/storage.h"

namespace wick {

/// Keeps blocks that were given back for the next request of about their size, so that a loop of the same shapes asks
/// the system for memory in its first round only. Each thread keeps its own: what it has used last lies in its caches.
class Arena {
 public:
  explicit Arena(int threads) : free_(static_cast<std::size_t>(threads)) {}
  ~Arena() { trim(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// A block of at least `bytes` for the calling thread, [0, threads); throws Error (memory) where even without the
  /// thread's free blocks there is none.
  Storage* take(std::size_t bytes, Reuse reuse, int thread);
  void give(Storage* block, int thread) noexcept;
  /// Returns the free blocks to the system. No thread may be using the arena.
  void trim() noexcept;

  std::size_t bytes_in_use() const { return in_use_; }
  std::size_t peak_bytes() const { return peak_; }
  std::size_t system_allocations() const { return system_allocations_; }

 private:
  /// Eight classes for every doubling from 64 bytes on, so that rounding up wastes at most an eighth.
  static constexpr std::size_t kSmallest = 64;
  static constexpr int kSteps = 8;
  static constexpr int kClasses = kSteps * (static_cast<int>(sizeof(std::size_t)) * 8 - 6);

  static int class_of(std::size_t bytes);
  static std::size_t class_bytes(int size_class);
  using Lists = std::array<Storage*, kClasses>;
  static Storage* pop(Lists& lists, int size_class);
  static void trim(Lists& lists) noexcept;
  Storage* make(std::size_t bytes, Reuse reuse, Lists& lists);
  static void destroy(Storage* block) noexcept;

  std::vector<Lists> free_;  // of each thread
  std::mutex system_;        // for what follows
  std::chrono::duration<double, std::milli> huge_page_patience_{10};
  std::atomic<std::size_t> in_use_ = 0, peak_ = 0, system_allocations_ = 0;
};

}  // namespace wick
