// Against PyTorch: tests/golden/make_tensor.py.
#include <cmath>
#include <functional>
#include <map>

#include "core/tensor_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

Shape shape_of(const nlohmann::json& stored) {
  const auto dims = stored.at("shape").get<std::vector<Index>>();
  return Shape(std::span<const Index>(dims));
}

double number(const nlohmann::json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

/// The tensor that a case describes, by its values or as a range.
Tensor build(const nlohmann::json& stored) {
  const DType dtype = dtype_named(stored.at("dtype"));
  const Shape shape = shape_of(stored);
  const bool integers = dtype == DType::i64;  // a double holds all others
  if (stored.contains("begin")) {
    const double begin = stored.at("begin"), step = stored.at("step");
    std::vector<float> values;
    for (Index i = 0; i < shape.elements(); ++i) {
      values.push_back(static_cast<float>(begin + static_cast<double>(i) * step));
    }
    return Tensor::copy_of<float>(values, shape, device()).to_dtype(dtype);
  }
  if (integers) {
    const auto values = stored.at("values").get<std::vector<std::int64_t>>();
    return Tensor::copy_of<std::int64_t>(values, shape, device());
  }
  std::vector<float> values;
  for (const auto& value : stored.at("values")) values.push_back(static_cast<float>(number(value)));
  return Tensor::copy_of<float>(values, shape, device()).to_dtype(dtype);
}

std::map<std::string, std::function<Tensor()>> operations() {
  const Tensor x = (Tensor::arange(0, 24, 1, DType::f32, device()) * 0.5 - 3.0).reshape({2, 3, 4});
  std::vector<std::int32_t> sevens;
  for (std::int32_t i = 0; i < 24; ++i) sevens.push_back(i % 7);
  const Tensor n = Tensor::copy_of<std::int32_t>(sevens, {2, 3, 4}, device());
  const Tensor ids = Tensor::from({{{2, 0, 1, 1}}, {{0, 0, 2, 1}}}, device(), DType::i64);
  return {
      {"range", [=] { return x(1, all, {1, 4, 2}); }},
      {"negative", [=] { return x(-1, -2, {-3, -1}); }},
      {"permute", [=] { return x.permute({2, 0, 1}); }},
      {"transpose_reshape", [=] { return x.transpose(0, 2).reshape({4, -1}); }},
      {"expand", [=] { return x(all, {0, 1}).expand({2, 3, 4}); }},
      {"add_row", [=] { return x + x(0, 0); }},
      {"mul_column", [=] { return x * x(all, all, {0, 1}); }},
      {"sub_strided", [=] { return x.transpose(1, 2) - 1.0; }},
      {"div", [=] { return x / (x * x + 1.0); }},
      {"int_mul", [=] { return n * n - 3.0; }},
      {"int_max", [=] { return maximum(n, 6.0 - n); }},
      {"sum", [=] { return sum(x); }},
      {"sum0", [=] { return sum(x, 0); }},
      {"sum1_keep", [=] { return sum(x, 1, true); }},
      {"mean2", [=] { return mean(x, 2); }},
      {"max1", [=] { return max(x, 1); }},
      {"min0", [=] { return min(x, 0); }},
      {"int_sum", [=] { return sum(n); }},
      {"int_sum1", [=] { return sum(n, 1); }},
      {"int_min2", [=] { return min(n, 2); }},
      {"argmax1", [=] { return argmax(n, 1); }},
      {"softmax1", [=] { return softmax(x, 1); }},
      {"softmax2", [=] { return softmax(x, 2); }},
      {"greater", [=] { return greater(x, 1.5); }},
      {"int_less_equal", [=] { return less_equal(n, 3); }},
      {"where", [=] { return where(greater(x, 0), x, Tensor::full({}, -1, DType::f32, device())); }},
      {"cat1", [=] { return cat({x, x(all, {0, 1})}, 1); }},
      {"stack2", [=] { return stack({x(0), x(1)}, 2); }},
      {"stack_last", [=] { return stack({x(0), x(1)}, -1); }},
      {"index_select", [=] { return index_select(x, 1, Tensor::from({2, 2, 0}, device(), DType::i32)); }},
      {"gather", [=] { return gather(x, 1, ids); }},
      {"gather2", [=] { return gather(n, 2, ids); }},
      {"matmul_batch", [=] { return matmul(x, x.transpose(1, 2)); }},
      {"matmul_one", [=] { return matmul(x, x(0).transpose(0, 1)); }},
      {"matmul_spread", [=] { return matmul(x.unsqueeze(1), x.transpose(1, 2)); }},
      {"matmul_vector", [=] { return matmul(x, x(0, 0)); }},
      {"vector_matmul", [=] { return matmul(x(0, all, 0), x); }},
      {"dot", [=] { return matmul(x(0, 0), x(1, 0)); }},
      {"to_int", [=] { return (x * 1.7).to_dtype(DType::i64); }},
      {"to_bool", [=] { return x.to_dtype(DType::boolean); }},
      {"f16", [=] { return (x / 3.0).to_dtype(DType::f16).to_dtype(DType::f32); }},
      {"gelu", [=] { return gelu(x); }},
      {"silu", [=] { return silu(x); }},
      {"pow", [=] { return pow(x * x, 1.5); }},
  };
}

}  // namespace

TEST_CASE("tensor: prints as PyTorch does") {
  for (const auto& printed : tensor_golden().at("print")) {
    CHECK(build(printed.at("tensor")).to_string() == printed.at("text").get<std::string>());
  }
}

TEST_CASE("tensor: operations give what PyTorch gives") {
  const auto known = operations();
  const auto& cases = tensor_golden().at("operations");
  CHECK(cases.size() == known.size());
  for (const auto& expected : cases) {
    const std::string name = expected.at("name");
    CAPTURE(name);
    const Tensor actual = known.at(name)();
    const auto& stored = expected.at("result");
    CHECK(actual.shape().to_string() == shape_of(stored).to_string());
    CHECK(actual.dtype() == dtype_named(stored.at("dtype")));
    const auto values = values_of(actual);
    REQUIRE(values.size() == stored.at("values").size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double wanted = number(stored.at("values")[i]);
      if (std::fabs(values[i] - wanted) > 2e-6 * std::max(1.0, std::fabs(wanted)))
        FAIL_CHECK(i << ": " << values[i] << " is not " << wanted);
    }
  }
}
