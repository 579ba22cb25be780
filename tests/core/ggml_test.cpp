#include "core/formats/ggml.h"

#include <cstring>

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

/// A header as the smallest Whisper has it, filters of 2 bands and 3 frequencies, and three tokens; then tensors.
Builder header(std::int32_t type = 1, std::int32_t text_dim = 64) {
  Builder file;
  file.raw("lmgg");
  for (const std::int32_t value : {51865, 8, 64, 1, 2, 16, text_dim, 1, 3, 80, type}) file.put(value);
  file.put<std::int32_t>(2).put<std::int32_t>(3).zeros(2 * 3 * sizeof(float));
  file.put<std::int32_t>(3);
  for (const std::string_view token : {"a", "", "\xe2\x82"}) {
    file.put(static_cast<std::uint32_t>(token.size())).raw(token);
  }
  return file;
}

/// A tensor's description; `shape` as the file has it, the innermost dimension first. Its bytes follow.
Builder& put_tensor(Builder& file, std::string_view name, std::vector<std::uint32_t> shape, std::uint32_t type) {
  file.put(static_cast<std::uint32_t>(shape.size())).put(static_cast<std::uint32_t>(name.size())).put(type);
  for (const std::uint32_t size : shape) file.put(size);
  return file.raw(name);
}

Builder small_file() {
  Builder file = header(2008);
  put_tensor(file, "decoder.ln.weight", {2}, 0).put(0.5F).put(2.0F);
  put_tensor(file, "encoder.conv1.weight", {3, 2, 1}, 1).raw("abcdefghijkl");
  put_tensor(file, "decoder.blocks.0.mlp.0.weight", {32, 2}, 8).zeros(std::size_t{2} * 34);
  return put_tensor(file, "scalar", {}, 0).put(1.0F), file;
}

}  // namespace

TEST_CASE("ggml: tensors have their shapes outermost first, the header and the vocabulary are metadata") {
  const Checkpoint checkpoint = open_checkpoint(small_file().source("model.bin"));
  CHECK(checkpoint.format == "ggml");
  CHECK(checkpoint.metadata.get<std::string>("general.architecture") == "whisper");
  CHECK(checkpoint.metadata.get<std::int64_t>("whisper.vocab_size") == 51865);
  CHECK(checkpoint.metadata.get<std::int64_t>("whisper.encoder.block_count") == 2);
  CHECK(checkpoint.metadata.get<std::int64_t>("whisper.decoder.block_count") == 3);
  CHECK(checkpoint.metadata.get<std::vector<std::string>>("whisper.vocabulary") ==
        std::vector<std::string>{"a", "", "\xe2\x82"});
  CHECK(checkpoint.tensors.size() == 4);
  const TensorInfo& conv = checkpoint.tensors.at("encoder.conv1.weight");
  CHECK(conv.type == DType::f16);
  CHECK(conv.shape == std::vector<Index>{1, 2, 3});
  CHECK(std::memcmp(bytes_of(checkpoint, "encoder.conv1.weight").data(), "abcdefghijkl", 12) == 0);
  CHECK(checkpoint.tensors.at("decoder.blocks.0.mlp.0.weight").type == DType::q8_0);
  CHECK(checkpoint.tensors.at("decoder.blocks.0.mlp.0.weight").shape == std::vector<Index>{2, 32});
  CHECK(checkpoint.tensors.at("scalar").shape.empty());
}

TEST_CASE("ggml: a file that is cut inside its header or a tensor is an error") {
  const SourcePtr whole = small_file().source("model.bin");
  const std::uint64_t tensors = header().bytes().size();
  std::uint64_t complete = 0;  // cuts between two tensors, which look like a model with fewer
  for (std::uint64_t size = 1; size < whole->size(); ++size) {
    CAPTURE(size);
    const std::string error = error_of([&] { open_checkpoint(first_bytes(whole, size)); });
    complete += error.empty() ? 1 : 0;
    CHECK((size >= tensors || !error.empty()));
  }
  CHECK(complete == 4);
}

TEST_CASE("ggml: what is wrong is named") {
  CHECK_THAT(error_of_bytes(header(1, 128)), Contains("a model other than Whisper"));
  CHECK_THAT(error_of_bytes(Builder().raw("lmgg").zeros(60)), Contains("a model other than Whisper"));
  Builder filters = Builder().raw("lmgg");
  for (const std::int32_t value : {51865, 8, 64, 1, 2, 16, 64, 1, 3, 80, 1, 80, 1 << 30}) filters.put(value);
  CHECK_THAT(error_of_bytes(filters.zeros(64)), Contains("80 mel filters of 1073741824 frequencies"));
  Builder rank = header();
  put_tensor(rank, "w", {1, 1, 1, 1, 1}, 0).zeros(4);
  CHECK_THAT(error_of_bytes(rank), Contains("has 5 dimensions"));
  Builder type = header();
  put_tensor(type, "w", {1}, 99).zeros(4);
  CHECK_THAT(error_of_bytes(type), Contains("ggml's type 99, which is not supported"));
  Builder row = header(2008);
  put_tensor(row, "w", {31, 1}, 8).zeros(34);
  CHECK_THAT(error_of_bytes(row), Contains("'w' has rows of 31 elements"));
  Builder twice = header();
  for (int i = 0; i < 2; ++i) put_tensor(twice, "w", {1}, 0).zeros(4);
  CHECK_THAT(error_of_bytes(twice), Contains("'w' is there twice"));
  Builder large = header();
  put_tensor(large, "w", {0xffffffff, 0xffffffff, 0xffffffff}, 0).zeros(4);
  CHECK_THAT(error_of_bytes(large), Contains("'w'"));
  Builder version = header(1008);
  put_tensor(version, "w", {32, 1}, 8).zeros(34);
  CHECK_THAT(error_of_bytes(version), Contains("'w' is quantised in version 1 of ggml's blocks, expected 2"));
}

TEST_CASE("ggml: records of another model are read from where its header ends") {
  Builder file = Builder().raw("lmgg").text("a detector of speech");
  const std::size_t begin = file.bytes().size();
  put_tensor(file, "stft", {2, 1, 3}, 0).zeros(24);
  Checkpoint checkpoint;
  checkpoint.sources.push_back(file.source("vad.bin"));
  BinaryReader reader(*checkpoint.sources[0], begin);
  read_ggml_tensors(reader, checkpoint);
  CHECK(checkpoint.tensors.at("stft").shape == std::vector<Index>{3, 1, 2});
  CHECK(reader.remaining() == 0);
}

TEST_CASE("ggml: whisper.cpp's own files") {
  const std::string folder = std::string(WICK_SHARED_DIR) + "/data/whisper/";
  if (!have(folder)) return;
  const Checkpoint tiny = open_checkpoint(folder + "for-tests-ggml-tiny.bin");  // all but the tensors
  CHECK(tiny.tensors.empty());
  const auto& tokens = tiny.metadata.get<std::vector<std::string>>("whisper.vocabulary");
  REQUIRE(tokens.size() == 50257);
  CHECK(tokens[503] == " \"");
  CHECK(tokens[50256].empty());
  CHECK_THAT(error_of([&] { open_checkpoint(folder + "silero-v6.2.0-ggml.bin"); }),
             Contains("a model other than Whisper"));

  const SourcePtr silero = open_file(folder + "silero-v6.2.0-ggml.bin");
  Checkpoint detector;
  detector.sources.push_back(silero);
  constexpr std::uint64_t kHeaderBytes = 106;
  BinaryReader reader(*silero, kHeaderBytes);
  read_ggml_tensors(reader, detector);
  CHECK(detector.tensors.size() == 15);
  CHECK(detector.tensors.at("_model.stft.forward_basis_buffer").shape == std::vector<Index>{258, 1, 256});
}
