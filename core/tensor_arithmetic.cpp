// Arithmetic, comparisons and element functions, with NumPy broadcasting.
#include <algorithm>
#include <type_traits>

#include "core/strided.h"
#include "core/tensor_internal.h"

namespace wick {
namespace {

/// A tensor of shape [] to broadcast against `like`.
Tensor scalar_like(const char* operation, double value, const Tensor& like) {
  check_defined(operation, like);
  Tensor scalar = Tensor::empty({}, like.dtype(), like.device());
  visit_plain(operation, like.dtype(), [&](auto type) {
    using T = decltype(type);
    *reinterpret_cast<T*>(scalar.bytes()) = exact_cast<T>(operation, value, like.dtype());
  });
  return scalar;
}

/// Two operands expanded to the shape of their result.
struct Operands {
  Shape shape;
  Tensor a, b;

  Operands(const char* operation, const Tensor& left, const Tensor& right) {
    check_same(operation, left, right);
    shape = broadcast_shapes(operation, left.shape(), right.shape());
    a = left.expand(shape);
    b = right.expand(shape);
  }
  /// Over a, b and the contiguous result.
  StridedWalk<3> walk() const {
    return {shape, {TensorBuilder::strides(a), TensorBuilder::strides(b), contiguous_strides(shape)}};
  }
};

bool steps_suit_kernel(const StridedWalk<3>& walk) {
  const auto suits = [&](std::size_t i) { return walk.run_step(i) == 0 || walk.run_step(i) == 1; };
  return walk.run_length() == 1 || (suits(0) && suits(1));
}

Tensor binary_f32(Binary op, Operands x) {
  StridedWalk<3> walk = x.walk();
  if (!steps_suit_kernel(walk)) {
    x.a = x.a.contiguous();
    x.b = x.b.contiguous();
    walk = x.walk();
  }
  Tensor y = Tensor::empty(x.shape, DType::f32, x.a.device());
  const Ops& ops = y.device().ops();
  const Workers workers = y.device().workers();
  const float *a = std::as_const(x.a).data<float>(), *b = std::as_const(x.b).data<float>();
  float* out = y.data<float>();
  walk.for_each_run([&](const std::array<Index, 3>& at) {
    ops.binary(workers, op, a + at[0], walk.run_step(0), b + at[1], walk.run_step(1), out + at[2], walk.run_length());
  });
  return y;
}

/// y = f(a, b) element by element, for dtypes that the kernels leave to core. Out is the result's C++ type.
template <class T, class Out, class Function>
Tensor map_pairs(const Operands& x, DType result, Function&& f) {
  Tensor y = Tensor::empty(x.shape, result, x.a.device());
  const StridedWalk<3> walk = x.walk();
  const T *a = reinterpret_cast<const T*>(x.a.bytes()), *b = reinterpret_cast<const T*>(x.b.bytes());
  Out* out = reinterpret_cast<Out*>(y.bytes());
  const Index count = walk.run_length(), a_step = walk.run_step(0), b_step = walk.run_step(1);
  walk.for_each_run([&](const std::array<Index, 3>& at) {
    for (Index i = 0; i < count; ++i)
      out[at[2] + i] = static_cast<Out>(f(a[at[0] + i * a_step], b[at[1] + i * b_step]));
  });
  return y;
}

/// Integers wrap around: the arithmetic is of the unsigned type.
template <class T>
Tensor binary_integer(const char* operation, Binary op, const Operands& x) {
  using U = std::make_unsigned_t<T>;
  const DType dtype = x.a.dtype();
  const bool boolean = dtype == DType::boolean;
  const auto map = [&](auto f) { return map_pairs<T, T>(x, dtype, f); };
  switch (op) {
    case Binary::add:
      if (boolean) return map([](T a, T b) { return a | b; });
      return map([](T a, T b) { return static_cast<U>(static_cast<U>(a) + static_cast<U>(b)); });
    case Binary::sub:
      if (!boolean) return map([](T a, T b) { return static_cast<U>(static_cast<U>(a) - static_cast<U>(b)); });
      break;
    case Binary::mul:
      return map([](T a, T b) { return static_cast<U>(static_cast<U>(a) * static_cast<U>(b)); });
    case Binary::min:
      return map([](T a, T b) { return std::min(a, b); });
    case Binary::max:
      return map([](T a, T b) { return std::max(a, b); });
    case Binary::div:
    case Binary::pow:
      break;
  }
  throw Error("[{}] {} is not supported: convert with to_dtype(DType::f32)", operation, info(dtype).name);
}

Tensor binary(const char* operation, Binary op, const Tensor& a, const Tensor& b) {
  Operands x(operation, a, b);
  return visit_plain(operation, a.dtype(), [&](auto type) {
    using T = decltype(type);
    if constexpr (std::is_same_v<T, float>) {
      return binary_f32(op, std::move(x));
    } else {
      return binary_integer<T>(operation, op, x);
    }
  });
}

template <class Compare>
Tensor compare(const char* operation, const Tensor& a, const Tensor& b, Compare&& holds) {
  const Operands x(operation, a, b);
  return visit_plain(operation, a.dtype(),
                     [&](auto type) { return map_pairs<decltype(type), std::uint8_t>(x, DType::boolean, holds); });
}

Tensor unary(const char* operation, Unary op, const Tensor& x) {
  check_f32(operation, x);
  const Tensor in = x.contiguous();
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  y.device().ops().unary(y.device().workers(), op, in.data<float>(), y.data<float>(), x.elements());
  return y;
}

}  // namespace

Tensor operator+(const Tensor& a, const Tensor& b) { return binary("add", Binary::add, a, b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return binary("sub", Binary::sub, a, b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return binary("mul", Binary::mul, a, b); }
Tensor operator/(const Tensor& a, const Tensor& b) { return binary("div", Binary::div, a, b); }
Tensor operator+(const Tensor& a, double b) { return a + scalar_like("add", b, a); }
Tensor operator-(const Tensor& a, double b) { return a - scalar_like("sub", b, a); }
Tensor operator*(const Tensor& a, double b) { return a * scalar_like("mul", b, a); }
Tensor operator/(const Tensor& a, double b) { return a / scalar_like("div", b, a); }
Tensor operator+(double a, const Tensor& b) { return scalar_like("add", a, b) + b; }
Tensor operator-(double a, const Tensor& b) { return scalar_like("sub", a, b) - b; }
Tensor operator*(double a, const Tensor& b) { return scalar_like("mul", a, b) * b; }
Tensor operator/(double a, const Tensor& b) { return scalar_like("div", a, b) / b; }
Tensor minimum(const Tensor& a, const Tensor& b) { return binary("minimum", Binary::min, a, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return binary("maximum", Binary::max, a, b); }

Tensor operator-(const Tensor& a) {
  check_defined("neg", a);
  if (a.dtype() != DType::f32) return binary("neg", Binary::sub, scalar_like("neg", 0, a), a);
  return unary("neg", Unary::neg, a);
}

Tensor pow(const Tensor& a, double exponent) {
  check_f32("pow", a);
  return binary("pow", Binary::pow, a, scalar_like("pow", exponent, a));
}

Tensor equal(const Tensor& a, const Tensor& b) {
  return compare("equal", a, b, [](auto x, auto y) { return x == y; });
}
Tensor not_equal(const Tensor& a, const Tensor& b) {
  return compare("not_equal", a, b, [](auto x, auto y) { return x != y; });
}
Tensor less(const Tensor& a, const Tensor& b) {
  return compare("less", a, b, [](auto x, auto y) { return x < y; });
}
Tensor less_equal(const Tensor& a, const Tensor& b) {
  return compare("less_equal", a, b, [](auto x, auto y) { return x <= y; });
}
Tensor greater(const Tensor& a, const Tensor& b) {
  return compare("greater", a, b, [](auto x, auto y) { return x > y; });
}
Tensor greater_equal(const Tensor& a, const Tensor& b) {
  return compare("greater_equal", a, b, [](auto x, auto y) { return x >= y; });
}
Tensor equal(const Tensor& a, double b) { return equal(a, scalar_like("equal", b, a)); }
Tensor not_equal(const Tensor& a, double b) { return not_equal(a, scalar_like("not_equal", b, a)); }
Tensor less(const Tensor& a, double b) { return less(a, scalar_like("less", b, a)); }
Tensor less_equal(const Tensor& a, double b) { return less_equal(a, scalar_like("less_equal", b, a)); }
Tensor greater(const Tensor& a, double b) { return greater(a, scalar_like("greater", b, a)); }
Tensor greater_equal(const Tensor& a, double b) { return greater_equal(a, scalar_like("greater_equal", b, a)); }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  check_same("where", a, b);
  check_defined("where", condition);
  if (condition.dtype() != DType::boolean) {
    throw Error("[where] the condition is {}, expected bool", info(condition.dtype()).name);
  }
  if (!(condition.device() == a.device())) throw Error("[where] the condition lives on a different device");
  const Shape shape = broadcast_shapes("where", condition.shape(), broadcast_shapes("where", a.shape(), b.shape()));
  const Tensor c = condition.expand(shape), x = a.expand(shape), y = b.expand(shape);
  Tensor out = Tensor::empty(shape, a.dtype(), a.device());
  const StridedWalk<4> walk(shape, {TensorBuilder::strides(c), TensorBuilder::strides(x), TensorBuilder::strides(y),
                                    TensorBuilder::strides(out)});
  visit_width("where", a.dtype(), [&](auto type) {
    using T = decltype(type);
    const std::uint8_t* choose = c.data<std::uint8_t>();
    const T *from_x = reinterpret_cast<const T*>(x.bytes()), *from_y = reinterpret_cast<const T*>(y.bytes());
    T* to = reinterpret_cast<T*>(out.bytes());
    walk.for_each_run([&](const std::array<Index, 4>& at) {
      for (Index i = 0; i < walk.run_length(); ++i) {
        to[at[3] + i] = choose[at[0] + i * walk.run_step(0)] != 0 ? from_x[at[1] + i * walk.run_step(1)]
                                                                  : from_y[at[2] + i * walk.run_step(2)];
      }
    });
  });
  return out;
}

Tensor exp(const Tensor& x) { return unary("exp", Unary::exp, x); }
Tensor log(const Tensor& x) { return unary("log", Unary::log, x); }
Tensor sqrt(const Tensor& x) { return unary("sqrt", Unary::sqrt, x); }
Tensor abs(const Tensor& x) { return unary("abs", Unary::abs, x); }
Tensor tanh(const Tensor& x) { return unary("tanh", Unary::tanh, x); }
Tensor sigmoid(const Tensor& x) { return unary("sigmoid", Unary::sigmoid, x); }
Tensor relu(const Tensor& x) { return unary("relu", Unary::relu, x); }
Tensor silu(const Tensor& x) { return unary("silu", Unary::silu, x); }
Tensor gelu(const Tensor& x) { return unary("gelu", Unary::gelu_erf, x); }

}  // namespace wick
