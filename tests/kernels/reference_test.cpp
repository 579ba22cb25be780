// The reference backend against the textbook: whole matrices in double by Eigen, where the reference goes element by
// element. What holds here holds for every table, by the conformance walk.
#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <complex>

#include "support.h"

using namespace wick;
using namespace wick::conformance;

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// [rows, columns] floats whose rows lie `stride` apart, in double.
Matrix matrix(const float* values, Index rows, Index columns, Index stride) {
  Matrix result(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) result(i, j) = values[i * stride + j];
  }
  return result;
}
Matrix matrix(const GridMemory& grid) {
  Matrix result(grid.outer * grid.inner, grid.size);
  for (Index row = 0; row < result.rows(); ++row)
    result.row(row) = matrix(grid.rows().at(row / grid.inner, row % grid.inner), 1, grid.size, grid.size);
  return result;
}

/// NMSE of a float32 result: nothing but its own rounding, (2^-24)^2 at most.
void check_rounded(const Matrix& got, const Matrix& wanted) {
  REQUIRE(got.rows() == wanted.rows());
  CHECK((got - wanted).squaredNorm() <= 0x1p-48 * wanted.squaredNorm());
}

Matrix softmax_of_rows(Matrix x) {
  x = (x.colwise() - x.rowwise().maxCoeff()).array().exp().matrix();
  return x.rowwise().sum().cwiseInverse().asDiagonal() * x;
}

const Ops& ops = reference_ops();

}  // namespace

TEST_CASE("reference: attention is softmax(mask(cap(scale Q K^T))) V") {
  constexpr Index tokens = kPageTokens + 44, queries = 70, kv_heads = 2, group = 3, head_dim = 24;
  constexpr Index heads = kv_heads * group, kv_size = kv_heads * head_dim, row_size = heads * head_dim;
  constexpr float scale = 0.3f;
  const std::vector<float> q = gaussian(queries * row_size, 1), k = gaussian(tokens * kv_size, 2),
                           v = gaussian(tokens * kv_size, 3);
  constexpr Index side = kv_size * kPageTokens * Index{sizeof(float)};  // of a page
  const Memory memory(4 * side);
  std::byte* const pages[] = {memory.data(), memory.data() + 2 * side};
  const std::int32_t page_ids[] = {1, 0};
  const PagedKV cache{DType::f32, pages, 0, side, kv_heads, head_dim};
  const SequenceRows all{0, tokens, tokens, page_ids}, newest{0, queries, tokens, page_ids};
  ops.cache_append(machine().workers(), cache, {k.data(), tokens, kv_heads, head_dim, kv_size, head_dim},
                   {v.data(), tokens, kv_heads, head_dim, kv_size, head_dim}, &all, 1);
  for (const Index window : {0, 1, 20, 256}) {
    for (const float softcap : {0.0f, 1.5f}) {
      std::vector<float> out(size_of(queries * row_size));
      ops.attention(machine().workers(), {{q.data(), queries, heads, head_dim, row_size, head_dim},
                                          {out.data(), queries, heads, head_dim, row_size, head_dim},
                                          cache,
                                          &newest,
                                          1,
                                          scale,
                                          softcap,
                                          window});
      for (Index h = 0; h < heads; ++h) {
        const Index kv = h / group * head_dim;
        Matrix scores = static_cast<double>(scale) * matrix(q.data() + h * head_dim, queries, head_dim, row_size) *
                        matrix(k.data() + kv, tokens, head_dim, kv_size).transpose();
        if (softcap > 0) scores = softcap * (scores / softcap).array().tanh().matrix();
        for (Index i = 0; i < queries; ++i) {
          const Index position = tokens - queries + i;
          for (Index j = 0; j < tokens; ++j) {
            if (j > position || (window > 0 && j <= position - window)) scores(i, j) = -1e300;
          }
        }
        INFO("head " << h << " window " << window << " softcap " << softcap);
        check_rounded(matrix(out.data() + h * head_dim, queries, head_dim, row_size),
                      softmax_of_rows(scores) * matrix(v.data() + kv, tokens, head_dim, kv_size));
      }
    }
  }
}

TEST_CASE("reference: a matrix product is X W^T + b") {
  constexpr Index n = 30, k = 300, rows = 70;
  const std::vector<float> weight = gaussian(n * k, 1), x = gaussian(rows * k, 2), bias = gaussian(n, 3);
  std::vector<float> y(size_of(rows * n), 2.0f);
  Memory packed(ops.packed_weight_bytes(DType::f32, n, k));
  ops.pack_weight(machine().workers(), DType::f32, n, k, reinterpret_cast<const std::byte*>(weight.data()), 0, n,
                  packed.data());
  ops.matmul(machine(2).workers(), {DType::f32, n, k, packed.data()}, x.data(), k, rows,
             {y.data(), n, bias.data(), true});
  Matrix wanted = matrix(x.data(), rows, k, k) * matrix(weight.data(), n, k, k).transpose();
  wanted.rowwise() += matrix(bias.data(), 1, n, n).row(0);
  check_rounded(matrix(y.data(), rows, n, n), wanted + Matrix::Constant(rows, n, 2.0));
}

TEST_CASE(
    "reference: activations quantise to at most half a step off, and products with them are the steps' products") {
  constexpr Index n = 6, k = 64, rows = 5;
  const std::vector<float> x = gaussian(rows * k, 4);
  // The identity as q8_0 rows shows the quantised activations themselves: blocks with one quant of 1 and scale 1.
  std::vector<std::byte> identity(size_of(k * row_bytes(DType::q8_0, k)), std::byte{0});
  for (Index i = 0; i < k; ++i) {
    std::byte* row = identity.data() + i * row_bytes(DType::q8_0, k);
    row[i / 32 * 34 + 1] = std::byte{0x3c};  // the upper half of 1.0
    row[i / 32 * 34 + 2 + i % 32] = std::byte{1};
  }
  Memory quantized(ops.quantized_rows_bytes(rows, k)), packed(ops.packed_weight_bytes(DType::q8_0, k, k));
  ops.quantize_rows(machine().workers(), x.data(), k, rows, k, quantized.data());
  ops.pack_weight(machine().workers(), DType::q8_0, k, k, identity.data(), 0, k, packed.data());
  std::vector<float> back(size_of(rows * k));
  ops.matmul_q8(machine().workers(), {DType::q8_0, k, k, packed.data()}, quantized.data(), rows, {back.data(), k});
  for (Index block = 0; block < rows * k / 32; ++block) {
    const Matrix values = matrix(x.data() + block * 32, 1, 32, 32), steps = matrix(back.data() + block * 32, 1, 32, 32);
    const double step = values.cwiseAbs().maxCoeff() / 127;
    CHECK((values - steps).cwiseAbs().maxCoeff() <= step * 0.5001);
    CHECK((steps / step - (steps / step).array().round().matrix()).cwiseAbs().maxCoeff() <= 1e-4);
  }
  for (const DType type : {DType::q8_0, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1}) {
    const std::vector<float> weight = gaussian(n * k, 5);
    Memory rows_of_type(row_bytes(type, n * k));
    std::vector<float> dequantized(size_of(n * k)), y(size_of(rows * n));
    ops.convert(machine().workers(), DType::f32, reinterpret_cast<const std::byte*>(weight.data()), type,
                rows_of_type.data(), n * k);
    ops.convert(machine().workers(), type, rows_of_type.data(), DType::f32,
                reinterpret_cast<std::byte*>(dequantized.data()), n * k);
    ops.matmul_q8(machine().workers(), {type, n, k, rows_of_type.data()}, quantized.data(), rows, {y.data(), n});
    const Matrix wanted = matrix(back.data(), rows, k, k) * matrix(dequantized.data(), n, k, k).transpose();
    INFO(info(type).name);
    CHECK((matrix(y.data(), rows, n, n) - wanted).squaredNorm() <= 1e-13 * wanted.squaredNorm());
  }
}

TEST_CASE("reference: norms, softmax, reductions and products of rows") {
  const GridMemory x(4, 3, 50, 1, 2), up(4, 3, 50, 2);
  const Matrix values = matrix(x), factors = matrix(up);
  const std::vector<float> weight = gaussian(50, 3), bias = gaussian(50, 4);
  const Eigen::RowVectorXd w = matrix(weight.data(), 1, 50, 50), b = matrix(bias.data(), 1, 50, 50);
  const Workers workers = machine().workers();
  constexpr float eps = 0.01f;
  GridMemory y(4, 3, 50, 5);

  ops.rms_norm(workers, x.rows(), weight.data(), eps, y.rows());
  const Eigen::VectorXd mean_squares = values.rowwise().squaredNorm() / 50;
  check_rounded(matrix(y), (mean_squares.array() + eps).rsqrt().matrix().asDiagonal() * values * w.asDiagonal());

  ops.layer_norm(workers, x.rows(), weight.data(), bias.data(), eps, y.rows());
  const Matrix centred = values.colwise() - values.rowwise().mean();
  const Eigen::VectorXd variances = centred.rowwise().squaredNorm() / 50;
  Matrix normed = (variances.array() + eps).rsqrt().matrix().asDiagonal() * centred * w.asDiagonal();
  normed.rowwise() += b;
  check_rounded(matrix(y), normed);

  ops.softmax(workers, x.rows(), 0.7f, y.rows());
  check_rounded(matrix(y), softmax_of_rows(static_cast<double>(0.7f) * values));

  ops.glu(workers, Unary::silu, x.rows(), up.rows(), y.rows());
  const Matrix silu = (values.array() / (1 + (-values.array()).exp())).matrix();
  check_rounded(matrix(y), silu.cwiseProduct(factors));

  std::vector<float> sums(12), largest(12), least(12);
  std::vector<std::int32_t> places(12);
  ops.reduce(workers, Reduce::sum, x.rows(), sums.data());
  ops.reduce(workers, Reduce::max, x.rows(), largest.data());
  ops.reduce(workers, Reduce::min, x.rows(), least.data());
  ops.argmax(workers, x.rows(), places.data());
  check_rounded(matrix(sums.data(), 12, 1, 1), values.rowwise().sum());
  CHECK(matrix(largest.data(), 12, 1, 1) == Matrix(values.rowwise().maxCoeff()));
  CHECK(matrix(least.data(), 12, 1, 1) == Matrix(values.rowwise().minCoeff()));
  for (Index row = 0; row < 12; ++row) {
    Index place;
    values.row(row).maxCoeff(&place);
    CHECK(places[size_of(row)] == place);
  }
}

TEST_CASE("reference: rotary positions multiply pairs, as complex numbers, by e^(i angle)") {
  constexpr Index tokens = 5, heads = 2, size = 12, rotary = 8;
  std::vector<float> cos_sin(size_of(tokens * rotary));
  for (Index t = 0; t < tokens; ++t) {
    for (Index a = 0; a < rotary / 2; ++a) {
      const auto angle = static_cast<float>(t) / static_cast<float>(a + 1);
      cos_sin[size_of(t * rotary + a)] = std::cos(angle);
      cos_sin[size_of(t * rotary + rotary / 2 + a)] = std::sin(angle);
    }
  }
  for (const RopePairs pairs : {RopePairs::adjacent, RopePairs::halves}) {
    const GridMemory before(tokens, heads, size, 1);
    GridMemory x = before;
    ops.rope(machine().workers(), x.rows(), cos_sin.data(), rotary, pairs);
    Matrix wanted = matrix(before);
    for (Index row = 0; row < tokens * heads; ++row) {
      const float* turn = cos_sin.data() + row / heads * rotary;
      for (Index a = 0; a < rotary / 2; ++a) {
        double& re = wanted(row, pairs == RopePairs::adjacent ? 2 * a : a);
        double& im = wanted(row, pairs == RopePairs::adjacent ? 2 * a + 1 : a + rotary / 2);
        const std::complex<double> turned =
            std::complex<double>(re, im) * std::complex<double>(turn[a], turn[a + rotary / 2]);
        re = turned.real();
        im = turned.imag();
      }
    }
    check_rounded(matrix(x), wanted);
  }
}
