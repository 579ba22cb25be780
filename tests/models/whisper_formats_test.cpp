// One tiny random Whisper in every format: each computes the same; and one of Hugging Face's against PyTorch
// transformers (tests/golden/make_whisper_formats.py).
#include "core/formats/gguf.h"
#include "core/formats/safetensors.h"
#include "core/text/byte_alphabet.h"
#include "kernels/blocks.h"
#include "models/tiny_whisper.h"

using namespace wick;
using namespace wick::test;

namespace {

const std::string kGolden = WICK_TESTS_DIR "/golden/whisper/";

/// Whether whisper.cpp's quantize quantises a tensor.
bool is_matrix(const std::string& name, const TinyModel::Entry& tensor) {
  return tensor.shape.size() == 2 && !name.ends_with("positional_embedding");
}

std::vector<std::byte> stored(const std::vector<float>& values, DType type) {
  const auto count = static_cast<Index>(values.size());
  std::vector<std::byte> bytes(static_cast<std::size_t>(row_bytes(type, count)));
  quantize_row(type, values.data(), bytes.data(), count);
  return bytes;
}

void round_to(DType type, TinyModel::Entry& tensor) {
  const std::vector<std::byte> bytes = stored(tensor.values, type);
  dequantize_row(type, bytes.data(), tensor.values.data(), static_cast<Index>(tensor.values.size()));
}

/// The model as it is after its matrices were stored in a type.
TinyModel rounded(TinyModel model, DType type) {
  for (auto& [name, tensor] : model.tensors) {
    if (is_matrix(name, tensor)) round_to(type, tensor);
  }
  return model;
}

/// The model as whisper.cpp has it.
SourcePtr ggml_file(const TinyModel& model, DType matrices) {
  Builder file;
  const std::uint32_t id = *ggml_type_id(matrices);
  file.raw("lmgg");
  for (const Index value : {kWhisperVocab, kWhisperAudio, kWhisperDim, Index{1}, Index{2}, kWhisperText, kWhisperDim,
                            Index{1}, Index{2}, kWhisperMels, Index{2000} + static_cast<Index>(id)}) {
    file.put(static_cast<std::int32_t>(value));
  }
  file.put<std::int32_t>(80).put<std::int32_t>(201).zeros(std::size_t{80} * 201 * sizeof(float));
  file.put<std::int32_t>(2).put<std::int32_t>(1).raw("a").put<std::int32_t>(1).raw("b");
  for (const auto& [name, tensor] : model.tensors) {
    const DType type = is_matrix(name, tensor) ? matrices : DType::f32;
    std::vector<Index> shape = tensor.shape;
    if (name == "encoder.conv1.bias" || name == "encoder.conv2.bias") shape.push_back(1);
    file.put(static_cast<std::uint32_t>(shape.size())).put(static_cast<std::uint32_t>(name.size()));
    file.put(*ggml_type_id(type));
    for (auto size = shape.rbegin(); size != shape.rend(); ++size) file.put(static_cast<std::uint32_t>(*size));
    const std::vector<std::byte> bytes = stored(tensor.values, type);
    file.raw(name).raw({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  return file.source("ggml-tiny.bin");
}

/// What the model computes, from a GGUF file with OpenAI's names.
WhisperOutput expected(const TinyModel& model) {
  const TemporaryFolder folder;
  model.write(folder / "whisper.gguf");
  return run_whisper(*load_whisper(open_checkpoint(folder / "whisper.gguf")));
}

struct Renaming {
  std::string_view from, to;
};

TinyModel renamed(const TinyModel& model, std::span<const Renaming> renamings) {
  TinyModel result = model;
  result.tensors.clear();
  for (const auto& [openai, tensor] : model.tensors) {
    std::string name = openai;
    for (const auto& [from, to] : renamings) {
      if (const std::size_t at = name.find(from); at != std::string::npos) name.replace(at, from.size(), to);
    }
    result.tensors[name] = tensor;
  }
  REQUIRE(result.tensors.size() == model.tensors.size());
  return result;
}

constexpr Renaming kHuggingFace[] = {
    {"encoder.", "model.encoder."},
    {"decoder.", "model.decoder."},
    {"blocks", "layers"},
    {"cross_attn_ln", "encoder_attn_layer_norm"},
    {"attn_ln", "self_attn_layer_norm"},
    {"mlp_ln", "final_layer_norm"},
    {"ln_post", "layer_norm"},
    {"decoder.ln.", "decoder.layer_norm."},
    {".attn.", ".self_attn."},
    {".cross_attn.", ".encoder_attn."},
    {"query", "q_proj"},
    {"key", "k_proj"},
    {"value", "v_proj"},
    {"attn.out", "attn.out_proj"},
    {"mlp.0", "fc1"},
    {"mlp.2", "fc2"},
    {"token_embedding", "embed_tokens"},
    {"positional_embedding", "embed_positions.weight"},
};
constexpr Renaming kTranscribeCppEncoder[] = {
    {"attn_ln", "norm_attn"},
};
constexpr Renaming kTranscribeCppDecoder[] = {
    {"cross_attn_ln", "norm_cross"},
    {"attn_ln", "norm_self"},
    {".attn.", ".self_attn."},
};
constexpr Renaming kTranscribeCpp[] = {
    {"encoder.", "enc."},
    {"decoder.", "dec."},
    {"conv1", "conv.0"},
    {"conv2", "conv.1"},
    {"ln_post", "final_norm"},
    {"dec.ln.", "dec.final_norm."},
    {"mlp_ln", "norm_ffn"},
    {"query", "q"},
    {"key", "k"},
    {"value", "v"},
    {"mlp.0", "ffn.fc1"},
    {"mlp.2", "ffn.fc2"},
    {"token_embedding", "token_embd"},
    {"positional_embedding", "pos_emb.weight"},
};

TinyModel with_transcribe_cpp_names(const TinyModel& model) {
  TinyModel encoder = model, decoder = model;
  std::erase_if(encoder.tensors, [](const auto& entry) { return entry.first.starts_with("decoder"); });
  std::erase_if(decoder.tensors, [](const auto& entry) { return entry.first.starts_with("encoder"); });
  TinyModel result = renamed(renamed(encoder, kTranscribeCppEncoder), kTranscribeCpp);
  result.tensors.merge(renamed(renamed(decoder, kTranscribeCppDecoder), kTranscribeCpp).tensors);
  return result;
}

void write_safetensors_of(const TinyModel& model, const std::string& path, DType type) {
  std::vector<std::vector<std::byte>> bytes;
  std::vector<SafetensorsEntry> entries;
  for (const auto& [name, tensor] : model.tensors) bytes.push_back(stored(tensor.values, type));
  for (std::size_t i = 0; const auto& [name, tensor] : model.tensors) {
    entries.push_back({name, type, tensor.shape, bytes[i++]});
  }
  write_safetensors(path, entries);
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
