#pragma once
// Memory of a device, counted by the tensors that share it.
#include <atomic>
#include <cstddef>
#include <utility>

#include "core/device.h"

namespace wick {

/// What becomes of memory that nobody uses any more.
enum class Reuse {
  pooled,  // rounded up to a size class and kept for the next request: the temporaries of a forward pass
  exact,   // no byte more than asked for, and back to the system at once: weights, pages of a cache
};

class StoragePtr;

/// A block of memory with its reference count. The block and this record of it are recycled together, so a request
/// that the arena can serve touches no allocator.
class Storage {
 public:
  /// At least `bytes` bytes, 64-byte aligned, holding anything. Throws Error (memory) where the system has none left.
  static StoragePtr allocate(const Device& device, std::size_t bytes, Reuse reuse = Reuse::pooled);

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  const Device& device() const { return device_; }

 private:
  friend class StoragePtr;
  friend class Arena;
  Storage(std::byte* data, std::size_t bytes, Reuse reuse) : data_(data), bytes_(bytes), reuse_(reuse) {}
  static void release(Storage* storage) noexcept;

  std::byte* data_;
  std::size_t bytes_;
  Reuse reuse_;
  std::atomic<int> references_ = 0;
  Device device_;            // of no device while it waits in the arena, which would else own itself
  Storage* next_ = nullptr;  // in the arena's list of free blocks
};

/// A reference to a Storage, as std::shared_ptr without its separate control block.
class StoragePtr {
 public:
  StoragePtr() = default;
  explicit StoragePtr(Storage* storage) : storage_(storage) {
    if (storage_) storage_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  StoragePtr(const StoragePtr& other) : StoragePtr(other.storage_) {}
  StoragePtr(StoragePtr&& other) noexcept : storage_(std::exchange(other.storage_, nullptr)) {}
  StoragePtr& operator=(StoragePtr other) noexcept {
    std::swap(storage_, other.storage_);
    return *this;
  }
  ~StoragePtr() {
    if (storage_ && storage_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) Storage::release(storage_);
  }

  Storage* get() const { return storage_; }
  Storage* operator->() const { return storage_; }
  Storage& operator*() const { return *storage_; }
  explicit operator bool() const { return storage_ != nullptr; }

 private:
  Storage* storage_ = nullptr;
};

}  // namespace wick
