// Operations on single elements, and conversions between element types.
#include <algorithm>
#include <cmath>

#include "kernels/blocks.h"
#include "kernels/reference/reference.h"

namespace wick::reference {

double apply(Unary op, double x) {
  constexpr double kSqrtHalf = 0.70710678118654752440;
  constexpr double kSqrtTwoOverPi = 0.79788456080286535588;
  switch (op) {
    case Unary::neg:
      return -x;
    case Unary::abs:
      return std::fabs(x);
    case Unary::exp:
      return std::exp(x);
    case Unary::log:
      return std::log(x);
    case Unary::sqrt:
      return std::sqrt(x);
    case Unary::rsqrt:
      return 1 / std::sqrt(x);
    case Unary::sin:
      return std::sin(x);
    case Unary::cos:
      return std::cos(x);
    case Unary::tanh:
      return std::tanh(x);
    case Unary::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Unary::relu:
      return x < 0 ? 0 : x;  // so a NaN stays one
    case Unary::silu:
      return x / (1 + std::exp(-x));
    case Unary::gelu_erf:
      return 0.5 * x * std::erfc(-x * kSqrtHalf);
    case Unary::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(kSqrtTwoOverPi * (x + 0.044715 * x * x * x)));
  }
  return x;
}

void unary(const Workers&, Unary op, const float* x, float* y, Index count) {
  for (Index i = 0; i < count; ++i) y[i] = static_cast<float>(apply(op, x[i]));
}

void binary(const Workers&, Binary op, const float* a, Index a_step, const float* b, Index b_step, float* y,
            Index count) {
  for (Index i = 0; i < count; ++i) {
    const float u = a[i * a_step], v = b[i * b_step];
    switch (op) {
      case Binary::add:
        y[i] = u + v;
        break;
      case Binary::sub:
        y[i] = u - v;
        break;
      case Binary::mul:
        y[i] = u * v;
        break;
      case Binary::div:
        y[i] = u / v;
        break;
      case Binary::min:
        y[i] = std::min(u, v);
        break;
      case Binary::max:
        y[i] = std::max(u, v);
        break;
      case Binary::pow:
        y[i] = static_cast<float>(std::pow(static_cast<double>(u), v));
        break;
    }
  }
}

void convert(const Workers&, DType from, const std::byte* x, DType to, std::byte* y, Index count) {
  constexpr Index piece = 256;  // a multiple of every block
  float values[piece];
  for (Index i = 0; i < count; i += piece) {
    const Index some = std::min(piece, count - i);
    dequantize_row(from, x + row_bytes(from, i), values, some);
    quantize_row(to, values, y + row_bytes(to, i), some);
  }
}

}  // namespace wick::reference
