// One tiny random Whisper in every format: each computes the same.

#include "core/formats/gguf.h"
#include "kernels/blocks.h"
#include "models/tiny_whisper.h"

using namespace wick;
using namespace wick::test;

namespace {

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

/// The model as it is after its matrices were stored in a type.
TinyModel rounded(TinyModel model, DType type) {
  for (auto& [name, tensor] : model.tensors) {
    if (!is_matrix(name, tensor)) continue;
    const std::vector<std::byte> bytes = stored(tensor.values, type);
    dequantize_row(type, bytes.data(), tensor.values.data(), static_cast<Index>(tensor.values.size()));
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
