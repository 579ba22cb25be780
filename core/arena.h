#pragma once
// The memory of one device: free lists of blocks by size class over the system's allocator.
#include <array>
#include <chrono>
#include <cstddef>

#include "core/storage.h"

namespace wick {

/// Keeps blocks that were given back for the next request of about their size, so that a loop of the same shapes asks
/// the system for memory in its first round only.
class Arena {
 public:
  Arena() = default;
  ~Arena() { trim(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// A block of at least `bytes`; throws Error (memory) where even a trimmed arena finds none.
  Storage* take(std::size_t bytes, Reuse reuse);
  void give(Storage* block) noexcept;
  /// Returns the free blocks to the system.
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
  Storage* pop(int size_class);
  Storage* make(std::size_t bytes, Reuse reuse);
  static void destroy(Storage* block) noexcept;

  std::array<Storage*, kClasses> free_{};
  std::chrono::duration<double, std::milli> huge_page_patience_{10};
  std::size_t in_use_ = 0, peak_ = 0, system_allocations_ = 0;
};

}  // namespace wick
