// Operations on vectors of a grid: norms, rotary positions, softmax, pooling, gated activations, reductions.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/reference/reference.h"

namespace wick::reference {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Calls each(i, j) for every vector of a grid.
template <class T, class Each>
void for_vectors(const Grid<T>& grid, Each&& each) {
  for (Index i = 0; i < grid.outer; ++i) {
    for (Index j = 0; j < grid.inner; ++j) each(i, j);
  }
}

double sum_of(const float* x, Index size) {
  double sum = 0;
  for (Index k = 0; k < size; ++k) sum += x[k];
  return sum;
}

}  // namespace

void rms_norm(const Workers&, const ConstRows& x, const float* weight, float eps, const Rows& y) {
  for_vectors(x, [&](Index i, Index j) {
    const float* from = x.at(i, j);
    double squares = 0;
    for (Index k = 0; k < x.size; ++k) squares += static_cast<double>(from[k]) * from[k];
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(x.size) + eps);
    for (Index k = 0; k < x.size; ++k) y.at(i, j)[k] = static_cast<float>(from[k] * inverse * weight[k]);
  });
}

void layer_norm(const Workers&, const ConstRows& x, const float* weight, const float* bias, float eps, const Rows& y) {
  for_vectors(x, [&](Index i, Index j) {
    const float* from = x.at(i, j);
    const auto size = static_cast<double>(x.size);
    const double mean = sum_of(from, x.size) / size;
    double squares = 0;
    for (Index k = 0; k < x.size; ++k) squares += (from[k] - mean) * (from[k] - mean);
    const double inverse = 1 / std::sqrt(squares / size + eps);
    for (Index k = 0; k < x.size; ++k)
      y.at(i, j)[k] = static_cast<float>((from[k] - mean) * inverse * weight[k] + bias[k]);
  });
}

void rope(const Workers&, const Rows& x, const float* cos_sin, Index rotary, RopePairs pairs) {
  const Index angles = rotary / 2;
  for_vectors(x, [&](Index i, Index j) {
    const float* cosines = cos_sin + i * rotary;
    const float* sines = cosines + angles;
    for (Index a = 0; a < angles; ++a) {
      float& first = x.at(i, j)[pairs == RopePairs::adjacent ? 2 * a : a];
      float& second = x.at(i, j)[pairs == RopePairs::adjacent ? 2 * a + 1 : a + angles];
      const double u = first, v = second;
      first = static_cast<float>(u * cosines[a] - v * sines[a]);
      second = static_cast<float>(u * sines[a] + v * cosines[a]);
    }
  });
}

void softmax(const Workers&, const ConstRows& x, float scale, const Rows& y) {
  for_vectors(x, [&](Index i, Index j) {
    const float* from = x.at(i, j);
    float* to = y.at(i, j);
    double largest = -kInfinity;
    for (Index k = 0; k < x.size; ++k) largest = std::max(largest, static_cast<double>(scale) * from[k]);
    if (largest == -kInfinity) {
      std::fill_n(to, x.size, 0.0f);
      return;
    }
    double total = 0;
    for (Index k = 0; k < x.size; ++k) total += std::exp(static_cast<double>(scale) * from[k] - largest);
    for (Index k = 0; k < x.size; ++k)
      to[k] = static_cast<float>(std::exp(static_cast<double>(scale) * from[k] - largest) / total);
  });
}

void softmax_across(const Workers& workers, const float* x, Index outer, Index size, Index inner, float* y) {
  std::vector<float> vector(static_cast<std::size_t>(size));
  const Rows rows{vector.data(), 1, 1, size, size, size};
  for (Index i = 0; i < outer * inner; ++i) {
    const Index first = i / inner * size * inner + i % inner;
    for (Index k = 0; k < size; ++k) vector[static_cast<std::size_t>(k)] = x[first + k * inner];
    softmax(workers, {vector.data(), 1, 1, size, size, size}, 1.0f, rows);
    for (Index k = 0; k < size; ++k) y[first + k * inner] = vector[static_cast<std::size_t>(k)];
  }
}

void pool(const Workers&, const ConstRows& scores, const ConstRows& values, float* y) {
  for (Index c = 0; c < scores.size; ++c) {
    double largest = -kInfinity, total = 0;
    for (Index r = 0; r < scores.outer; ++r) largest = std::max(largest, double{scores.at(r, 0)[c]});
    std::vector<double> sums(static_cast<std::size_t>(values.size), 0.0);
    for (Index r = 0; r < scores.outer && largest > -kInfinity; ++r) {
      const double weight = std::exp(double{scores.at(r, 0)[c]} - largest);
      total += weight;
      for (Index d = 0; d < values.size; ++d) sums[static_cast<std::size_t>(d)] += weight * double{values.at(r, 0)[d]};
    }
    for (Index d = 0; d < values.size; ++d)
      y[c * values.size + d] = total == 0 ? 0.0f : static_cast<float>(sums[static_cast<std::size_t>(d)] / total);
  }
}

void glu(const Workers&, Unary activation, const ConstRows& gate, const ConstRows& up, const Rows& y) {
  for_vectors(gate, [&](Index i, Index j) {
    for (Index k = 0; k < gate.size; ++k)
      y.at(i, j)[k] = static_cast<float>(apply(activation, gate.at(i, j)[k]) * up.at(i, j)[k]);
  });
}

void reduce(const Workers&, Reduce op, const ConstRows& x, float* y) {
  for_vectors(x, [&](Index i, Index j) {
    const float* from = x.at(i, j);
    float& to = y[i * x.inner + j];
    switch (op) {
      case Reduce::sum:
        to = static_cast<float>(sum_of(from, x.size));
        break;
      case Reduce::max:
        to = x.size > 0 ? *std::max_element(from, from + x.size) : -kInfinity;
        break;
      case Reduce::min:
        to = x.size > 0 ? *std::min_element(from, from + x.size) : kInfinity;
        break;
    }
  });
}

void argmax(const Workers&, const ConstRows& x, std::int32_t* y) {
  for_vectors(x, [&](Index i, Index j) {
    const float* from = x.at(i, j);
    y[i * x.inner + j] = static_cast<std::int32_t>(std::max_element(from, from + x.size) - from);
  });
}

}  // namespace wick::reference
