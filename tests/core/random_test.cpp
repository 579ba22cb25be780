#include "core/random.h"

#include <cmath>

#include "core/tensor_tools.h"

using namespace wick;
using namespace wick::test;

TEST_CASE("random: a seed gives the numbers of the published algorithms, bit by bit") {
  const auto& golden = tensor_golden().at("random");
  const auto uniform = golden.at("uniform").get<std::vector<float>>();
  const auto normal = golden.at("normal").get<std::vector<double>>();
  const std::uint64_t seed = golden.at("seed");
  const auto count = static_cast<Index>(uniform.size());
  CHECK(Tensor::rand({count}, seed, device()).to_vector<float>() == uniform);
  const auto drawn = Tensor::randn({count}, seed, device()).to_vector<float>();
  for (std::size_t i = 0; i < drawn.size(); ++i) CHECK(drawn[i] == static_cast<float>(normal[i]));
}

TEST_CASE("random: normal quantiles are exact to the last few bits, out to the far tails") {
  for (const auto& pair : tensor_golden().at("quantiles")) {
    CHECK(normal_quantile(pair[0]) == Approx(pair[1].get<double>()).epsilon(1e-14).margin(1e-16));
  }
}

TEST_CASE("random: the moments are those of the distributions") {
  const Index count = 200000;
  const auto moments = [&](const Tensor& x) {
    const double average = mean(x).item();
    return std::pair(average, mean(x * x).item() - average * average);
  };
  const auto [uniform_mean, uniform_variance] = moments(Tensor::rand({count}, 7, device()));
  CHECK(uniform_mean == Approx(0.5).margin(0.003));
  CHECK(uniform_variance == Approx(1.0 / 12).margin(0.001));
  const auto [normal_mean, normal_variance] = moments(Tensor::randn({count}, 7, device()));
  CHECK(normal_mean == Approx(0).margin(0.01));
  CHECK(normal_variance == Approx(1).margin(0.02));
}

TEST_CASE("random: seeds differ, and the same seed repeats") {
  const auto draw = [](std::uint64_t seed) { return Tensor::randn({3, 5}, seed, device()).to_vector<float>(); };
  CHECK(draw(1) == draw(1));
  CHECK(draw(1) != draw(2));
}
