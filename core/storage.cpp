#include "core/storage.h"

#include "core/arena.h"

namespace wick {

StoragePtr Storage::allocate(const Device& device, std::size_t bytes, Reuse reuse) {
  Storage* block = device.arena().take(bytes, reuse, device.workers().pool.thread());
  block->device_ = device;
  return StoragePtr(block);
}

void Storage::release(Storage* storage) noexcept {
  const Device device = std::exchange(storage->device_, Device());  // may be the last handle: the arena outlives `give`
  device.arena().give(storage, device.workers().pool.thread());
}

}  // namespace wick
