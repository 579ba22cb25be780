#include "core/formats/safetensors.h"

#include <nlohmann/json.hpp>
#ifndef __EMSCRIPTEN__
#include <sys/resource.h>

#include <csignal>
#endif

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

/// A file with this header and data; `length` overrides what it says of the header.
Builder file_of(std::string_view header, std::size_t data_bytes, std::optional<std::uint64_t> length = {}) {
  Builder file;
  file.put(length.value_or(header.size())).raw(header);
  for (std::size_t i = 0; i < data_bytes; ++i) file.put(static_cast<std::uint8_t>(i));
  return file;
}

std::string file_text(const std::string& path) { return read_text(*open_file(path)); }

SafetensorsEntry entry(std::string name, DType type, std::vector<Index> shape, const std::string& bytes) {
  return {std::move(name), type, std::move(shape), std::as_bytes(std::span(bytes))};
}

constexpr const char* kTwo = R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},)"
                             R"("b":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"__metadata__":{"format":"pt"}})";

}  // namespace

TEST_CASE("safetensors: tensors and metadata come back as stored") {
  const Checkpoint checkpoint = open_checkpoint(file_of(kTwo, 32).source("m.safetensors"));
  CHECK(checkpoint.format == "safetensors");
  CHECK(checkpoint.metadata.get<std::string>("format") == "pt");
  REQUIRE(checkpoint.tensors.size() == 2);
  CHECK(checkpoint.find("a")->shape == std::vector<Index>{2, 3});
  CHECK(checkpoint.find("b")->type == DType::i64);
  CHECK(checkpoint.find("b")->shape.empty());
  CHECK(bytes_of(checkpoint, "a").front() == std::byte{8});
  CHECK(bytes_of(checkpoint, "b").size() == 8);
  std::vector<std::byte> row(12);
  checkpoint.read_rows(*checkpoint.find("a"), 1, 1, row);
  CHECK(row.front() == std::byte{20});
  CHECK(open_checkpoint(file_of("{}", 0).source("empty.safetensors")).tensors.empty());
}

TEST_CASE("safetensors: a truncated file is an error wherever it ends") {
  const SourcePtr whole = file_of(kTwo, 32).source("cut.safetensors");
  for (std::uint64_t bytes = 1; bytes < whole->size(); ++bytes) {
    CAPTURE(bytes);
    const std::string error = error_of([&] { open_checkpoint(first_bytes(whole, bytes)); });
    REQUIRE_THAT(error, Contains("cut.safetensors: "));
    if (bytes > 8) REQUIRE_THAT(error, Contains("truncated"));
  }
  CHECK_THAT(error_of([&] { open_checkpoint(first_bytes(whole, whole->size() - 1)); }),
             Contains("tensor 'a' needs bytes ") && Contains(": it is truncated"));
}

TEST_CASE("safetensors: a corrupt header is an error that names what is wrong") {
  struct Case {
    const char* header;
    std::size_t data_bytes;
    const char* error;
  };
  const Case cases[] = {
      {"{]", 0, "the header is not a JSON object"},
      {"{\"a\"", 0, "the header is not a JSON object"},
      {"{\"a\":\"\xff\"}", 0, "the header is not a JSON object"},
      {R"({"a":1})", 0, "tensor 'a' is not a JSON object"},
      {R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1, "tensor 'a' has no dtype"},
      {R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,1]}})", 1, "tensor 'a' has no dtype"},
      {R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1,
       "tensor 'a' has dtype 'F8_E4M3', which is not supported"},
      {R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1, "tensor 'a' has no shape of at most 8 whole numbers"},
      {R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1, "tensor 'a' has no shape of at most 8 whole"},
      {R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", 1, "tensor 'a' has no shape of at most 8 whole"},
      {R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1, "has no shape of at most 8"},
      {R"({"a":{"dtype":"U8","shape":[1]}})", 1, "tensor 'a' has no data_offsets"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1]}})", 1, "tensor 'a' has data_offsets that are no range"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1, "tensor 'a' has data_offsets that are no range"},
      {R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}})", 2,
       "tensor 'a' of u8 [2] takes 2 bytes, its data_offsets span 1"},
      {R"({"a":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,1152921504606846976]}})", 2, "tensor 'a'"},
      {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
       "tensor 'a' of shape [4294967296, 4294967296] is too large"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[18446744073709551614,18446744073709551615]}})", 1,
       "it is truncated"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551616]}})", 1, "tensor 'a' has no data_off"},
      {R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
       3, "tensors 'a' and 'b' overlap at byte"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
       3, "3 bytes of data, but its tensors take 2: gaps are not allowed"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 9, "9 bytes of data, but its tensors take 1"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
       1, "'a' is there twice"},
      {R"({"__metadata__":[]})", 0, "__metadata__ is not a JSON object"},
      {R"({"__metadata__":{"k":1}})", 0, "metadata 'k' is not a string"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.header);
    CHECK_THAT(error_of_bytes(file_of(c.header, c.data_bytes), "bad.safetensors"),
               Contains("bad.safetensors: ") && Contains(c.error));
  }
  CHECK_THAT(error_of_bytes(file_of("{}", 0, 100)), Contains("the header needs 100 bytes from byte 8 on"));
  CHECK_THAT(error_of([] { read_safetensors(file_of("{}", 0, 1ull << 60).source("huge")); }),
             Contains("huge: claims a header of 1152921504606846976 bytes, at most 100000000 are allowed"));
  // Nesting that would overflow the stack of a recursive parser.
  CHECK_THAT(error_of_bytes(file_of("{\"a\":" + std::string(100000, '['), 0)), Contains("not a JSON object"));
}

TEST_CASE("safetensors: an index joins its shards") {
  const auto shard = [](const std::string& name, const std::string& tensor) {
    return file_of(R"({")" + tensor + R"(":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4).source(name);
  };
  const OpenSibling open = [&](const std::string& name) -> SourcePtr {
    if (name == "1.safetensors") return shard(name, "a");
    if (name == "2.safetensors") return shard(name, "b");
    return nullptr;
  };
  const auto with_map = [&](const std::string& map) {
    return open_checkpoint(Builder().raw(R"({ "weight_map": )" + map + "}").source("index.json"), open);
  };
  const Checkpoint checkpoint = with_map(R"({"a": "1.safetensors", "b": "2.safetensors"})");
  CHECK(checkpoint.format == "safetensors");
  CHECK(checkpoint.name() == "index.json");
  for (const char* name : {"a", "b"}) {
    CHECK(bytes_of(checkpoint, name).size() == 4);
    CHECK(checkpoint.sources[checkpoint.find(name)->source]->name().ends_with(".safetensors"));
  }

  const auto error = [&](const std::string& map) { return error_of([&] { with_map(map); }); };
  CHECK(error(R"({"a": "3.safetensors"})") == "index.json: '3.safetensors' is missing beside it");
  CHECK(error(R"({"c": "1.safetensors"})") ==
        "1.safetensors: tensor 'c' is missing, the index index.json places it there");
  for (const char* outside : {"../1.safetensors", "/etc/passwd", "..", "", "c:\\\\x"}) {
    CHECK(error(std::string(R"({"a": ")") + outside + "\"}") == "index.json: tensor 'a' is in no file beside it");
  }
  CHECK_THAT(error("7"), Contains("looks like a JSON text without a weight_map"));
}

TEST_CASE("safetensors: a folder is opened by its index or its one file") {
  const TemporaryFolder folder;
  CHECK_THAT(error_of([&] { open_checkpoint(folder / ""); }),
             Contains("the folder has no model.safetensors, model.safetensors.index.json or model.bin"));
  const std::string bytes = "12345678";
  const SafetensorsEntry one[] = {entry("a", DType::f32, {2}, bytes)};
  write_safetensors(folder / "model.safetensors", one);
  CHECK(open_checkpoint(folder / "").sources.size() == 1);
  write_file(folder / "model.safetensors.index.json", R"({"weight_map":{"a":"model.safetensors"}})");
  CHECK(open_checkpoint(folder / "").sources.size() == 2);
}

TEST_CASE("safetensors: what is written reads back") {
  const TemporaryFolder folder;
  const std::string data = "0123456789abcdefghijklmnopqrstuvwxyz";
  const auto part = [&](std::size_t first, std::size_t count) {
    return std::as_bytes(std::span(data)).subspan(first, count);
  };
  const SafetensorsEntry entries[] = {{"flags", DType::boolean, {3}, part(0, 3)},
                                      {"none", DType::f32, {0, 5}, part(0, 0)},
                                      {"scalar", DType::i64, {}, part(1, 8)},
                                      {"odd \"name\"\n\xc3\xa9", DType::bf16, {2, 1, 3}, part(2, 12)},
                                      {"wide", DType::f32, {2, 2}, part(3, 16)}};
  write_safetensors(folder / "out.safetensors", entries, {{"key", "value"}});
  const Checkpoint checkpoint = open_checkpoint(folder / "out.safetensors");
  CHECK(checkpoint.metadata.get<std::string>("key") == "value");
  REQUIRE(checkpoint.tensors.size() == std::size(entries));
  for (const SafetensorsEntry& wanted : entries) {
    const TensorInfo& found = checkpoint.require(wanted.name, wanted.shape);
    CHECK(found.type == wanted.type);
    CHECK(found.shape == wanted.shape);
    CHECK(found.offset % static_cast<std::uint64_t>(info(found.type).bytes) == 0);
    const std::vector<std::byte> bytes = bytes_of(checkpoint, wanted.name);
    CHECK(std::equal(bytes.begin(), bytes.end(), wanted.bytes.begin(), wanted.bytes.end()));
  }
}

TEST_CASE("safetensors: a write that fails leaves the old file and nothing beside it") {
  const TemporaryFolder folder;
  const std::string path = folder / "model.safetensors", bytes(1 << 16, 'x');
  write_file(path, "old");
  const auto write = [&](std::initializer_list<SafetensorsEntry> entries, const std::string& to) {
    return error_of([&] { write_safetensors(to, std::span(entries.begin(), entries.size())); });
  };
  const SafetensorsEntry good = entry("a", DType::u8, {1 << 16}, bytes);
  CHECK_THAT(write({entry("q", DType::q4_0, {32}, bytes)}, path),
             Contains("tensor 'q' is q4_0, which safetensors cannot"));
  CHECK_THAT(write({entry("s", DType::f32, {5}, bytes)}, path),
             Contains("tensor 's' of f32 [5] takes 20 bytes, 65536 are"));
  CHECK_THAT(write({good, good}, path), Contains("tensor 'a' is there twice"));
  CHECK_THAT(write({good}, folder / "no/such/folder"), Contains("no/such/folder: cannot create: No such file"));
  CHECK_THAT(write({good}, folder / ""), Contains("it is there and not a regular file"));
#ifndef __EMSCRIPTEN__
  // A limit on the file's size stands for a full disk.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1 << 14, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string error = write({good}, path);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK_THAT(error, Contains("model.safetensors: cannot write: File too large"));
#endif
  CHECK(file_text(path) == "old");
  CHECK(folder.files() == 1);
  CHECK(write({good}, path) == "");
  CHECK(folder.files() == 1);
}

TEST_CASE("safetensors: the same bytes as the safetensors package writes") {
  const std::string golden = std::string(WICK_TESTS_DIR) + "/golden/formats/rewritten.safetensors";
  const Checkpoint checkpoint = open_checkpoint(golden);
  std::vector<SafetensorsEntry> entries;
  std::vector<std::vector<std::byte>> bytes;
  bytes.reserve(checkpoint.tensors.size());
  for (const auto& [name, tensor] : checkpoint.tensors) {
    bytes.push_back(bytes_of(checkpoint, name));
    entries.push_back({name, tensor.type, tensor.shape, bytes.back()});
  }
  const TemporaryFolder folder;
  write_safetensors(folder / "rewritten", entries, {{"format", "np"}});
  CHECK(file_text(folder / "rewritten") == file_text(golden));
}
