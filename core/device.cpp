#include "core/device.h"

#include <algorithm>
#include <cstdlib>

#include "core/arena.h"
#include "core/error.h"
#include "core/storage.h"

namespace wick {

struct Device::State {
  State(int threads, const Ops& device_ops) : ops(device_ops), pool(threads), arena(pool.threads()) {
    const auto bytes = static_cast<std::size_t>(pool.threads()) * static_cast<std::size_t>(kScratchBytes);
    scratch = arena.take(bytes, Reuse::exact, 0);
  }
  ~State() { arena.give(scratch, 0); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const Ops& ops;
  ThreadPool pool;
  Arena arena;
  Storage* scratch = nullptr;  // given back before the arena goes
};

Device Device::cpu(int threads, const Ops* ops) {
  if (threads < 0) throw Error("[device] {} threads", threads);
  if (!ops) ops = choose_ops();
  if (!ops) {
    const char* wanted = std::getenv("WICK_CPU");
    throw Error("[device] WICK_CPU={} names no instruction set that this machine can run", wanted ? wanted : "");
  }
  Device device;
  device.state_ = std::make_shared<State>(threads == 0 ? physical_cores() : threads, *ops);
  return device;
}

const Ops& Device::ops() const { return state_->ops; }

Workers Device::workers() const { return {state_->pool, state_->scratch->data()}; }

int Device::threads() const { return state_->pool.threads(); }

std::string Device::describe() const {
  return fmt::format("cpu {}, {} thread{}", ops().name, threads(), threads() == 1 ? "" : "s");
}

Arena& Device::arena() const { return state_->arena; }

std::size_t Device::bytes_in_use() const { return state_->arena.bytes_in_use(); }

std::size_t Device::peak_bytes() const { return state_->arena.peak_bytes(); }

std::size_t Device::system_allocations() const { return state_->arena.system_allocations(); }

void Device::trim() const { state_->arena.trim(); }

}  // namespace wick
