// Every line of docs/tensor.md: that it compiles and gives what it says.
#include <algorithm>
#include <fstream>
#include <set>

#include "core/tensor_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

std::string without_spaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

/// The Wick column of the page's tables, without spaces.
std::multiset<std::string> documented() {
  std::ifstream page(WICK_TESTS_DIR "/../docs/tensor.md");
  REQUIRE(page.good());
  std::multiset<std::string> lines;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    const std::size_t middle = line.find("` | `") + 5, end = line.rfind("` |");
    lines.insert(without_spaces(line.substr(middle, end - middle)));
  }
  return lines;
}

/// A line of code as the page has it, and what its value prints as.
struct Line {
  std::string code, printed;
};

#define LINE(...) \
  Line { without_spaces(#__VA_ARGS__), (__VA_ARGS__).to_string() }

}  // namespace

TEST_CASE("tensor: every line of the cheat sheet does what it says") {
  const Device cpu = Device::cpu();
  const DType f32 = DType::f32;
  const Tensor x = Tensor::from({{1, 2, 3}, {4, 5, 6}}, cpu), y = Tensor::from({{0, -1, 2}, {8, 0, 1}}, cpu);
  const Tensor ids = Tensor::from({1, 0, 1}, cpu, DType::i64), picks = Tensor::from({{2}, {0}}, cpu, DType::i64);
  const std::vector<std::pair<Line, std::string>> lines = {
      {LINE(Tensor::from({{1, 2, 3}, {4, 5, 6}}, cpu)), "tensor([[1., 2., 3.],\n        [4., 5., 6.]])"},
      {LINE(Tensor::from({1, 0, 1}, cpu, DType::i64)), "tensor([1, 0, 1])"},
      {LINE(Tensor::zeros({2, 2}, f32, cpu)), "tensor([[0., 0.],\n        [0., 0.]])"},
      {LINE(Tensor::full({3}, 0.5, f32, cpu)), "tensor([0.5000, 0.5000, 0.5000])"},
      {LINE(Tensor::arange(0, 10, 3, DType::i32, cpu)), "tensor([0, 3, 6, 9], dtype=i32)"},
      {LINE(Tensor::randn({2}, 42, cpu)), Tensor::randn({2}, 42, cpu).to_string()},
      {LINE(x(0)), "tensor([1., 2., 3.])"},
      {LINE(x(all, -1)), "tensor([3., 6.])"},
      {LINE(x(all, {0, 2})), "tensor([[1., 2.],\n        [4., 5.]])"},
      {LINE(x(1, {1, to_end})), "tensor([5., 6.])"},
      {LINE(x.reshape({3, -1})), "tensor([[1., 2.],\n        [3., 4.],\n        [5., 6.]])"},
      {LINE(x.transpose(0, 1)), "tensor([[1., 4.],\n        [2., 5.],\n        [3., 6.]])"},
      {LINE(cat({x, y}, 1)), "tensor([[ 1.,  2.,  3.,  0., -1.,  2.],\n        [ 4.,  5.,  6.,  8.,  0.,  1.]])"},
      {LINE(stack({x(0), y(0)}, 0)), "tensor([[ 1.,  2.,  3.],\n        [ 0., -1.,  2.]])"},
      {LINE(x * 2 + y), "tensor([[ 2.,  3.,  8.],\n        [16., 10., 13.]])"},
      {LINE(x / x(all, {0, 1})), "tensor([[1.0000, 2.0000, 3.0000],\n        [1.0000, 1.2500, 1.5000]])"},
      {LINE(matmul(x, y.transpose(0, 1))), "tensor([[ 4., 11.],\n        [ 7., 38.]])"},
      {LINE(sum(x)), "tensor(21.)"},
      {LINE(mean(x, 1)), "tensor([2., 5.])"},
      {LINE(max(x, 0, true)), "tensor([[4., 5., 6.]])"},
      {LINE(argmax(y, 1)), "tensor([2, 0])"},
      {LINE(softmax(x, 1)), "tensor([[0.0900, 0.2447, 0.6652],\n        [0.0900, 0.2447, 0.6652]])"},
      {LINE(greater(x, y)), "tensor([[ True,  True,  True],\n        [False,  True,  True]])"},
      {LINE(where(greater(y, 0), x, y)), "tensor([[ 0., -1.,  3.],\n        [ 4.,  0.,  6.]])"},
      {LINE(index_select(x, 0, ids)), "tensor([[4., 5., 6.],\n        [1., 2., 3.],\n        [4., 5., 6.]])"},
      {LINE(gather(x, 1, picks)), "tensor([[3.],\n        [4.]])"},
      {LINE(x.to_dtype(DType::f16)), "tensor([[1., 2., 3.],\n        [4., 5., 6.]], dtype=f16)"},
      {LINE(x.to_device(cpu)), "tensor([[1., 2., 3.],\n        [4., 5., 6.]])"},
  };
  std::multiset<std::string> tested;
  for (const auto& [line, printed] : lines) {
    CAPTURE(line.code);
    CHECK(line.printed == printed);
    tested.insert(line.code);
  }
  CHECK(tested == documented());
}
