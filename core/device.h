#pragma once
// Where tensors live and which kernels work on them.
#include <memory>
#include <string>

#include "kernels/ops.h"

namespace wick {

class Arena;    // core/arena.h: where the memory comes from
class Storage;  // core/storage.h: reference-counted memory that returns to its device's arena

/// A handle to one device: its operations, its threads, its memory. Copies share all three.
/// A device and its tensors are used from one thread at a time; the device's own threads do the work.
class Device {
 public:
  /// The CPU with `threads` threads (0: the physical cores) and `ops` (nullptr: choose_ops(), an Error if WICK_CPU
  /// names none).
  static Device cpu(int threads = 0, const Ops* ops = nullptr);

  const Ops& ops() const;
  Workers workers() const;
  int threads() const;
  std::string describe() const;  // "cpu avx512vnni, 2 threads"

  /// Bytes handed out and not returned; and the most at once so far.
  std::size_t bytes_in_use() const;
  std::size_t peak_bytes() const;
  /// Calls to the system allocator so far: constant over a steady decode step.
  std::size_t system_allocations() const;
  /// Gives the arena's free memory back to the system.
  void trim() const;

  bool operator==(const Device& other) const { return state_ == other.state_; }

 private:
  friend class Storage;
  Arena& arena() const;

  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wick
