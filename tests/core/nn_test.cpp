#include "core/nn.h"

#include <Eigen/Dense>
#include <cmath>
#include <cstring>

#include "core/tensor_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix matrix_of(const Tensor& x) {
  const std::vector<float> values = x.to_dtype(DType::f32).to_vector<float>();
  return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
             values.data(), static_cast<Eigen::Index>(x.dim(0)), static_cast<Eigen::Index>(x.dim(1)))
      .cast<double>();
}

/// |a - b|^2 / |b|^2
double error_between(const Tensor& a, const Matrix& b) { return (matrix_of(a) - b).squaredNorm() / b.squaredNorm(); }

/// A file whose bytes cannot be seen in place, or that lie one byte off where they can.
class TestSource final : public ByteSource {
 public:
  TestSource(std::span<const std::byte> bytes, bool visible) : bytes_(bytes.size() + 1), visible_(visible) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + 1);
  }
  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return bytes_.size() - 1; }
  void read(std::uint64_t offset, std::span<std::byte> into) const override {
    std::copy_n(bytes_.begin() + 1 + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  }
  std::span<const std::byte> view(std::uint64_t offset, std::uint64_t count) const override {
    if (!visible_) return {};
    return std::span(bytes_).subspan(static_cast<std::size_t>(offset) + 1, static_cast<std::size_t>(count));
  }

 private:
  std::string name_ = "test.gguf";
  std::vector<std::byte> bytes_;
  bool visible_;
};

enum class Bytes { in_place, misaligned, hidden };

/// A checkpoint that holds one matrix.
Checkpoint checkpoint_of(const Tensor& matrix, Bytes how) {
  const auto count = static_cast<std::size_t>(row_bytes(matrix.dtype(), matrix.elements()));
  const std::span<const std::byte> bytes(matrix.bytes(), count);
  Checkpoint checkpoint;
  checkpoint.sources.push_back(how == Bytes::in_place ? memory_source("test.gguf", {bytes.begin(), bytes.end()})
                                                      : std::make_shared<TestSource>(bytes, how == Bytes::misaligned));
  checkpoint.tensors["w"] = {"w", matrix.dtype(), {matrix.dim(0), matrix.dim(1)}, 0, count, 0};
  return checkpoint;
}

Weight load(const Tensor& matrix, Bytes how = Bytes::in_place) {
  const Checkpoint checkpoint = checkpoint_of(matrix, how);
  const TensorInfo* const tensors[] = {&checkpoint.tensors.at("w")};
  WeightMemory memory(device());
  return Weight::load(checkpoint, tensors, memory);
}

}  // namespace

TEST_CASE("linear: tensors that stack give one weight with the rows of both") {
  const Tensor whole = Tensor::randn({kPackRows + 7, 64}, 3, device()).to_dtype(DType::q8_0);
  const Checkpoint checkpoint = checkpoint_of(whole, Bytes::in_place);
  const TensorInfo& tensor = checkpoint.tensors.at("w");
  TensorInfo above = tensor, below = tensor;
  above.shape[0] = kPackRows;
  below.shape[0] = 7;
  below.offset += static_cast<std::uint64_t>(row_bytes(DType::q8_0, 64 * kPackRows));
  WeightMemory memory(device());
  const TensorInfo* const parts[] = {&above, &below};
  const TensorInfo* const swapped[] = {&below, &above};
  const Tensor x = Tensor::randn({3, 64}, 4, device());
  const Linear stacked{{Weight::load(checkpoint, parts, memory)}, {}}, loaded{{load(whole)}, {}};
  CHECK(stacked(x).to_vector<float>() == loaded(x).to_vector<float>());
  CHECK_FALSE(Weight::stacks(below, above));
  CHECK(error_of([&] { Weight::load(checkpoint, swapped, memory); }) ==
        "[load] 'w' and 'w' cannot be packed as one matrix");
}

TEST_CASE("linear: f32, f16 and bf16 weights multiply as a double matrix product does, bf16 nearly if it may round") {
  const Tensor x = Tensor::randn({5, 96}, 1, device()), w = Tensor::randn({130, 96}, 2, device());
  for (const DType type : {DType::f32, DType::f16, DType::bf16}) {
    CAPTURE(info(type).name);
    const Tensor stored = w.to_dtype(type);
    const Matrix wanted = matrix_of(x) * matrix_of(stored).transpose();
    CHECK(error_between(Linear{{Weight::pack(stored)}, {}, Precision::precise}(x), wanted) < 1e-10);
    CHECK(error_between(Linear{{Weight::pack(stored)}, {}, Precision::fast}(x), wanted) <
          (type == DType::bf16 ? 1e-5 : 1e-10));
  }
}

TEST_CASE("linear: quantised weights, exactly with f32 activations and nearly with int8 ones") {
  const Tensor x = Tensor::randn({7, 256}, 1, device()), w = Tensor::randn({130, 256}, 2, device());
  for (const DType type : {DType::q8_0, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1}) {
    CAPTURE(info(type).name);
    const Tensor stored = w.to_dtype(type);
    const Matrix wanted = matrix_of(x) * matrix_of(stored).transpose();
    CHECK(error_between(Linear{{load(stored)}, {}, Precision::precise}(x), wanted) < 1e-10);
    CHECK(error_between(Linear{{load(stored)}, {}, Precision::fast}(x), wanted) < 1e-4);
  }
}

TEST_CASE("linear: parts lie side by side, with their bias, and add to what is there") {
  const Tensor x = Tensor::randn({3, 2, 64}, 1, device())(all, 1);  // rows with a stride
  const Tensor w = Tensor::randn({100, 64}, 2, device()), bias = Tensor::randn({100}, 3, device());
  const Tensor q8 = w({0, 70}).to_dtype(DType::q8_0);
  Linear layer{{load(q8), Weight::pack(w({70, 100}))}, bias, Precision::precise};
  CHECK(layer.outputs() == 100);
  const Tensor whole = cat({q8.to_dtype(DType::f32), w({70, 100})}, 0);
  const Tensor wanted = matmul(x, whole.transpose(0, 1)) + bias;
  CHECK(error_between(layer(x), matrix_of(wanted)) < 1e-12);
  Tensor y = Tensor::ones({3, 100}, DType::f32, device());
  layer.add_to(y, x);
  CHECK(error_between(y, matrix_of(wanted + 1.0)) < 1e-12);
  layer.precision = Precision::fast;
  CHECK(error_between(layer(x), matrix_of(wanted)) < 1e-4);
  CHECK(layer(x({0, 0})).shape() == Shape{0, 100});
}

TEST_CASE("weight: loading by pieces, from memory or through a buffer, packs the same bytes") {
  // Rows long enough that one piece is not the whole matrix.
  const Tensor w = Tensor::randn({150, 16384}, 1, device()).to_dtype(DType::q8_0);
  const auto packed = [](const Weight& weight) {
    const std::byte* bytes = weight.packed().data;
    return std::vector<std::byte>(bytes, bytes + weight.packed_bytes());
  };
  const auto in_place = packed(load(w, Bytes::in_place));
  CHECK(in_place == packed(load(w, Bytes::hidden)));
  CHECK(in_place == packed(load(w, Bytes::misaligned)));
}

TEST_CASE("weight: what is no matrix is an Error") {
  const Tensor vector = Tensor::zeros({4}, DType::f32, device());
  CHECK(error_of([&] { Weight::pack(vector); }) == "[pack] f32 [4] is no weight matrix");
  CHECK(error_of([&] { Weight::pack(Tensor::zeros({4, 4}, DType::i32, device())); }) ==
        "[pack] i32 [4, 4] is no weight matrix");
}

TEST_CASE("linear: inputs that do not fit are named") {
  const Linear layer{{Weight::pack(Tensor::zeros({6, 4}, DType::f32, device()))}, {}};
  const auto zeros = [](const Shape& shape) { return Tensor::zeros(shape, DType::f32, device()); };
  CHECK(error_of([&] { layer(zeros({2, 5})); }) == "[linear] x [2, 5] and weight [6, 4]: expected [rows, 4]");
  CHECK(error_of([&] { layer(zeros({4})); }) == "[linear] x [4] and weight [6, 4]: expected [rows, 4]");
  Tensor y = zeros({2, 5});
  CHECK(error_of([&] { layer.add_to(y, zeros({2, 4})); }) ==
        "[linear] x [2, 4] gives [2, 6], which cannot be added to [2, 5]");
  CHECK(error_of([&] { Linear{}(zeros({2, 4})); }) == "[linear] the layer has no weights");
  const Linear biased{layer.parts, zeros({5})};
  CHECK(error_of([&] { biased(zeros({2, 4})); }) == "[linear] parameters of shape [5] for x [2, 4]");
}

TEST_CASE("embedding: rows by id, of every type") {
  const Tensor w = Tensor::randn({20, 64}, 1, device());
  const std::vector<std::int32_t> ids = {19, 0, 7, 7};
  for (const DType type : {DType::f32, DType::f16, DType::q8_0, DType::q4_1}) {
    const Tensor stored = w.to_dtype(type), rows = stored.to_dtype(DType::f32);
    CHECK(values_of(embedding(load(stored), ids)) ==
          values_of(index_select(rows, 0, Tensor::copy_of<std::int32_t>(ids, {4}, device()))));
  }
  CHECK(error_of([&] { embedding(load(w), std::vector<std::int32_t>{20}); }) == "[embedding] id 20 of 20 rows");
  CHECK(error_of([&] { embedding(load(w), std::vector<std::int32_t>{-1}); }) == "[embedding] id -1 of 20 rows");
}

TEST_CASE("rms norm: of each vector, of views too, in place too") {
  const Tensor whole = Tensor::randn({4, 3 * 16}, 1, device()), weight = Tensor::randn({16}, 2, device());
  Tensor heads = whole.slice(1, 16, 48).reshape({4, 2, 16});
  const Tensor scale = 1.0 / sqrt(mean(heads * heads, 2, true) + 1e-5);
  const Tensor wanted = heads * scale * weight, before = whole.clone();
  const Tensor y = rms_norm(heads, weight, 1e-5);
  CHECK(max(abs(y - wanted)).item() < 1e-5);
  rms_norm_(heads, weight, 1e-5);
  CHECK(values_of(heads) == values_of(y));
  CHECK(values_of(whole(all, {0, 16})) == values_of(before(all, {0, 16})));
  CHECK(error_of([&] { rms_norm(whole, weight, 1e-5); }) == "[rms_norm] parameters of shape [16] for x [4, 48]");
  CHECK(error_of([&] { rms_norm(whole.transpose(0, 1), weight, 1e-5); }) ==
        "[rms_norm] needs 1 to 3 dimensions, the last one contiguous, not [48, 4]");
}

TEST_CASE("layer norm: mean 0 and variance 1, then weight and bias") {
  const Tensor x = Tensor::randn({5, 32}, 1, device()), weight = Tensor::randn({32}, 2, device()),
               bias = Tensor::randn({32}, 3, device());
  const Tensor centred = x - mean(x, 1, true);
  const Tensor wanted = centred / sqrt(mean(centred * centred, 1, true) + 1e-5) * weight + bias;
  CHECK(max(abs(layer_norm(x, weight, bias, 1e-5) - wanted)).item() < 1e-5);
}

TEST_CASE("pool: each column of scores mixes the values as their softmax says, of views too") {
  const Tensor scores = Tensor::randn({40, 9}, 1, device()), values = Tensor::randn({40, 30}, 2, device());
  const Tensor mixed = matmul(softmax(scores, 0).transpose(0, 1), values);
  CHECK(max(abs(pool(scores, values) - mixed)).item() < 1e-6);
  CHECK(max(abs(pool(scores.slice(1, 2, 5), values.slice(1, 3, 13)) - mixed.slice(0, 2, 5).slice(1, 3, 13))).item() <
        1e-6);
  CHECK(error_of([&] { pool(scores.slice(0, 1, 40), values); }) ==
        "[pool] scores [39, 9] of values [40, 30]: expected [rows, columns] and [rows, 256 at most]");
  CHECK_THROWS_AS(pool(scores, Tensor::zeros({40, 257}, DType::f32, device())), Error);
  CHECK_THROWS_AS(pool(scores.transpose(0, 1), Tensor::zeros({9, 3}, DType::f32, device())), Error);
}

TEST_CASE("rope: turns pairs by their angle and leaves the rest of a vector alone") {
  const Index tokens = 3, heads = 2, size = 8, rotary = 4;
  const Tensor x = Tensor::randn({tokens, heads, size}, 1, device());
  Tensor table = Tensor::empty({tokens, rotary}, DType::f32, device());
  const auto angle = [](Index token, Index pair) {
    return 0.3 * static_cast<double>(token + 1) + static_cast<double>(pair);
  };
  for (Index t = 0; t < tokens; ++t) {
    for (Index pair = 0; pair < rotary / 2; ++pair) {
      table.data<float>()[t * rotary + pair] = static_cast<float>(std::cos(angle(t, pair)));
      table.data<float>()[t * rotary + rotary / 2 + pair] = static_cast<float>(std::sin(angle(t, pair)));
    }
  }
  for (const RopePairs pairs : {RopePairs::adjacent, RopePairs::halves}) {
    Tensor y = x.clone();
    rope_(y, table, pairs);
    CHECK(values_of(y(all, all, {rotary, size})) == values_of(x(all, all, {rotary, size})));
    for (Index t = 0; t < tokens; ++t) {
      for (Index pair = 0; pair < rotary / 2; ++pair) {
        const Index first = pairs == RopePairs::adjacent ? 2 * pair : pair;
        const Index second = pairs == RopePairs::adjacent ? first + 1 : pair + rotary / 2;
        const double a = x(t, 1, first).item(), b = x(t, 1, second).item();
        const double cosine = std::cos(angle(t, pair)), sine = std::sin(angle(t, pair));
        CHECK(y(t, 1, first).item() == Approx(a * cosine - b * sine).margin(1e-6));
        CHECK(y(t, 1, second).item() == Approx(a * sine + b * cosine).margin(1e-6));
      }
    }
  }
  Tensor y = x.clone();
  CHECK(error_of([&] { rope_(y, table({0, 2}), RopePairs::halves); }) ==
        "[rope] x [3, 2, 8] and cosines [2, 4], expected [3, rotary]");
}

TEST_CASE("glu: the activation of the first half times the second") {
  const Tensor x = Tensor::randn({3, 40}, 1, device());
  const Tensor gate = x(all, {0, 20}), up = x(all, {20, 40});
  CHECK(max(abs(glu(Unary::silu, x) - silu(gate) * up)).item() < 1e-5);
  CHECK(max(abs(glu(Unary::gelu_erf, x) - gelu(gate) * up)).item() < 1e-5);
  CHECK(error_of([&] { glu(Unary::silu, x(all, {0, 39})); }) == "[glu] [3, 39], expected [rows, 2 * hidden]");
}
