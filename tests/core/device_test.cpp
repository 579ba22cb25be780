#include "core/device.h"

#include <cstring>

#include "core/storage.h"
#include "core/tensor_tools.h"

using namespace wick;
using namespace wick::test;

TEST_CASE("device: a loop of the same shapes asks the system for memory in its first round only") {
  const Device cpu = Device::cpu(1);
  const Tensor weight = Tensor::randn({300, 200}, 1, cpu);
  const auto step = [&](Index rows) {
    Tensor x = Tensor::full({rows, 200}, 0.5, DType::f32, cpu);
    x = softmax(matmul(x, weight.transpose(0, 1)) + 1.0, 1);
    return cat({x(all, {0, 100}), relu(x(all, {100, 300}))}, 1).reshape({rows, 3, 100}).transpose(1, 2) * 2.0;
  };
  for (const Index rows : {7, 1, 40}) step(rows);
  const std::size_t warm = cpu.system_allocations(), in_use = cpu.bytes_in_use();
  for (int round = 0; round < 20; ++round) {
    for (const Index rows : {7, 1, 40}) step(rows);
  }
  CHECK(cpu.system_allocations() == warm);
  CHECK(cpu.bytes_in_use() == in_use);
  CHECK(cpu.peak_bytes() > in_use);
}

TEST_CASE("device: memory is aligned and counted, and comes back") {
  const Device cpu = Device::cpu(1);
  const std::size_t before = cpu.bytes_in_use();
  constexpr std::size_t kSizes[] = {0, 1, 63, 64, 65, 1000, 4097, 3 << 20};
  for (const std::size_t bytes : kSizes) {
    for (const Reuse reuse : {Reuse::pooled, Reuse::exact}) {
      const StoragePtr block = Storage::allocate(cpu, bytes, reuse);
      CHECK(reinterpret_cast<std::uintptr_t>(block->data()) % 64 == 0);
      CHECK(block->bytes() >= bytes);
      CHECK(block->bytes() <= bytes + bytes / 8 + 64);
      CHECK(cpu.bytes_in_use() == before + block->bytes());
      std::memset(block->data(), 1, block->bytes());
    }
  }
  CHECK(cpu.bytes_in_use() == before);
}

TEST_CASE("device: trim returns what nobody uses") {
  const Device cpu = Device::cpu(1);
  const Tensor kept = Tensor::zeros({1000}, DType::f32, cpu);
  Tensor::zeros({5000}, DType::f32, cpu);
  const std::size_t warm = cpu.system_allocations();
  Tensor::zeros({5000}, DType::f32, cpu);
  CHECK(cpu.system_allocations() == warm);
  cpu.trim();
  Tensor::zeros({5000}, DType::f32, cpu);
  CHECK(cpu.system_allocations() == warm + 1);
  CHECK(sum(kept).item() == 0);
}

TEST_CASE("device: tensors keep their device alive") {
  Tensor x;
  {
    const Device cpu = Device::cpu(1);
    x = Tensor::ones({3}, DType::f32, cpu);
  }
  CHECK(sum(x).item() == 3);
  CHECK(x.device().threads() == 1);
}

TEST_CASE("device: out of memory says how much was needed") {
  const Device cpu = Device::cpu(1);
  const auto bytes = static_cast<std::size_t>(-1) / 2 + 1;
  for (const Reuse reuse : {Reuse::pooled, Reuse::exact}) {
    const std::string message = error_of([&] { Storage::allocate(cpu, bytes, reuse); });
    CHECK(message.find("out of memory: a tensor needs ") == 0);
  }
  CHECK(error_of([] { Device::cpu(-1); }) == "[device] -1 threads");
}
