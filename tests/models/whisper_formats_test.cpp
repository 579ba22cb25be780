// One tiny random Whisper in every format: each computes the same; and one of Hugging Face's against PyTorch
// transformers (tests/golden/make_whisper_formats.py).
#include "core/text/byte_alphabet.h"
#include "models/tiny_whisper.h"
#include "models/whisper_writers.h"

using namespace wick;
using namespace wick::test;

namespace {

const std::string kGolden = WICK_TESTS_DIR "/golden/whisper/";

/// What the model computes, from a GGUF file with OpenAI's names.
WhisperOutput expected(const TinyModel& model) {
  const TemporaryFolder folder;
  model.write(folder / "whisper.gguf");
  return run_whisper(*load_whisper(open_checkpoint(folder / "whisper.gguf")));
}

Tensor tensor_of(const nlohmann::json& rows, const Device& device) {
  std::vector<float> values;
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  return Tensor::copy_of(std::span<const float>(values),
                         {static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size())}, device);
}

}  // namespace

TEST_CASE("whisper formats: ggml of every type that whisper.cpp writes") {
  const TinyModel model = tiny_whisper();
  for (const DType type : {DType::f32, DType::f16, DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q8_0}) {
    CAPTURE(info(type).name);
    const ModelFiles files = ModelFiles::open(ggml_file(model, type));
    CHECK(files.vocabulary == std::vector<std::string>{"a", "b"});
    check_same(run_whisper(*load_whisper(files.checkpoint)), expected(rounded(model, type)), 1e-5);
  }
}

TEST_CASE("whisper formats: CTranslate2 in f32 and in int8") {
  for (const bool int8 : {false, true}) {
    CAPTURE(int8);
    TinyModel model = tiny_whisper();
    const ModelFiles files = ModelFiles::open(ctranslate2_file(model, int8));
    // The scale of a row of int8 is rounded to f16.
    check_same(run_whisper(*load_whisper(files.checkpoint)), expected(model), int8 ? 2e-3 : 1e-5);
  }
}

TEST_CASE("whisper formats: Hugging Face's shards compute what PyTorch transformers does") {
  const auto golden = nlohmann::json::parse(read_text(*open_file(kGolden + "huggingface.json")));
  const ModelFiles files = ModelFiles::open(kGolden + "huggingface");
  CHECK(files.checkpoint.sources.size() == 4);
  const auto model = load_whisper(files.checkpoint);
  const auto tensor = [&](const char* name) { return tensor_of(golden[name], model->device()); };
  const WhisperOutput output = run_whisper(*model, tensor("mel"), golden["tokens"]);
  check_same(output, {tensor("encoded"), tensor("logits")}, 1e-5);
}

TEST_CASE("whisper formats: one safetensors file of any float type, with no config.json beside it") {
  for (const DType type : {DType::f32, DType::f16, DType::bf16}) {
    CAPTURE(info(type).name);
    TinyModel model = tiny_whisper();
    const TemporaryFolder folder;
    write_safetensors_of(renamed(model, kHuggingFace), folder / "model.safetensors", type);
    for (auto& [name, tensor] : model.tensors) round_to(type, tensor);
    check_same(run_whisper(*load_whisper(ModelFiles::open(folder / "").checkpoint)), expected(model), 1e-5);
  }
}

TEST_CASE("whisper formats: vocab.json stands in for a tokenizer.json") {
  const TemporaryFolder folder;
  write_safetensors_of(renamed(tiny_whisper(), kHuggingFace), folder / "model.safetensors", DType::f32);
  write_file(folder / "vocab.json", R"({"b": 2, "Ġa": 0})");
  CHECK(ModelFiles::open(folder / "").vocabulary == std::vector<std::string>{" a", "", "b"});
  for (const char* wrong : {"[]", R"({"a": -1})", R"({"a": "b"})", R"({"a": 99999999999})"}) {
    write_file(folder / "vocab.json", wrong);
    CHECK_THROWS_AS(ModelFiles::open(folder / ""), Error);
  }
}

TEST_CASE("whisper formats: the alignment heads of generation_config.json") {
  const TemporaryFolder folder;
  write_safetensors_of(renamed(tiny_whisper(), kHuggingFace), folder / "model.safetensors", DType::f32);
  write_file(folder / "config.json", R"({"model_type": "whisper"})");
  write_file(folder / "generation_config.json", R"({"alignment_heads": [[1, 0]]})");
  const auto model = WhisperLoader(ModelFiles::open(folder / ""), Device::cpu(1), Precision::precise).finish();
  REQUIRE(model->config().alignment_heads.size() == 1);
  CHECK(model->config().alignment_heads[0].layer == 1);
}

TEST_CASE("whisper formats: GGUF with the names of Hugging Face and of transcribe.cpp") {
  const TinyModel model = tiny_whisper();
  const WhisperOutput output = expected(model);
  check_same(expected(renamed(model, kHuggingFace)), output, 0);
  check_same(expected(with_transcribe_cpp_names(model)), output, 0);
}

TEST_CASE("whisper formats: a quantised table of positions is taken as numbers") {
  TinyModel model = tiny_whisper();
  const TemporaryFolder folder;
  std::vector<GgufTensor> list;
  for (const auto& [name, tensor] : model.tensors) {
    list.push_back({name, tensor.shape.size() == 2 ? DType::q8_0 : DType::f32, tensor.shape});
  }
  GgufWriter writer(folder / "whisper.gguf", model.metadata, list);
  for (auto& [name, tensor] : model.tensors) {
    const DType type = tensor.shape.size() == 2 ? DType::q8_0 : DType::f32;
    writer.write(stored(tensor.values, type));
    round_to(type, tensor);
  }
  writer.finish();
  check_same(run_whisper(*load_whisper(open_checkpoint(folder / "whisper.gguf"))), expected(model), 1e-5);
}

TEST_CASE("whisper formats: a model quantised as it loads is as one stored so, but for the encoder's first block") {
  const TinyModel model = tiny_whisper();
  const Checkpoint checkpoint = open_checkpoint(ggml_file(model, DType::f32));
  const std::size_t whole = load_whisper(checkpoint)->weight_bytes();
  for (const DType type : {DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q8_0}) {
    CAPTURE(info(type).name);
    const auto quantised = load_whisper(checkpoint, type);
    CHECK(quantised->weight_bytes() < whole * 3 / 5);
    TinyModel stored = rounded(model, type);
    for (auto& [name, tensor] : stored.tensors) {
      if (name.starts_with("encoder.blocks.0.")) tensor = model.tensors.at(name);
    }
    check_same(run_whisper(*quantised), expected(stored), 1e-5);
  }
  CHECK_THROWS_AS(load_whisper(checkpoint, DType::q6_k), Error);
}

TEST_CASE("whisper formats: a GGUF file's tokens are bytes, however it writes them") {
  TinyModel model = tiny_whisper();
  const TemporaryFolder folder;
  const std::vector<std::string> tokens{"a", " b", "\xe2\x82", "\n"};
  std::vector<std::string> letters;
  for (const std::string& token : tokens) letters.push_back(text::to_alphabet(token));
  for (const auto& list : {tokens, letters}) {
    model.metadata["tokenizer.ggml.tokens"] = list;
    model.write(folder / "whisper.gguf");
    CHECK(ModelFiles::open(folder / "whisper.gguf").vocabulary == tokens);
  }
  model.metadata["tokenizer.ggml.model"] = std::string("gpt2");
  model.metadata["tokenizer.ggml.pre"] = std::string("gpt2");
  model.metadata["tokenizer.ggml.merges"] = std::vector<std::string>();
  model.write(folder / "whisper.gguf");
  const ModelFiles files = ModelFiles::open(folder / "whisper.gguf");
  REQUIRE(files.tokenizer);
  for (TokenId id = 0; id < 4; ++id) CHECK(files.tokenizer->piece(id) == tokens[static_cast<std::size_t>(id)]);
}
