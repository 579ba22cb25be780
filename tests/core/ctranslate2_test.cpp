#include "core/formats/ctranslate2.h"

#include <cmath>
#include <cstring>

#include "core/file_builder.h"
#include "kernels/blocks.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

/// A string as the format has it: its length with the zero at its end, the bytes, the zero.
Builder& put_name(Builder& file, std::string_view name) {
  return file.put(static_cast<std::uint16_t>(name.size() + 1)).raw(name).put<std::uint8_t>(0);
}

Builder header(std::uint32_t variables, std::uint32_t version = 6) {
  Builder file;
  file.put(version);
  put_name(file, "WhisperSpec");
  return file.put<std::uint32_t>(3).put(variables);
}

/// A variable's description; its bytes follow.
Builder& put_variable(Builder& file, std::string_view name, std::vector<std::uint32_t> shape, std::uint8_t type,
                      std::uint32_t bytes) {
  put_name(file, name).put(static_cast<std::uint8_t>(shape.size()));
  for (const std::uint32_t size : shape) file.put(size);
  return file.put(type).put(bytes);
}

/// Two tensors and a scalar, and the output matrix as another name of the embedding.
Builder small_file() {
  Builder file = header(3);
  put_variable(file, "decoder/embeddings/weight", {2, 3}, 4, 12).raw("abcdefghijkl");
  put_variable(file, "encoder/norm/gamma", {1}, 0, 4).put(0.5F);
  put_variable(file, "encoder/num_heads", {}, 2, 2).put<std::int16_t>(6);
  file.put<std::uint32_t>(1);
  put_name(file, "decoder/projection/weight");
  return put_name(file, "decoder/embeddings/weight"), file;
}

}  // namespace

TEST_CASE("ctranslate2: variables are tensors, scalars are metadata, aliases name a tensor") {
  const Checkpoint checkpoint = open_checkpoint(small_file().source("model.bin"));
  CHECK(checkpoint.format == "ctranslate2");
  CHECK(checkpoint.metadata.get<std::string>("general.architecture") == "WhisperSpec");
  CHECK(checkpoint.metadata.get<std::int64_t>("encoder/num_heads") == 6);
  CHECK(checkpoint.tensors.size() == 2);
  const TensorInfo* embedding = checkpoint.find("decoder/embeddings/weight");
  REQUIRE(embedding);
  CHECK(embedding->type == DType::f16);
  CHECK(embedding->shape == std::vector<Index>{2, 3});
  CHECK(std::memcmp(bytes_of(checkpoint, "decoder/embeddings/weight").data(), "abcdefghijkl", 12) == 0);
  CHECK(checkpoint.metadata.get<std::string>("decoder/projection/weight") == "decoder/embeddings/weight");
  CHECK(checkpoint.find("decoder/projection/weight") == nullptr);
}

TEST_CASE("ctranslate2: weights in integers come with their scales applied") {
  Builder file = header(7);
  put_variable(file, "conv/weight", {2, 1, 2}, 1, 4);
  for (const int q : {127, -3, 5, -127}) file.put(static_cast<std::int8_t>(q));
  put_variable(file, "conv/weight_scale", {2}, 0, 8).put(64.0F).put(0.5F);
  put_variable(file, "matrix/weight", {3, 64}, 1, 3 * 64);
  for (int i = 0; i < 3 * 64; ++i) file.put(static_cast<std::int8_t>(i % 255 - 127));
  put_variable(file, "matrix/weight_scale", {3}, 0, 12).put(100.0F).put(2.0F).put(3000.0F);
  put_variable(file, "wide/weight", {1, 2}, 2, 4).put<std::int16_t>(1000).put<std::int16_t>(-1);
  put_variable(file, "wide/weight_scale", {}, 0, 4).put(2000.0F);
  put_variable(file, "pre_norm", {}, 1, 1).put<std::int8_t>(1);
  file.put<std::uint32_t>(2);
  put_name(put_name(file, "other/weight"), "matrix/weight");
  put_name(put_name(file, "other/weight_scale"), "matrix/weight_scale");
  const Checkpoint checkpoint = open_checkpoint(file.source("model.bin"));

  const auto values = [&](const char* name, Index count) {
    std::vector<float> numbers(static_cast<std::size_t>(count));
    dequantize_row(checkpoint.tensors.at(name).type, bytes_of(checkpoint, name).data(), numbers.data(), count);
    return numbers;
  };
  CHECK(checkpoint.tensors.size() == 3);
  CHECK(checkpoint.tensors.at("conv/weight").shape == std::vector<Index>{2, 1, 2});
  CHECK(values("conv/weight", 4) == std::vector<float>{127 / 64.0F, -3 / 64.0F, 10, -254});
  CHECK(values("wide/weight", 2) == std::vector<float>{0.5F, -1 / 2000.0F});
  CHECK(checkpoint.tensors.at("matrix/weight").type == DType::q8_0);
  const std::vector<float> matrix = values("matrix/weight", 3 * 64);
  for (int i = 0; i < 3 * 64; ++i) {
    const double exact = (i % 255 - 127) / (i < 64 ? 100.0 : i < 128 ? 2.0 : 3000.0);
    CHECK(std::abs(matrix[static_cast<std::size_t>(i)] - exact) <= std::abs(exact) * 0x1p-11);
  }
}

TEST_CASE("ctranslate2: a file that is cut anywhere is an error") {
  const SourcePtr whole = small_file().source("model.bin");
  for (std::uint64_t size = 1; size < whole->size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(open_checkpoint(first_bytes(whole, size)), Error);
  }
}

TEST_CASE("ctranslate2: what is wrong is named") {
  CHECK_THAT(error_of_bytes(header(0, 9)), Contains("version 9, expected 4 to 6"));
  Builder rank = header(1);
  put_variable(rank, "w", {1, 1, 1, 1, 1}, 0, 4).zeros(4);
  CHECK_THAT(error_of_bytes(rank), Contains("'w' has 5 dimensions"));
  Builder type = header(1);
  put_variable(type, "w", {1}, 9, 4).zeros(4);
  CHECK_THAT(error_of_bytes(type), Contains("unknown type 9"));
  Builder integers = header(1);
  put_variable(integers, "w", {4}, 3, 16).zeros(16);
  CHECK_THAT(error_of_bytes(integers), Contains("'w' has int32 weights"));
  Builder no_scale = header(1);
  put_variable(no_scale, "w", {4}, 1, 4).zeros(4).put<std::uint32_t>(0);
  CHECK_THAT(error_of_bytes(no_scale), Contains("'w_scale' is missing"));
  Builder no_rows = header(2);
  put_variable(no_rows, "w", {1U << 30, 0}, 1, 0);
  put_variable(no_rows, "w_scale", {}, 0, 4).put(1.0F).put<std::uint32_t>(0);
  CHECK_THAT(error_of_bytes(no_rows), Contains("'w' is empty"));
  for (const float scale : {0.0F, -1.0F, HUGE_VALF, std::nanf("")}) {
    Builder wrong = header(2);
    put_variable(wrong, "w", {1, 4}, 1, 4).zeros(4);
    put_variable(wrong, "w_scale", {1}, 0, 4).put(scale).put<std::uint32_t>(0);
    CHECK_THAT(error_of_bytes(wrong), Contains("expected positive numbers"));
  }
  Builder few = header(2);
  put_variable(few, "w", {2, 4}, 1, 8).zeros(8);
  put_variable(few, "w_scale", {1}, 0, 4).put(1.0F).put<std::uint32_t>(0);
  CHECK_THAT(error_of_bytes(few), Contains("'w_scale' has shape [1], expected [2]"));
  Builder size = header(1);
  put_variable(size, "w", {2}, 0, 4).zeros(8);
  CHECK_THAT(error_of_bytes(size), Contains("has 4 bytes, expected 8"));
  Builder twice = header(2);
  for (int i = 0; i < 2; ++i) put_variable(twice, "w", {1}, 0, 4).zeros(4);
  CHECK_THAT(error_of_bytes(twice), Contains("'w' is there twice"));
  Builder alias = header(0).put<std::uint32_t>(1);
  put_name(put_name(alias, "a"), "b");
  CHECK_THAT(error_of_bytes(alias), Contains("'a' stands for 'b', which is missing"));
}

TEST_CASE("checkpoint: the parts of \"x.model.bin\" are \"x.part\" before \"part\"") {
  const TemporaryFolder folder;
  write_file(folder / "x.model.bin", "m");
  write_file(folder / "x.config.json", "of x");
  write_file(folder / "config.json", "of another");
  write_file(folder / "vocabulary.txt", "of both");
  const OpenSibling open = open_beside(folder / "x.model.bin");
  CHECK(read_text(*open("config.json")) == "of x");
  CHECK(read_text(*open("vocabulary.txt")) == "of both");
  CHECK(open("tokenizer.json") == nullptr);
  CHECK(read_text(*open_beside(folder / "model.bin")("config.json")) == "of another");
}
