#include "core/tensor.h"

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "core/tensor_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Tensor count_up(const Shape& shape, DType dtype = DType::f32) {
  return Tensor::arange(0, static_cast<double>(shape.elements()), 1, dtype, device()).reshape(shape);
}

Matrix matrix_of(const Tensor& x) {
  Matrix m(x.dim(0), x.dim(1));
  for (Index i = 0; i < x.dim(0); ++i) {
    for (Index j = 0; j < x.dim(1); ++j) m(i, j) = x(i, j).item();
  }
  return m;
}

}  // namespace

TEST_CASE("tensor: nested lists become rows, and ragged ones an Error") {
  const Tensor x = Tensor::from({{1, 2, 3}, {4, 5, 6}}, device());
  CHECK(x.shape() == Shape{2, 3});
  CHECK(x.to_vector<float>() == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(Tensor::from(7, device(), DType::i32).rank() == 0);
  CHECK(Tensor::from({}, device()).shape() == Shape{0});
  CHECK(Tensor::from({{}, {}}, device()).shape() == Shape{2, 0});
  CHECK(Tensor::from({{{1}}}, device()).shape() == Shape{1, 1, 1});
  CHECK(error_of([] { Tensor::from({{1, 2}, {3}}, device()); }) ==
        "[from] the lists are ragged: 2 and 1 elements side by side");
  CHECK(error_of([] { Tensor::from({{1, 2}, 3}, device()); }) ==
        "[from] the lists are ragged: a number stands where others have a list");
  CHECK(error_of([] { Tensor::from({1, {2}}, device()); }) ==
        "[from] the lists are ragged: a list stands where others have a number");
}

TEST_CASE("tensor: an integer dtype takes what it can hold and nothing else") {
  CHECK(Tensor::from({-128, 127}, device(), DType::i8).to_vector<std::int8_t>() == std::vector<std::int8_t>{-128, 127});
  CHECK(error_of([] { Tensor::from({256}, device(), DType::u8); }) == "[from] u8 does not hold 256");
  CHECK(error_of([] { Tensor::full({1}, 1.5, DType::i64, device()); }) == "[full] i64 does not hold 1.5");
  CHECK(error_of([] { Tensor::full({1}, 2, DType::boolean, device()); }) == "[full] bool does not hold 2");
  CHECK(error_of([] { Tensor::full({1}, 0x1p63, DType::i64, device()); }) != "");
  CHECK(Tensor::full({1}, -0x1p63, DType::i64, device()).to_vector<std::int64_t>().front() ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(error_of([] { count_up({2}, DType::i32) + 0.5; }) == "[add] i32 does not hold 0.5");
}

TEST_CASE("tensor: a range stops before its end") {
  CHECK(Tensor::arange(0, 1, 0.25, DType::f32, device()).to_vector<float>() ==
        std::vector<float>{0, 0.25f, 0.5f, 0.75f});
  CHECK(Tensor::arange(5, 0, -2, DType::i32, device()).to_vector<std::int32_t>() == std::vector<std::int32_t>{5, 3, 1});
  CHECK(Tensor::arange(3, 3, 1, DType::f32, device()).elements() == 0);
  CHECK(error_of([] { Tensor::arange(0, 1, 0, DType::f32, device()); }) == "[arange] the step is 0");
}

TEST_CASE("tensor: views share memory, copies do not") {
  Tensor x = count_up({3, 4});
  Tensor view = x(1, {1, 3}), copy = x.clone();
  view.copy_from(Tensor::from({-1, -2}, device()));
  CHECK(x.to_vector<float>() == std::vector<float>{0, 1, 2, 3, 4, -1, -2, 7, 8, 9, 10, 11});
  CHECK(copy(1, 1).item() == 5);
  CHECK(x.reshape({2, 6}).data<float>() == x.data<float>());
  CHECK(x.contiguous().data<float>() == x.data<float>());
  CHECK(x.transpose(0, 1).contiguous().data<float>() != x.data<float>());
}

TEST_CASE("tensor: a transposed copy has every element in its place, at any size") {
  for (const auto& shape : {Shape{31, 33}, Shape{100, 70}, Shape{3, 65, 64}, Shape{40, 2, 50}, Shape{1, 2000}}) {
    const Tensor x = count_up(shape), y = x.transpose(0, -1).contiguous();
    CAPTURE(shape.to_string());
    bool same = true;
    for (Index i = 0; i < x.dim(0); ++i) {
      for (Index j = 0; j < x.dim(-1); ++j) {
        const Tensor from = x.select(0, i).select(-1, j), to = y.select(-1, i).select(0, j);
        same = same && from.to_vector<float>() == to.to_vector<float>();
      }
    }
    CHECK(same);
  }
}

TEST_CASE("tensor: a copy between overlapping views reads before it writes") {
  Tensor x = count_up({6});
  x({1, 6}).copy_from(x({0, 5}));
  CHECK(x.to_vector<float>() == std::vector<float>{0, 0, 1, 2, 3, 4});
}

TEST_CASE("tensor: reshape keeps the order of elements, as a view wherever strides allow") {
  const Tensor x = count_up({2, 3, 4, 5});
  struct Case {
    Tensor of;
    std::vector<Index> to;
    bool view;
  };
  const std::vector<Case> cases = {
      {x, {6, 20}, true},
      {x, {-1}, true},
      {x(all, all, {0, 2}), {2, 3, 10}, true},
      {x(all, all, {0, 2}), {6, 2, 5}, true},
      {x(all, all, {0, 2}), {60}, false},
      {x(all, all, all, {0, 5, 2}), {2, 12, 3}, true},
      {x(all, all, all, {0, 5, 2}), {2, 3, 12}, false},
      {x.permute({2, 3, 0, 1}), {20, 6}, true},
      {x.permute({2, 3, 0, 1}), {4, 5, 3, 2}, true},
      {x.permute({2, 3, 0, 1}), {120}, false},
      {x.transpose(0, 1), {6, 20}, false},
      {x(all, {1, 2}), {2, 1, 1, 20}, true},
      {x(all, {1, 2}).expand({2, 3, 4, 5}), {6, 20}, false},
      {x(0, 0).expand({3, 4, 5}), {3, 20}, true},
  };
  for (const Case& c : cases) {
    const Tensor y = c.of.reshape(std::span<const Index>(c.to));
    CAPTURE(c.of.shape().to_string(), y.shape().to_string());
    CHECK(values_of(y) == values_of(c.of.contiguous()));
    CHECK((y.data<float>() == c.of.data<float>()) == c.view);
  }
  CHECK(error_of([&] { x.reshape({7, -1}); }) == "[reshape] [2, 3, 4, 5] has 120 elements, which do not fit [7, -1]");
  CHECK(error_of([&] { x.reshape({-1, -1}); }) != "");
  CHECK(error_of([&] { x.reshape({-1, 0}); }) != "");
}

TEST_CASE("tensor: an index outside its dimension is an Error that says where") {
  const Tensor x = count_up({3, 4});
  CHECK(error_of([&] { x(3); }) == "[select] position 3 of dimension 0 of [3, 4]");
  CHECK(error_of([&] { x(all, -5); }) == "[select] position -5 of dimension 1 of [3, 4]");
  CHECK(error_of([&] { x(all, {1, 5}); }) == "[slice] range 1..5 of dimension 1 of [3, 4]");
  CHECK(error_of([&] { x(0, 0, 0); }) == "[index] 3 indices for [3, 4]");
  CHECK(error_of([&] { x({0, 3, 0}); }) == "[index] step 0, only forward steps are supported");
  CHECK(error_of([&] { x.permute({0, 0}); }) == "[permute] (0, 0) is no order of the dimensions of [3, 4]");
  CHECK(error_of([&] { x.squeeze(0); }) == "[squeeze] dimension 0 of [3, 4] is not 1");
  CHECK(error_of([&] { x.expand({3, 5}); }) == "[expand] [3, 4] to [3, 5]");
  CHECK(error_of([&] { x.dim(2); }) == "[shape] [3, 4] has no dimension 2");
  CHECK(error_of([&] { sum(x, 2); }) == "[sum] [3, 4] has no dimension 2");
}

TEST_CASE("tensor: shapes, dtypes and devices that do not go together are named") {
  const Tensor x = count_up({2, 3}), n = count_up({2, 3}, DType::i32);
  CHECK(error_of([&] { x + count_up({4}); }) == "[add] [2, 3] and [4]: dimensions 3 and 4 differ");
  CHECK(error_of([&] { x* n; }) == "[mul] f32 and i32: dtypes differ, convert one with to_dtype");
  CHECK(error_of([&] { n / n; }) == "[div] i32 is not supported: convert with to_dtype(DType::f32)");
  CHECK(error_of([&] { x.to_dtype(DType::f16) + x.to_dtype(DType::f16); }) ==
        "[add] f16 has no arithmetic: convert with to_dtype(DType::f32)");
  CHECK(error_of([&] { exp(n); }) == "[exp] needs f32, not i32: convert with to_dtype(DType::f32)");
  CHECK(error_of([&] { matmul(x, count_up({4, 5})); }) == "[matmul] [2, 3] x [4, 5]: inner dimensions 3 and 4 differ");
  CHECK(error_of([&] { cat({x, count_up({2, 4})}, 0); }) == "[cat] [2, 3] and [2, 4] along dimension 0");
  CHECK(error_of([&] { where(x, x, x); }) == "[where] the condition is f32, expected bool");
  CHECK(error_of([&] { index_select(x, 1, Tensor::from({3}, device(), DType::i64)); }) ==
        "[index_select] id 3 of a dimension of 3");
  CHECK(error_of([&] { x.data<std::int32_t>(); }) == "[data] the elements are f32, not int32_t");
  CHECK(error_of([&] { x.item(); }) == "[item] [2, 3] has 6 elements, not one");
  CHECK(error_of([&] { max(count_up({0})); }) == "[max] of no elements");
  CHECK(error_of([&] { x + Tensor(); }) == "[add] the tensor is undefined");
  const Device other = Device::cpu(1);
  CHECK(error_of([&] { x + x.to_device(other); }) ==
        "[add] the tensors live on different devices, move one with to_device");
}

TEST_CASE("tensor: arithmetic broadcasts every pair of shapes as NumPy does") {
  const std::vector<std::pair<Shape, Shape>> pairs = {
      {{3, 4}, {3, 4}}, {{3, 4}, {4}}, {{3, 4}, {3, 1}}, {{3, 1}, {1, 4}}, {{2, 1, 3, 1}, {5, 1, 4}},
      {{}, {2, 3}},     {{1}, {1}},    {{0, 3}, {3}},    {{2, 3}, {}},     {{70, 1}, {70, 33}},
  };
  for (const auto& [left, right] : pairs) {
    const Tensor a = count_up(left) + 1.0, b = count_up(right) * 2.0 + 1.0, y = a / b;
    CAPTURE(left.to_string(), right.to_string());
    const auto x_values = values_of(a.expand(y.shape())), z_values = values_of(b.expand(y.shape()));
    const auto y_values = values_of(y);
    for (std::size_t i = 0; i < y_values.size(); ++i) {
      CHECK(y_values[i] == Approx(x_values[i] / z_values[i]).epsilon(1e-6));
    }
  }
}

TEST_CASE("tensor: operations on strided views equal those on their copies") {
  const Tensor x = Tensor::randn({5, 6, 7}, 3, device());
  for (const Tensor& view :
       {x.transpose(0, 2), x(all, {1, 6, 2}), x.permute({1, 2, 0}), x(all, all, 3), x(2).expand({4, 6, 7})}) {
    const Tensor copy = view.clone();
    CAPTURE(view.shape().to_string());
    CHECK(values_of(view * 2.0 + view) == values_of(copy * 2.0 + copy));
    CHECK(values_of(exp(view)) == values_of(exp(copy)));
    CHECK(values_of(sum(view, 0)) == values_of(sum(copy, 0)));
    CHECK(values_of(greater(view, 0)) == values_of(greater(copy, 0)));
    CHECK(values_of(softmax(view, -1)) == values_of(softmax(copy, -1)));
    CHECK(values_of(matmul(view, view.transpose(-1, -2))) == values_of(matmul(copy, copy.transpose(-1, -2))));
  }
}

TEST_CASE("tensor: products are those of a double matrix product") {
  for (const auto& [m, k, n] : {std::array<Index, 3>{1, 1, 1}, {1, 64, 65}, {3, 5, 7}, {17, 33, 130}, {64, 100, 1}}) {
    const Tensor a = Tensor::randn({m, k}, 1, device()), b = Tensor::randn({k, n}, 2, device());
    CAPTURE(m, k, n);
    const Matrix wanted = matrix_of(a) * matrix_of(b);
    CHECK((matrix_of(matmul(a, b)) - wanted).norm() <= 1e-6 * wanted.norm());
  }
  CHECK(values_of(matmul(count_up({2, 0}), count_up({0, 3}))) == std::vector<double>(6, 0.0));
  CHECK(matmul(count_up({0, 2}), count_up({2, 3})).shape() == Shape{0, 3});
}

TEST_CASE("tensor: the sum of nothing is 0, its mean is not a number") {
  const Tensor nothing = Tensor::empty({2, 0}, DType::f32, device());
  CHECK(values_of(sum(nothing, 1)) == std::vector<double>{0, 0});
  CHECK(sum(nothing, 0).shape() == Shape{0});
  CHECK(max(nothing, 0).shape() == Shape{0});
  CHECK(std::isnan(mean(nothing).item()));
  CHECK(sum(Tensor::empty({2, 0}, DType::i32, device()), 1).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, 0});
}

TEST_CASE("tensor: integers wrap around, booleans are or and and") {
  const Tensor big = Tensor::from({2147483647}, device(), DType::i32);
  CHECK((big + 1.0).to_vector<std::int32_t>().front() == std::numeric_limits<std::int32_t>::min());
  CHECK((-Tensor::from({1, 0}, device(), DType::u8)).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{255, 0});
  CHECK(sum(Tensor::full({1000}, 255, DType::u8, device())).to_vector<std::int64_t>().front() == 255000);
  CHECK(sum(Tensor::full({3}, -5, DType::i8, device())).item() == -15);
  const Tensor yes = Tensor::from({1, 1, 0, 0}, device(), DType::boolean),
               no = Tensor::from({1, 0, 1, 0}, device(), DType::boolean);
  CHECK(values_of(yes + no) == std::vector<double>{1, 1, 1, 0});
  CHECK(values_of(yes * no) == std::vector<double>{1, 0, 0, 0});
  CHECK(sum(yes + no).item() == 3);
}

TEST_CASE("tensor: floats become integers towards zero, within their range") {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor x = Tensor::copy_of<float>(std::vector<float>{1.9f, -1.9f, 300, -300, inf, -inf, NAN}, {7}, device());
  CHECK(values_of(x.to_dtype(DType::i8)) == std::vector<double>{1, -1, 127, -128, 127, -128, 0});
  CHECK(values_of(x.to_dtype(DType::u8)) == std::vector<double>{1, 0, 255, 0, 255, 0, 0});
  CHECK(x.to_dtype(DType::i32).to_vector<std::int32_t>()[4] == std::numeric_limits<std::int32_t>::max());
  CHECK(values_of(x.to_dtype(DType::boolean)) == std::vector<double>(7, 1.0));
}

TEST_CASE("tensor: a tensor that memory cannot hold is an Error of kind memory") {
  const Index huge = std::numeric_limits<Index>::max() / 2;
  try {
    Tensor::empty({huge}, DType::f32, device());
    FAIL("no Error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::memory);
  }
  CHECK(error_of([&] { Tensor::empty({huge, 16}, DType::u8, device()); }) != "");
  CHECK(error_of([&] { Shape{1, 2, 3, 4, 5, 6, 7}; }) == "[shape] 7 dimensions, at most 6 are supported");
  CHECK(error_of([&] { Shape{2, -1}; }) == "[shape] [2, -1] has a negative dimension");
}

TEST_CASE("tensor: unfold makes windows that share memory, and reshapes to rows of neighbours without a copy") {
  const Tensor x = Tensor::arange(0, 20, 1, DType::f32, device()).reshape({5, 4});
  for (const Index step : {1, 2}) {
    const Tensor windows = x.unfold(0, 3, step);
    CHECK(windows.shape() == Shape{(5 - 3) / step + 1, 4, 3});
    for (Index w = 0; w < windows.dim(0); ++w)
      for (Index column = 0; column < 4; ++column)
        for (Index i = 0; i < 3; ++i) CHECK(windows(w, column, i).item() == x(w * step + i, column).item());
    const Tensor rows = windows.permute({0, 2, 1}).reshape({windows.dim(0), 12});
    CHECK(rows.data<float>() == x.data<float>());
    CHECK(rows.stride(0) == 4 * step);
  }
  CHECK(x.unfold(1, 4, 9).shape() == Shape{5, 1, 4});
  CHECK(error_of([&] { x.unfold(0, 6, 1); }) == "[unfold] windows of 6, 1 apart, of dimension 0 of [5, 4]");
  CHECK_THROWS_AS(x.unfold(0, 2, 0), Error);
}
