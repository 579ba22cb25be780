#include <algorithm>
#include <cstdio>

#include "core/tensor_tools.h"

using namespace wick;
using namespace wick::test;

TEST_CASE("tensor: what is saved is loaded, whatever its dtype and strides") {
  const std::string path = "tensor_test.safetensors";
  const Tensor x = Tensor::randn({4, 6}, 1, device());
  const std::vector<std::pair<std::string, Tensor>> saved = {
      {"transposed", x.transpose(0, 1)},
      {"part", x({1, 3}, {2, 6, 2})},
      {"number", sum(x)},
      {"nothing", Tensor::zeros({0, 3}, DType::f32, device())},
      {"half", x.to_dtype(DType::f16)},
      {"brain", x.to_dtype(DType::bf16)},
      {"mask", greater(x, 0)},
      {"long", Tensor::arange(-2, 3, 1, DType::i64, device())},
      {"int", Tensor::arange(-2, 3, 1, DType::i32, device())},
      {"byte", Tensor::arange(0, 5, 1, DType::u8, device())},
      {"small", Tensor::arange(-2, 3, 1, DType::i8, device())},
  };
  save_safetensors(path, saved);
  const auto loaded = load_safetensors(path, device());
  CHECK(loaded.size() == saved.size());
  for (const auto& [name, tensor] : saved) {
    const auto found =
        std::find_if(loaded.begin(), loaded.end(), [&](const auto& entry) { return entry.first == name; });
    CAPTURE(name);
    REQUIRE(found != loaded.end());
    CHECK(found->second.dtype() == tensor.dtype());
    CHECK(found->second.shape() == tensor.shape());
    CHECK(values_of(found->second) == values_of(tensor));
  }
  std::remove(path.c_str());
  CHECK(error_of([&] { load_safetensors(path, device()); }) != "");
  CHECK(error_of([&] { save_safetensors(path, {{"none", Tensor()}}); }) == path + ": tensor 'none' is undefined");
}
