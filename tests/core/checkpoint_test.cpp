#include "core/checkpoint.h"

#include <nlohmann/json.hpp>

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;

namespace {

std::string golden(const std::string& name) { return std::string(WICK_TESTS_DIR) + "/golden/formats/" + name; }

/// FNV-1a, as make_formats.py has it.
std::string digest(std::span<const std::byte> bytes) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const std::byte byte : bytes) value = (value ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3;
  return fmt::format("{:016x}", value);
}

}  // namespace

TEST_CASE("checkpoint: files by the formats' own packages have their tensors") {
  const auto expected = nlohmann::json::parse(read_text(*open_file(golden("expected.json"))));
  for (const auto& [file, tensors] : expected.items()) {
    const Checkpoint checkpoint = open_checkpoint(golden(file));
    CHECK(checkpoint.tensors.size() == tensors.size());
    for (const auto& [name, wanted] : tensors.items()) {
      CAPTURE(file, name);
      const TensorInfo* tensor = checkpoint.find(name);
      REQUIRE(tensor);
      CHECK(info(tensor->type).name == wanted["type"].get<std::string>());
      CHECK(tensor->shape == wanted["shape"].get<std::vector<Index>>());
      CHECK(tensor->bytes == wanted["bytes"].get<std::uint64_t>());
      CHECK(digest(bytes_of(checkpoint, name)) == wanted["fnv1a"].get<std::string>());
    }
  }
}

TEST_CASE("checkpoint: a file by the gguf package has its metadata") {
  const Metadata m = open_checkpoint(golden("small.gguf")).metadata;
  CHECK(m.get<std::string>("general.architecture") == "llama");
  CHECK(m.get<std::int64_t>("llama.block_count") == 2);
  CHECK(m.get<double>("llama.attention.layer_norm_rms_epsilon") == double{1e-5f});
  CHECK(m.get<std::vector<std::string>>("tokenizer.ggml.tokens") ==
        std::vector<std::string>{"<s>", "\xe2\x96\x81na\xc3\xafve", "\xf0\x9f\x95\xaf"});
  CHECK(m.get<std::vector<double>>("tokenizer.ggml.scores") == std::vector<double>{0, -1.5, 3.25});
  CHECK(m.get<std::vector<std::int64_t>>("tokenizer.ggml.token_type") == std::vector<std::int64_t>{3, 1, 1});
  CHECK(m.get<bool>("tokenizer.ggml.add_bos_token"));
  CHECK(m.get<std::int64_t>("test.u64") == std::int64_t{1} << 40);
  CHECK(m.get<std::int64_t>("test.i8") == -7);
}

TEST_CASE("checkpoint: a file that is no model says what it looks like") {
  struct Case {
    std::string bytes;
    const char* what;
  };
  const std::string zeros(40, '\0');
  const Case cases[] = {
      {"\x89PNG\r\n\x1a\n" + zeros, "a PNG picture"},
      {"\xff\xd8\xff\xe0" + zeros, "a JPEG picture"},
      {"%PDF-1.7\n", "a PDF document"},
      {"\n<!DOCTYPE html><html><body>404</body></html>", "a web page, perhaps a download's error message"},
      {"<html><head><title>Sign in</title>", "a web page, perhaps a download's error message"},
      {"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "a web page, perhaps a download's error message"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "a Git LFS pointer, not the file it points to"},
      {"\x80\x02\x8a\nl\xfc\x9c" + zeros, "a bare Python pickle, as PyTorch wrote before version 1.6"},
      {"tjgg" + zeros, "a GGML file from before GGUF"},
      {std::string("\x1c\0\0\0TFL3", 8) + zeros, "a TensorFlow Lite model"},
      {"24ka" + zeros, "a llama2.c file of version 1 or 2"},
      {"\x1f\x8b\x08" + zeros, "a gzip archive"},
      {zeros, "a file that was never filled: it starts with zeros"},
      {"Entry not found", "a text file"},
      {"GGU", "a text file"},
      {"\x01", "something unknown"},
      {"\xfe\xed\xfa\xcf\x07" + zeros, "something unknown"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const std::string error = error_of_bytes(Builder().raw(c.bytes), "model.bin");
    CHECK(error.starts_with(std::string("model.bin: looks like ") + c.what));
    CHECK(error.ends_with("; expected a GGUF, safetensors, CTranslate2, ggml, llama2.c, ONNX or PyTorch model"));
  }
  CHECK(error_of_bytes(Builder(), "model.bin") == "model.bin: the file is empty");
  CHECK(error_of_bytes(Builder().raw(R"({"error": "Not found"})"), "model.bin") ==
        "model.bin: looks like a JSON text without a weight_map; expected a model.safetensors.index.json or a model");
  CHECK(error_of_bytes(Builder().raw("{%- if messages %}"), "chat.jinja") ==
        "chat.jinja: the file starts like a safetensors index, but is not a JSON object");
  const std::string picture = WICK_SHARED_DIR "/data/images/sam_dog.jpg";
  if (have(picture)) CHECK_THAT(error_of([&] { open_checkpoint(picture); }), Catch::Contains(": looks like a JPEG"));
}
