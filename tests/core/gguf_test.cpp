#include "core/formats/gguf.h"

#include <algorithm>
#include <optional>

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint32_t kF32 = 0, kQ4_0 = 2;
constexpr std::uint64_t kHuge = std::uint64_t{1} << 60;

struct TensorPart {
  std::string name;
  std::vector<std::uint64_t> dims;  // innermost first, as the file has them
  std::uint32_t type;
  std::uint64_t offset;
};

/// A version 3 file in its parts, so that a test changes one of them.
struct GgufFile {
  std::uint32_t version = 3;
  std::optional<std::uint64_t> tensor_count, value_count;
  std::vector<Builder> values;
  std::vector<TensorPart> tensors;
  std::size_t alignment = 32, data_bytes = 256;

  /// A metadata value of a plain type.
  template <class T>
  GgufFile& value(std::string_view key, GgufType type, T number) {
    values.push_back(Builder().text(key).put(type).put(number));
    return *this;
  }
  GgufFile& text(std::string_view key, std::string_view string) {
    values.push_back(Builder().text(key).put(GgufType::string).text(string));
    return *this;
  }
  GgufFile& tensor(std::string name, std::vector<std::uint64_t> dims, std::uint32_t type, std::uint64_t offset) {
    tensors.push_back({std::move(name), std::move(dims), type, offset});
    return *this;
  }

  operator Builder() const {
    Builder out;
    out.raw("GGUF").put(version);
    out.put(tensor_count.value_or(tensors.size())).put(value_count.value_or(values.size()));
    for (const Builder& entry : values)
      out.raw({reinterpret_cast<const char*>(entry.bytes().data()), entry.bytes().size()});
    for (const TensorPart& tensor : tensors) {
      out.text(tensor.name).put(static_cast<std::uint32_t>(tensor.dims.size()));
      for (const std::uint64_t dim : tensor.dims) out.put(dim);
      out.put(tensor.type).put(tensor.offset);
    }
    out.align(alignment);
    for (std::size_t i = 0; i < data_bytes; ++i) out.put(static_cast<std::uint8_t>(i));
    return out;
  }
  Checkpoint open(const std::string& name = "test.gguf") const { return open_checkpoint(Builder(*this).source(name)); }
};

/// Two tensors and some metadata.
GgufFile small_file() {
  GgufFile file;
  file.text("general.architecture", "llama").value<std::uint32_t>("llama.block_count", GgufType::u32, 2);
  file.tensor("a", {4, 3}, kF32, 0).tensor("b", {32, 2}, kQ4_0, 64);
  return file;
}

}  // namespace

TEST_CASE("gguf: metadata of every type comes back as stored") {
  GgufFile file;
  file.value<std::uint8_t>("u8", GgufType::u8, 200).value<std::int8_t>("i8", GgufType::i8, -100);
  file.value<std::uint16_t>("u16", GgufType::u16, 60000).value<std::int16_t>("i16", GgufType::i16, -30000);
  file.value<std::uint32_t>("u32", GgufType::u32, 4000000000u).value<std::int32_t>("i32", GgufType::i32, -5);
  file.value<std::uint64_t>("u64", GgufType::u64, 1ull << 62).value<std::int64_t>("i64", GgufType::i64, -(1ll << 62));
  file.value<float>("f32", GgufType::f32, 0.5f).value<double>("f64", GgufType::f64, 1e-300);
  file.value<std::uint8_t>("yes", GgufType::boolean, 1).text("text", "na\xc3\xafve");
  const auto list = [&](std::string_view key, GgufType type, std::uint64_t count) -> Builder& {
    return file.values.emplace_back(Builder().text(key).put(GgufType::array).put(type).put(count));
  };
  list("bytes", GgufType::u8, 3).put<std::uint8_t>(1).put<std::uint8_t>(2).put<std::uint8_t>(255);
  list("texts", GgufType::string, 2).text("").text("b");
  list("numbers", GgufType::f32, 1).put(2.5f);
  list("flags", GgufType::boolean, 2).put<std::uint8_t>(0).put<std::uint8_t>(1);
  list("none", GgufType::i32, 0);

  const Metadata m = file.open().metadata;
  CHECK(m.get<std::int64_t>("u8") == 200);
  CHECK(m.get<std::int64_t>("i8") == -100);
  CHECK(m.get<std::int64_t>("u16") == 60000);
  CHECK(m.get<std::int64_t>("i16") == -30000);
  CHECK(m.get<std::int64_t>("u32") == 4000000000);
  CHECK(m.get<std::int64_t>("i32") == -5);
  CHECK(m.get<std::int64_t>("u64") == 1ll << 62);
  CHECK(m.get<std::int64_t>("i64") == -(1ll << 62));
  CHECK(m.get<double>("f32") == 0.5);
  CHECK(m.get<double>("f64") == 1e-300);
  CHECK(m.get<bool>("yes"));
  CHECK(m.get<std::string>("text") == "na\xc3\xafve");
  CHECK(m.get<std::vector<std::int64_t>>("bytes") == std::vector<std::int64_t>{1, 2, 255});
  CHECK(m.get<std::vector<std::string>>("texts") == std::vector<std::string>{"", "b"});
  CHECK(m.get<std::vector<double>>("numbers") == std::vector<double>{2.5});
  CHECK(m.get<std::vector<bool>>("flags") == std::vector<bool>{false, true});
  CHECK(m.get<std::vector<std::int64_t>>("none").empty());
}

TEST_CASE("metadata: a lookup names the file, the key and the types") {
  const Metadata m = small_file().open("model.gguf").metadata;
  CHECK(error_of([&] { m.get<std::int64_t>("llama.vocab_size"); }) ==
        "model.gguf: metadata 'llama.vocab_size' is missing");
  CHECK(error_of([&] { m.get<bool>("llama.block_count"); }) ==
        "model.gguf: metadata 'llama.block_count' is an integer, expected a boolean");
  CHECK(error_of([&] { m.number("general.architecture"); }) ==
        "model.gguf: metadata 'general.architecture' is a string, expected a number");
  CHECK(error_of([&] { m.get_or<std::string>("llama.block_count", ""); }) ==
        "model.gguf: metadata 'llama.block_count' is an integer, expected a string");
  CHECK(m.number("llama.block_count") == 2);
  CHECK(m.number_or("llama.block_count", 7) == 2);
  CHECK(m.number_or("other", 7) == 7);
  CHECK(m.get_or<std::string>("other", "x") == "x");
}

TEST_CASE("gguf: values that have no type here are an error only when they are used") {
  GgufFile file = small_file();
  file.value<std::uint64_t>("hash", GgufType::u64, ~std::uint64_t{0});
  file.values.push_back(Builder().text("nested").put(GgufType::array).put(GgufType::array).put<std::uint64_t>(2));
  file.values.back().put(GgufType::u8).put<std::uint64_t>(1).put<std::uint8_t>(7);
  file.values.back().put(GgufType::string).put<std::uint64_t>(1).text("x");
  const Metadata m = file.open().metadata;
  CHECK(m.has("nested"));
  CHECK(error_of([&] { m.get<std::int64_t>("hash"); }) ==
        "test.gguf: metadata 'hash' is 18446744073709551615, which is not supported");
  CHECK(error_of([&] { m.get_or<std::vector<std::int64_t>>("nested", {}); }) ==
        "test.gguf: metadata 'nested' is an array of arrays, which is not supported");
}

TEST_CASE("gguf: tensors have row-major shapes and their own bytes") {
  const Checkpoint checkpoint = small_file().open();
  REQUIRE(checkpoint.tensors.size() == 2);
  CHECK(checkpoint.format == "gguf");
  CHECK(checkpoint.find("a")->shape == std::vector<Index>{3, 4});
  CHECK(checkpoint.find("b")->shape == std::vector<Index>{2, 32});
  CHECK(checkpoint.find("b")->type == DType::q4_0);
  CHECK(checkpoint.find("b")->bytes == 36);
  CHECK(checkpoint.find("c") == nullptr);
  const std::vector<std::byte> a = bytes_of(checkpoint, "a"), b = bytes_of(checkpoint, "b");
  for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(a[i] == std::byte(i));
  for (std::size_t i = 0; i < b.size(); ++i) REQUIRE(b[i] == std::byte(64 + i));
}

TEST_CASE("checkpoint: rows are read where they lie, quantised ones too") {
  GgufFile file = small_file();
  file.tensor("v", {64}, kQ4_0, 128);
  const Checkpoint checkpoint = file.open();
  std::vector<std::byte> row(18);
  checkpoint.read_rows(*checkpoint.find("b"), 1, 1, row);
  CHECK(row.front() == std::byte{64 + 18});
  checkpoint.read_rows(*checkpoint.find("v"), 32, 32, row);
  CHECK(row.front() == std::byte{128 + 18});
  checkpoint.read_rows(*checkpoint.find("b"), 2, 0, {});

  const auto read = [&](const char* name, Index first, Index count) {
    return error_of([&] { checkpoint.read_rows(*checkpoint.find(name), first, count, row); });
  };
  CHECK(read("b", 1, 2) == "test.gguf: rows 1..3 of tensor 'b', which has 2");
  CHECK(read("b", -1, 1) == "test.gguf: rows -1..0 of tensor 'b', which has 2");
  CHECK(read("b", 0, 2) == "test.gguf: 2 rows of tensor 'b' do not fill 18 bytes");
  CHECK(read("v", 1, 32) == "test.gguf: 32 rows of tensor 'v' do not fill 18 bytes");
}

TEST_CASE("checkpoint: require checks the shape, leading ones aside") {
  GgufFile file = small_file();
  file.tensor("bias", {8, 1, 1, 1}, kF32, 128).tensor("scalar", {}, kF32, 160);
  const Checkpoint checkpoint = file.open("model.gguf");
  const auto require = [&](const char* name, std::vector<Index> shape) {
    return error_of([&] { checkpoint.require(name, shape); });
  };
  CHECK(require("a", {3, 4}) == "");
  CHECK(require("bias", {8}) == "");
  CHECK(require("bias", {1, 8}) == "");
  CHECK(checkpoint.find("bias")->shape == std::vector<Index>{8});
  CHECK(require("scalar", {1}) == "");
  CHECK(bytes_of(checkpoint, "scalar").size() == 4);
  CHECK(require("a", {4, 3}) == "model.gguf: tensor 'a' has shape [3, 4], expected [4, 3]");
  CHECK(require("a", {12}) == "model.gguf: tensor 'a' has shape [3, 4], expected [12]");
  CHECK(require("x", {1}) == "model.gguf: tensor 'x' is missing");
}

TEST_CASE("gguf: versions 1 and 2 read like version 3") {
  GgufFile second = small_file();
  second.version = 2;
  CHECK(second.open().find("b")->bytes == 36);

  Builder first;  // counts, lengths and dimensions in 32 bits
  const auto text = [&](std::string_view s) { first.put(static_cast<std::uint32_t>(s.size())).raw(s); };
  first.raw("GGUF").put<std::uint32_t>(1).put<std::uint32_t>(1).put<std::uint32_t>(2);
  text("general.name");
  first.put(GgufType::string);
  text("old");
  text("list");
  first.put(GgufType::array).put(GgufType::i16).put<std::uint32_t>(2).put<std::int16_t>(-1).put<std::int16_t>(9);
  text("w");
  first.put<std::uint32_t>(2).put<std::uint32_t>(4).put<std::uint32_t>(2).put(kF32).put<std::uint64_t>(0);
  first.align(32).put(1.5f).zeros(28);
  const Checkpoint checkpoint = open_checkpoint(first.source("v1.gguf"));
  CHECK(checkpoint.metadata.get<std::string>("general.name") == "old");
  CHECK(checkpoint.metadata.get<std::vector<std::int64_t>>("list") == std::vector<std::int64_t>{-1, 9});
  CHECK(checkpoint.find("w")->shape == std::vector<Index>{2, 4});
  CHECK(bytes_of(checkpoint, "w").size() == 32);
}

TEST_CASE("gguf: the file's own alignment places the data") {
  GgufFile file = small_file();
  file.value<std::uint32_t>("general.alignment", GgufType::u32, 128);
  file.alignment = 128;
  file.tensors[1].offset = 128;
  CHECK(bytes_of(file.open(), "b").front() == std::byte{128});
  file.tensors[1].offset = 64;
  CHECK_THAT(error_of_bytes(Builder(file)), Contains("tensor 'b' starts at data byte 64, not a multiple of 128"));
}

TEST_CASE("gguf: a truncated file is an error wherever it ends") {
  const SourcePtr whole = Builder(small_file()).source("cut.gguf");
  const Checkpoint checkpoint = open_checkpoint(whole);
  const std::uint64_t needed = checkpoint.find("b")->offset + checkpoint.find("b")->bytes;
  for (std::uint64_t bytes = 0; bytes < needed; ++bytes) {
    CAPTURE(bytes);
    const std::string error = error_of([&] { open_checkpoint(first_bytes(whole, bytes)); });
    if (bytes == 0) {
      REQUIRE(error == "cut.gguf: the file is empty");
    } else if (bytes >= 4) {
      REQUIRE_THAT(error, Contains("cut.gguf: ") && Contains("truncated"));
    } else {
      REQUIRE_THAT(error, Contains("cut.gguf: looks like"));
    }
  }
  CHECK_THAT(error_of([&] { open_checkpoint(first_bytes(whole, needed - 1)); }),
             Contains("tensor 'b' needs bytes " + std::to_string(needed - 36) + ".." + std::to_string(needed) +
                      ", the file has " + std::to_string(needed - 1) + ": it is truncated"));
}

TEST_CASE("gguf: a corrupt file is an error that names what is wrong") {
  struct Case {
    const char* what;
    void (*corrupt)(GgufFile&);
    const char* error;
  };
  const Case cases[] = {
      {"version 0", [](GgufFile& f) { f.version = 0; }, "GGUF version 0, this build reads 1 to 3"},
      {"version 4", [](GgufFile& f) { f.version = 4; }, "GGUF version 4, this build reads 1 to 3"},
      {"big-endian", [](GgufFile& f) { f.version = 0x03000000; }, "a big-endian GGUF file, which is not supported"},
      {"2^60 tensors", [](GgufFile& f) { f.tensor_count = kHuge; }, "claims 1152921504606846976 tensors with"},
      {"2^60 values", [](GgufFile& f) { f.value_count = kHuge; }, "claims 1152921504606846976 metadata values with"},
      {"2^60 list",
       [](GgufFile& f) { f.values.push_back(Builder().text("k").put(GgufType::array).put(GgufType::u8).put(kHuge)); },
       "claims 1152921504606846976 elements of metadata 'k' with"},
      {"2^60 characters", [](GgufFile& f) { f.values.push_back(Builder().text("k").put(GgufType::string).put(kHuge)); },
       "metadata 'k' needs 1152921504606846976 bytes from byte"},
      {"2^60 characters in a name", [](GgufFile& f) { f.values.push_back(Builder().put(kHuge)); },
       "a metadata key needs 1152921504606846976 bytes"},
      {"value type", [](GgufFile& f) { f.value<std::uint8_t>("k", static_cast<GgufType>(13), 0); },
       "metadata 'k' has the unknown type 13"},
      {"boolean 2", [](GgufFile& f) { f.value<std::uint8_t>("k", GgufType::boolean, 2); },
       "metadata 'k' is 2, expected a boolean"},
      {"value twice", [](GgufFile& f) { f.text("k", "1").text("k", "2"); }, "metadata 'k' is there twice"},
      {"deep lists",
       [](GgufFile& f) {
         Builder& deep = f.values.emplace_back(Builder().text("k").put(GgufType::array));
         for (int i = 0; i < 6; ++i) deep.put(GgufType::array).put<std::uint64_t>(1);
         deep.zeros(64);
       },
       "metadata 'k' nests arrays over 4 deep"},
      {"alignment 0", [](GgufFile& f) { f.value<std::uint32_t>("general.alignment", GgufType::u32, 0); },
       "metadata 'general.alignment' is 0, expected a power of two"},
      {"alignment text", [](GgufFile& f) { f.text("general.alignment", "32"); },
       "metadata 'general.alignment' is a string, expected an integer"},
      {"rank 5", [](GgufFile& f) { f.tensors[0].dims = {1, 1, 1, 1, 1}; },
       "tensor 'a' has 5 dimensions, at most 4 are supported"},
      {"dimension 2^60", [](GgufFile& f) { f.tensors[0].dims = {kHuge, 1}; }, "tensor 'a' "},
      {"dimensions whose product overflows", [](GgufFile& f) { f.tensors[0].dims = {kHuge, 16, kHuge, 1u << 30}; },
       "tensor 'a' of shape [1073741824, 1152921504606846976, 16, 1152921504606846976] is too large"},
      {"product that wraps to 0", [](GgufFile& f) { f.tensors[0].dims = {1ull << 32, 1ull << 32}; }, "is too large"},
      {"dimension beside a 0", [](GgufFile& f) { f.tensors[0].dims = {0, ~std::uint64_t{0}}; }, "is too large"},
      {"half a block", [](GgufFile& f) { f.tensors[1].dims = {48, 2}; },
       "tensor 'b' has rows of 48 elements, not a multiple of the 32 in a block of q4_0"},
      {"unsupported type", [](GgufFile& f) { f.tensors[1].type = 17; },
       "tensor 'b' is stored as IQ2_XS (type 17), which is not supported"},
      {"unsupported newer type", [](GgufFile& f) { f.tensors[1].type = 39; },
       "tensor 'b' is stored as MXFP4 (type 39), which is not supported"},
      {"unknown type", [](GgufFile& f) { f.tensors[1].type = 4711; }, "tensor 'b' has the unknown type 4711"},
      {"tensor twice", [](GgufFile& f) { f.tensors[1].name = "a"; }, "tensor 'a' is there twice"},
      {"same bytes", [](GgufFile& f) { f.tensors[1].offset = 0; }, "overlap at byte"},
      {"shared bytes", [](GgufFile& f) { f.tensors[1].offset = 32; }, "tensors 'a' and 'b' overlap at byte"},
      {"crooked offset", [](GgufFile& f) { f.tensors[1].offset = 65; },
       "tensor 'b' starts at data byte 65, not a multiple of 32"},
      {"offset past the end", [](GgufFile& f) { f.tensors[1].offset = kHuge; }, "it is truncated"},
      {"offset that wraps", [](GgufFile& f) { f.tensors[1].offset = ~std::uint64_t{31}; }, "past the end of the file"},
      {"hostile name",
       [](GgufFile& f) {
         f.tensors[1].name = "\x1b[2J\xff";
         f.tensors[1].type = 99;
       },
       "tensor '\\x1b[2J\\xff' has the unknown type 99"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    GgufFile file = small_file();
    c.corrupt(file);
    CHECK_THAT(error_of_bytes(Builder(file), "bad.gguf"), Contains("bad.gguf: ") && Contains(c.error));
  }
}

TEST_CASE("gguf: every byte of a small file may be anything") {
  const std::vector<std::byte> good = Builder(small_file()).bytes();
  const std::size_t header = good.size() - 256;
  for (std::size_t at = 0; at < header; ++at) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      std::vector<std::byte> bad = good;
      bad[at] = std::byte(value);
      error_of([&] {
        const Checkpoint checkpoint = open_checkpoint(memory_source("bad.gguf", bad));
        for (const auto& [name, tensor] : checkpoint.tensors) {
          REQUIRE(tensor.offset + tensor.bytes <= bad.size());
        }
      });
    }
  }
}

namespace {

/// Part `number` of `count` with one tensor named after it.
GgufFile split_part(std::uint16_t number, std::uint16_t count) {
  GgufFile file;
  file.value("split.no", GgufType::u16, number).value("split.count", GgufType::u16, count);
  file.value<std::int32_t>("split.tensors.count", GgufType::i32, count);
  file.tensor("t" + std::to_string(number), {8}, kF32, 32u * number);
  return file;
}

}  // namespace

TEST_CASE("gguf: a split model is one checkpoint over its parts") {
  const OpenSibling open = [](const std::string& name) -> SourcePtr {
    if (name == "m-00002-of-00003.gguf") return Builder(split_part(1, 3)).source(name);
    if (name == "m-00003-of-00003.gguf") return Builder(split_part(2, 3)).source(name);
    return nullptr;
  };
  const auto first = [](const std::string& name) { return Builder(split_part(0, 3)).source(name); };
  const Checkpoint checkpoint = open_checkpoint(first("/models/m-00001-of-00003.gguf"), open);
  REQUIRE(checkpoint.sources.size() == 3);
  for (const int part : {0, 1, 2}) {
    const std::string name = "t" + std::to_string(part);
    CHECK(checkpoint.find(name)->source == static_cast<std::uint32_t>(part));
    CHECK(bytes_of(checkpoint, name).front() == std::byte(32 * part));
  }

  CHECK_THAT(error_of([&] { open_checkpoint(first("m-00001-of-00003.gguf")); }),
             Contains("part 2 of 3 is missing: 'm-00002-of-00003.gguf' should lie beside it"));
  CHECK_THAT(error_of([&] { open_checkpoint(first("other.gguf"), open); }),
             Contains("is the first of 3 parts, so its name should end in -00001-of-00003.gguf"));
  CHECK_THAT(error_of([&] { open_checkpoint(open("m-00002-of-00003.gguf"), open); }),
             Contains("is part 2 of 3; open the first, whose name ends in -00001-of-00003.gguf"));
  const OpenSibling wrong = [](const std::string& name) { return Builder(split_part(1, 3)).source(name); };
  CHECK_THAT(error_of([&] { open_checkpoint(first("m-00001-of-00003.gguf"), wrong); }),
             Contains("m-00003-of-00003.gguf: ") && Contains("tensor 't1' is there twice"));
  const OpenSibling other = [](const std::string& name) { return Builder(split_part(1, 4)).source(name); };
  CHECK_THAT(error_of([&] { open_checkpoint(first("m-00001-of-00003.gguf"), other); }),
             Contains("m-00002-of-00003.gguf: says that it is part 2 of 4, expected part 2 of 3"));
  const OpenSibling fewer = [&](const std::string& name) {
    GgufFile part = split_part(std::uint16_t(name == "m-00002-of-00003.gguf" ? 1 : 2), 3);
    part.tensors.clear();
    return Builder(part).source(name);
  };
  CHECK_THAT(error_of([&] { open_checkpoint(first("m-00001-of-00003.gguf"), fewer); }),
             Contains("the 3 parts have 1 tensors, expected 3"));
}

TEST_CASE("gguf: split files on disk are found beside the first") {
  const TemporaryFolder folder;
  for (const int part : {0, 1}) {
    const Builder bytes = split_part(std::uint16_t(part), 2);
    write_file(folder / ("m-0000" + std::to_string(part + 1) + "-of-00002.gguf"),
               {reinterpret_cast<const char*>(bytes.bytes().data()), bytes.bytes().size()});
  }
  CHECK(open_checkpoint(folder / "m-00001-of-00002.gguf").tensors.size() == 2);
}

TEST_CASE("gguf: files by llama.cpp") {
  struct Case {
    const char* file;
    const char* model;
    std::size_t tokens;
  };
  for (const Case& c :
       {Case{"gpt-2", "gpt2", 50257}, Case{"llama-spm", "llama", 32000}, Case{"phi-3", "llama", 32064}}) {
    const std::string path = std::string(WICK_SHARED_DIR) + "/data/tokenizers/ggml-vocab-" + c.file + ".gguf";
    if (!have(path)) continue;
    const Checkpoint checkpoint = open_checkpoint(path);
    CHECK(checkpoint.tensors.empty());
    CHECK(checkpoint.metadata.get<std::string>("tokenizer.ggml.model") == c.model);
    CHECK(checkpoint.metadata.get<std::vector<std::string>>("tokenizer.ggml.tokens").size() == c.tokens);
    CHECK(checkpoint.metadata.get<std::vector<std::int64_t>>("tokenizer.ggml.token_type").size() == c.tokens);
  }
}

TEST_CASE("gguf: SmolLM2-135M-Instruct has the tensors of its architecture") {
  const char *folder = std::getenv("WICK_MODELS"), *home = std::getenv("HOME");
  const std::string models = folder ? folder : std::string(home ? home : "") + "/.cache/wick/models";
  const std::string path = models + "/SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!have(path)) return;
  const Checkpoint checkpoint = open_checkpoint(path);
  const Metadata& m = checkpoint.metadata;
  CHECK(m.get<std::string>("general.architecture") == "llama");
  CHECK(m.get<std::int64_t>("llama.block_count") == 30);
  CHECK(m.get<std::int64_t>("llama.embedding_length") == 576);
  CHECK(m.number("llama.rope.freq_base") == 100000);
  CHECK(checkpoint.tensors.size() == 272);
  const Index q[] = {576, 576}, k[] = {192, 576}, down[] = {576, 1536}, embedding[] = {49152, 576};
  CHECK(checkpoint.require("blk.29.attn_q.weight", q).type == DType::q4_1);
  CHECK(checkpoint.require("blk.0.attn_k.weight", k).bytes == 192 * 576 / 32 * 20);
  checkpoint.require("blk.3.ffn_down.weight", down);
  const TensorInfo& table = checkpoint.require("token_embd.weight", embedding);
  std::vector<std::byte> row(static_cast<std::size_t>(row_bytes(table.type, 576)));
  checkpoint.read_rows(table, 49151, 1, row);
  CHECK(std::any_of(row.begin(), row.end(), [](std::byte b) { return b != std::byte{0}; }));
}
