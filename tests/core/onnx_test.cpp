#include "core/formats/onnx.h"

#include <array>

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;

namespace {

/// A number in groups of seven bits.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes += static_cast<char>(value);
}

std::string field(int number, std::uint64_t value) {
  return varint(static_cast<std::uint64_t>(number) << 3) + varint(value);
}

std::string field(int number, const std::string& bytes) {
  return varint(static_cast<std::uint64_t>(number) << 3 | 2) + varint(bytes.size()) + bytes;
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string array(const std::string& name, std::vector<std::uint64_t> shape, int type, const std::string& elements) {
  std::string bytes;
  for (const std::uint64_t size : shape) bytes += field(1, size);
  return bytes + field(2, static_cast<std::uint64_t>(type)) + field(8, name) + elements;
}

std::string floats(const std::string& name, std::vector<std::uint64_t> shape, const std::vector<float>& values) {
  return array(name, std::move(shape), 1, field(9, raw(values)));
}

std::string node(const std::string& operation, const std::string& name, const std::vector<std::string>& inputs) {
  std::string bytes;
  for (const std::string& input : inputs) bytes += field(1, input);
  return bytes + field(3, name) + field(4, operation);
}

/// A model of these initialisers and nodes.
Builder file_of(const std::vector<std::string>& arrays, const std::vector<std::string>& nodes = {}) {
  std::string graph;
  for (const std::string& n : nodes) graph += field(1, n);
  for (const std::string& a : arrays) graph += field(5, a);
  return Builder().raw(field(1, 8) + field(2, "pytorch") + field(7, graph) + field(8, field(2, 17)));
}

std::vector<float> values_of(const Checkpoint& checkpoint, std::string_view name) {
  const std::vector<std::byte> bytes = bytes_of(checkpoint, name);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::vector<std::string> names_of(const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : checkpoint.tensors) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("onnx: initialisers are read where they lie") {
  const Checkpoint checkpoint = open_checkpoint(
      file_of({floats("raw", {2, 3}, {1, 2, 3, 4, 5, 6}), array("typed", {2}, 1, field(4, raw<float>({7, 8}))),
               field(1, varint(2) + varint(1)) + array("packed", {}, 10, field(9, std::string("abcd"))),
               array("whole", {1}, 7, field(9, raw<std::int64_t>({-9}))),
               array("of the graph", {1}, 7, field(7, "\x01")), array("none", {0, 4}, 1, "")})
          .source("m.onnx"));
  CHECK(checkpoint.format == "onnx");
  CHECK(checkpoint.metadata.get<std::string>("onnx.producer") == "pytorch");
  CHECK(names_of(checkpoint) == std::vector<std::string>{"none", "packed", "raw", "typed", "whole"});
  CHECK(checkpoint.sources.size() == 1);
  CHECK(checkpoint.find("raw")->shape == std::vector<Index>{2, 3});
  CHECK(values_of(checkpoint, "raw") == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(values_of(checkpoint, "typed") == std::vector<float>{7, 8});
  CHECK(checkpoint.find("packed")->shape == std::vector<Index>{2, 1});
  CHECK(checkpoint.find("packed")->type == DType::f16);
  CHECK(checkpoint.find("whole")->type == DType::i64);
}

TEST_CASE("onnx: what the exporter computed has the name of the module that uses it") {
  const auto constant = [](const std::string& name, std::vector<std::uint64_t> shape, std::vector<float> values) {
    return node("Constant", name, {}) + field(5, field(1, "value") + field(5, floats("", std::move(shape), values)));
  };
  const Checkpoint checkpoint = read_onnx(
      file_of({floats("onnx::MatMul_1", {2, 3}, {1, 2, 3, 4, 5, 6}), floats("fc.bias", {3}, {0, 0, 0}),
               floats("onnx::Conv_2", {1, 1, 1, 1}, {2}), floats("onnx::Conv_3", {1}, {3}),
               floats("onnx::Mul_4", {2, 1, 1}, {4, 4}), floats("onnx::Add_5", {2, 1, 1}, {5, 5}),
               floats("onnx::Add_6", {2}, {6, 6}), floats("onnx::Expand_7", {1, 2}, {7, 7}),
               array("onnx::Slice_8", {1}, 7, field(9, raw<std::int64_t>({8}))), floats("onnx::unused", {1}, {9})},
              {node("MatMul", "/fc/MatMul", {"x", "onnx::MatMul_1"}), node("Add", "/fc/Add", {"fc.bias", "y"}),
               node("Conv", "/seq/seq.0/c/Conv", {"x", "onnx::Conv_2", "onnx::Conv_3"}),
               node("Mul", "/norm/Mul", {"onnx::Mul_4", "x"}), node("Add", "/norm/Add", {"x", "onnx::Add_5"}),
               node("Add", "/norm/Add_1", {"x", "onnx::Add_6"}), node("Expand", "/Expand_1", {"onnx::Expand_7", "s"}),
               node("Slice", "/Slice", {"x", "onnx::Slice_8", "onnx::Slice_8"}),
               constant("/attn/Constant_5", {1, 2}, {1, 2}), constant("/attn/Constant_6", {1}, {1})})
          .source("m.onnx"));
  CHECK(names_of(checkpoint) == std::vector<std::string>{"Expand_1", "attn.Constant_5", "fc.bias", "fc.weight",
                                                         "norm.Add_1", "norm.bias", "norm.weight", "seq.0.c.bias",
                                                         "seq.0.c.weight"});
  CHECK(checkpoint.find("fc.weight")->shape == std::vector<Index>{3, 2});
  CHECK(values_of(checkpoint, "fc.weight") == std::vector<float>{1, 4, 2, 5, 3, 6});
  CHECK(values_of(checkpoint, "norm.Add_1") == std::vector<float>{6, 6});
  CHECK(values_of(checkpoint, "seq.0.c.bias") == std::vector<float>{3});
}

TEST_CASE("onnx: a transposed matrix reads in any order and as often as one likes") {
  constexpr Index kInputs = 5, kOutputs = 37;
  std::vector<float> stored(kInputs * kOutputs);
  for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = static_cast<float>(i);
  const Checkpoint checkpoint = read_onnx(file_of({floats("onnx::MatMul_1", {kInputs, kOutputs}, stored)},
                                                  {node("MatMul", "/fc/MatMul", {"x", "onnx::MatMul_1"})})
                                              .source("m.onnx"));
  const TensorInfo& weight = checkpoint.require("fc.weight", std::array<Index, 2>{kOutputs, kInputs});
  const std::pair<Index, Index> pieces[] = {{30, 7}, {0, 1}, {36, 1}, {5, 20}, {0, kOutputs}};
  for (const auto& [first, count] : pieces) {
    std::vector<float> rows(static_cast<std::size_t>(count * kInputs));
    checkpoint.read_rows(weight, first, count, std::as_writable_bytes(std::span(rows)));
    for (Index i = 0; i < count * kInputs; ++i)
      CHECK(rows[static_cast<std::size_t>(i)] == static_cast<float>(i % kInputs * kOutputs + first + i / kInputs));
  }
}

TEST_CASE("onnx: what cannot be read is named") {
  const auto error = [](const std::string& a) { return error_of_bytes(file_of({a}), "m.onnx"); };
  CHECK(error(floats("w", {2}, {1})) == "m.onnx: tensor 'w' of f32 [2] takes 8 bytes, the file has 4");
  CHECK(error(array("w", {1}, 11, field(9, "12345678"))) ==
        "m.onnx: tensor 'w' has elements of ONNX's type 11, which is not supported");
  CHECK(error(array("w", {1}, 1, field(14, 1))) == "m.onnx: tensor 'w' lies in another file, which is not supported");
  CHECK(error(array("w", {2}, 1, field(4, "abcd") + field(4, "abcd"))) ==
        "m.onnx: tensor 'w' is written in pieces, which is not supported");
  CHECK(error(array("w", {2}, 1, "\x25" + raw<float>({1}) + "\x25" + raw<float>({2}))) ==
        "m.onnx: tensor 'w' is written in pieces, which is not supported");
  CHECK(error(array("w", {1}, 10, field(5, "\x01"))) ==
        "m.onnx: tensor 'w' is written number by number, which is not supported");
  CHECK(error(array("w", {1, 1, 1, 1, 1, 1, 1, 1, 1}, 1, "")) == "m.onnx: tensor '' has more than 8 dimensions");
  CHECK(error(array("w", {~std::uint64_t{0}, 8}, 1, "")) ==
        "m.onnx: tensor 'w' of shape [18446744073709551615, 8] is too large");
  CHECK(error_of_bytes(file_of({floats("w", {1}, {1}), floats("w", {1}, {1})}), "m.onnx") ==
        "m.onnx: tensor 'w' is there twice");
  CHECK(error_of_bytes(Builder().raw(field(1, 8) + field(2, "x")), "m.onnx") ==
        "m.onnx: an ONNX model without a graph");
}

TEST_CASE("onnx: a malformed file is an error wherever it is cut or wrong") {
  const SourcePtr whole = file_of({floats("w", {2}, {1, 2})}, {node("Relu", "/Relu", {"w"})}).source("m.onnx");
  for (std::uint64_t size = 3; size < whole->size() - 4; ++size)  // the last field does not matter
    CHECK_FALSE(error_of([&] { read_onnx(first_bytes(whole, size)); }).empty());
  CHECK(error_of_bytes(Builder().raw(field(1, 8) + "\x3a\x7f" + "ab"), "m.onnx") ==
        "m.onnx: a field of 127 bytes at byte 4 of what ends at 6: corrupt");
  CHECK(error_of_bytes(Builder().raw(field(1, 8) + field(7, "\x0b")), "m.onnx") ==
        "m.onnx: a field of unknown kind 3 before byte 5: corrupt");
  CHECK(error_of_bytes(Builder().raw(field(1, 8) + field(7, std::string(11, '\x80'))), "m.onnx") ==
        "m.onnx: the number before byte 14 does not end: corrupt");
}
