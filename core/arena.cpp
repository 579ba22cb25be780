#include "core/arena.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>

#include "core/error.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace wick {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kAlignment = 64;
/// No single request is larger: 512 GiB, or half of a 32-bit address space. Rounding up from here cannot overflow, and
/// allocators that abort at absurd sizes (AddressSanitizer's) are never asked.
constexpr std::size_t kMostBytes = static_cast<std::size_t>(
    std::min<std::uint64_t>(std::uint64_t{1} << 39, std::numeric_limits<std::size_t>::max() / 2));

#ifdef __linux__
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kSmallPage = std::size_t{64} << 10;  // the largest of any Linux; untouched memory costs nothing

std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

constexpr Milliseconds kSlowPage{1};  // clearing a huge page takes some 0.1 ms

/// Touches the whole huge pages of a mapping. Where a system has to move memory about to find one, or to ask its host,
/// it takes milliseconds and a model's load several times as long; `patience` is what that may cost in all.
void take_huge_pages(std::byte* data, std::size_t bytes, Milliseconds& patience) {
  for (; bytes >= kHugePage && patience.count() > 0; data += kHugePage, bytes -= kHugePage) {
    ::madvise(data, kHugePage, MADV_HUGEPAGE);  // advice only: it may be refused
    const auto start = std::chrono::steady_clock::now();
    *static_cast<volatile std::byte*>(data) = std::byte{0};
    const Milliseconds taken = std::chrono::steady_clock::now() - start;
    if (taken > kSlowPage) patience -= taken;
  }
}

/// Whole pages of its own, for memory that is streamed through again and again: huge pages spare the address
/// translation, and unmapping returns every byte, which malloc's heap does not promise.
std::byte* map_pages(std::size_t bytes, Milliseconds& patience) {
  const std::size_t size = round_up(bytes, kSmallPage);
  void* mapped = ::mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* start = static_cast<std::byte*>(mapped);
  const std::size_t head =
      round_up(reinterpret_cast<std::uintptr_t>(start), kHugePage) - reinterpret_cast<std::uintptr_t>(start);
  if (head > 0) ::munmap(start, head);
  if (head < kHugePage) ::munmap(start + head + size, kHugePage - head);
  take_huge_pages(start + head, bytes, patience);
  return start + head;
}

void unmap_pages(std::byte* data, std::size_t bytes) { ::munmap(data, round_up(bytes, kSmallPage)); }

bool has_own_pages(std::size_t bytes, Reuse reuse) { return reuse == Reuse::exact && bytes >= kHugePage; }
#else
bool has_own_pages(std::size_t, Reuse) { return false; }
std::byte* map_pages(std::size_t, Milliseconds&) { return nullptr; }
void unmap_pages(std::byte*, std::size_t) {}
#endif

/// Aligned blocks of the heap. Not by the aligned operator new: glibc before 2.38 does not find such a block again for
/// a request of the same size (its bug 14581), so that the caches of one window after another let the heap grow and
/// grow.
std::byte* heap_allocate(std::size_t bytes) {
  auto* start = static_cast<std::byte*>(std::malloc(bytes + kAlignment));
  if (!start) return nullptr;
  const std::size_t shift = kAlignment - reinterpret_cast<std::uintptr_t>(start) % kAlignment;  // at least 1
  start[shift - 1] = static_cast<std::byte>(shift);
  return start + shift;
}

void heap_free(std::byte* data) { std::free(data - std::to_integer<std::size_t>(data[-1])); }

std::byte* system_allocate(std::size_t bytes, Reuse reuse, Milliseconds& patience) {
  if (bytes > kMostBytes) return nullptr;
  if (has_own_pages(bytes, reuse)) return map_pages(bytes, patience);
  return heap_allocate(bytes);
}

void system_free(std::byte* data, std::size_t bytes, Reuse reuse) {
  if (has_own_pages(bytes, reuse)) return unmap_pages(data, bytes);
  heap_free(data);
}

std::string readable(std::size_t bytes) {
  const auto count = static_cast<double>(bytes);
  if (count >= 1e9) return fmt::format("{:.1f} GB", count / 1e9);
  if (count >= 1e6) return fmt::format("{:.1f} MB", count / 1e6);
  return fmt::format("{} bytes", bytes);
}

}  // namespace

int Arena::class_of(std::size_t bytes) {
  std::size_t base = kSmallest;
  int octave = 0;
  while (bytes > base && bytes - base > base) {  // bytes > 2 * base
    base *= 2;
    ++octave;
  }
  const std::size_t over = bytes > base ? bytes - base : 0, step = base / kSteps;
  return octave * kSteps + static_cast<int>((over + step - 1) / step);
}

std::size_t Arena::class_bytes(int size_class) {
  const std::size_t base = kSmallest << (size_class / kSteps);
  return base + base / kSteps * static_cast<std::size_t>(size_class % kSteps);
}

Storage* Arena::pop(Lists& lists, int size_class) {
  Storage*& head = lists[static_cast<std::size_t>(size_class)];
  Storage* block = head;
  if (block) {
    head = block->next_;
    block->next_ = nullptr;
  }
  return block;
}

Storage* Arena::make(std::size_t bytes, Reuse reuse, Lists& lists) {
  const std::lock_guard lock(system_);
  std::byte* data = system_allocate(bytes, reuse, huge_page_patience_);
  if (!data) {
    trim(lists);
    data = system_allocate(bytes, reuse, huge_page_patience_);
  }
  if (!data) {
    throw Error(ErrorKind::memory, fmt::format("out of memory: a tensor needs {}, {} are in use", readable(bytes),
                                               readable(in_use_.load())));
  }
  ++system_allocations_;
  Storage* block = new (std::nothrow) Storage(data, bytes, reuse);
  if (!block) {
    system_free(data, bytes, reuse);
    throw Error(ErrorKind::memory, "out of memory");
  }
  return block;
}

Storage* Arena::take(std::size_t bytes, Reuse reuse, int thread) {
  bytes = std::max<std::size_t>(bytes, 1);
  Lists& lists = free_[static_cast<std::size_t>(thread)];
  Storage* block = nullptr;
  if (reuse == Reuse::exact || bytes > kMostBytes) {
    block = make(bytes, reuse, lists);
  } else {
    const int size_class = class_of(bytes);
    // A free block of up to twice the size serves as well, else every new length of prompt would add its own set.
    const int widest = std::min(size_class + kSteps, kClasses - 1);
    for (int candidate = size_class; candidate <= widest && !block; ++candidate) block = pop(lists, candidate);
    if (!block) block = make(class_bytes(size_class), reuse, lists);
  }
  const std::size_t in_use = in_use_ += block->bytes_;
  for (std::size_t peak = peak_; in_use > peak && !peak_.compare_exchange_weak(peak, in_use);) {
  }
  return block;
}

void Arena::give(Storage* block, int thread) noexcept {
  in_use_ -= block->bytes_;
  if (block->reuse_ == Reuse::exact) return destroy(block);
  Storage*& head = free_[static_cast<std::size_t>(thread)][static_cast<std::size_t>(class_of(block->bytes_))];
  block->next_ = head;
  head = block;
}

void Arena::destroy(Storage* block) noexcept {
  system_free(block->data_, block->bytes_, block->reuse_);
  delete block;
}

void Arena::trim(Lists& lists) noexcept {
  for (int size_class = 0; size_class < kClasses; ++size_class) {
    while (Storage* block = pop(lists, size_class)) destroy(block);
  }
}

void Arena::trim() noexcept {
  for (Lists& lists : free_) trim(lists);
}

}  // namespace wick
