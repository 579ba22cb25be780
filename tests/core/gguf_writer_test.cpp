#include "core/formats/gguf_writer.h"

#include <limits>

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

using Values = std::map<std::string, MetaValue, std::less<>>;

std::string golden() { return std::string(WICK_TESTS_DIR) + "/golden/formats/small.gguf"; }

/// Copies a checkpoint's tensors, in pieces of `piece` bytes.
void copy_tensors(const Checkpoint& from, const std::string& to, std::size_t piece) {
  std::vector<GgufTensor> tensors;
  for (const auto& [name, tensor] : from.tensors) tensors.push_back({name, tensor.type, tensor.shape});
  GgufWriter writer(to, from.metadata.values, tensors);
  for (const GgufTensor& tensor : tensors) {
    const std::vector<std::byte> bytes = bytes_of(from, tensor.name);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      writer.write(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
    }
  }
  writer.finish();
}

}  // namespace

TEST_CASE("gguf writer: a copy has the same metadata and tensors, whatever the pieces") {
  const Checkpoint original = open_checkpoint(golden());
  const TemporaryFolder folder;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{17}, std::size_t{1} << 20}) {
    copy_tensors(original, folder / "copy.gguf", piece);
    const Checkpoint copy = open_checkpoint(folder / "copy.gguf");
    CHECK(copy.metadata.values == original.metadata.values);
    REQUIRE(copy.tensors.size() == original.tensors.size());
    for (const auto& [name, tensor] : original.tensors) {
      CAPTURE(name, piece);
      CHECK(copy.require(name, tensor.shape).type == tensor.type);
      CHECK(copy.find(name)->offset % 32 == 0);
      CHECK(bytes_of(copy, name) == bytes_of(original, name));
    }
  }
}

TEST_CASE("gguf writer: values keep their meaning at the ends of every type") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max(), kLeast = -kMost - 1;
  const Values values = {
      {"bool", true},
      {"text", std::string("na\xc3\xafve\0zero", 11)},
      {"u32", std::int64_t{0xffffffff}},
      {"u64", std::int64_t{1} << 32},
      {"i32", std::int64_t{-1}},
      {"i64", kLeast},
      {"most", kMost},
      {"f32", 0.25},
      {"f64", 0.1},
      {"infinite", -std::numeric_limits<double>::infinity()},
      {"bools", std::vector<bool>{true, false, true}},
      {"integers", std::vector<std::int64_t>{-5, 0x7fffffff}},
      {"wide integers", std::vector<std::int64_t>{kLeast, kMost}},
      {"numbers", std::vector<double>{0.5, 1e30, 0.1}},
      {"texts", std::vector<std::string>{"", "a", "bc"}},
      {"none", std::vector<std::string>{}},
  };
  const TemporaryFolder folder;
  GgufWriter(folder / "m.gguf", values, {}).finish();
  CHECK(open_checkpoint(folder / "m.gguf").metadata.values == values);
}

TEST_CASE("gguf writer: keys that describe the old file's layout are not carried over") {
  const TemporaryFolder folder;
  const Values values = {{"general.alignment", std::int64_t{64}}, {"split.count", std::int64_t{3}}, {"k", true}};
  GgufWriter(folder / "m.gguf", values, {}).finish();
  CHECK(open_checkpoint(folder / "m.gguf").metadata.values == Values{{"k", true}});
}

TEST_CASE("gguf writer: empty tensors take no bytes anywhere in the order") {
  const TemporaryFolder folder;
  const std::vector<std::byte> four(4, std::byte{9});
  GgufWriter writer(folder / "m.gguf", {},
                    {{"a", DType::f32, {0, 4}}, {"b", DType::f32, {}}, {"c", DType::f16, {0}}, {"d", DType::i8, {4}}});
  writer.write(four);
  writer.write(four);
  writer.finish();
  const Checkpoint checkpoint = open_checkpoint(folder / "m.gguf");
  CHECK(checkpoint.find("a")->bytes == 0);
  CHECK(bytes_of(checkpoint, "b") == four);
  CHECK(bytes_of(checkpoint, "d") == four);
}

TEST_CASE("gguf writer: what does not fit is an error, and the old file stays") {
  const TemporaryFolder folder;
  const std::string path = folder / "m.gguf";
  write_file(path, "old");
  const std::vector<std::byte> bytes(64);
  const auto error = [&](std::vector<GgufTensor> tensors, std::size_t count) {
    return error_of([&] {
      GgufWriter writer(path, {}, std::move(tensors));
      writer.write(std::span(bytes).first(count));
      writer.finish();
    });
  };
  CHECK_THAT(error({{"t", DType::u8, {4}}}, 4), Contains("tensor 't' is u8, which GGUF cannot hold"));
  CHECK_THAT(error({{"t", DType::f32, {1, 1, 1, 1, 1}}}, 4), Contains("tensor 't' has 5 dimensions"));
  CHECK_THAT(error({{"t", DType::q8_0, {2, 33}}}, 4), Contains("tensor 't' has rows of 33 elements, not a multiple"));
  CHECK_THAT(error({{"t", DType::f32, {1}}, {"t", DType::f32, {1}}}, 4), Contains("tensor 't' is there twice"));
  CHECK_THAT(error({{"t", DType::f32, {2}}}, 4), Contains("tensor 't' takes 8 bytes, 4 are given"));
  CHECK_THAT(error({{"t", DType::f32, {2}}}, 12), Contains("tensor 't' takes 8 bytes, 12 are given"));
  CHECK_THAT(error({}, 1), Contains("bytes past the last tensor"));
  CHECK(read_text(*open_file(path)) == "old");
  CHECK(folder.files() == 1);
}
