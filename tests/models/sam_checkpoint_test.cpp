// Segment Anything's weights from all the files that have them. Goldens: tests/golden/make_sam.py.
#include "models/sam_checkpoint.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/file_builder.h"
#include "core/formats/safetensors.h"
#include "models/model_files.h"
#include "models/sam_names.h"
#include "models/task.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

std::string golden(const std::string& name) { return WICK_TESTS_DIR "/golden/sam/" + name; }

nlohmann::json golden_json(const std::string& name) {
  return nlohmann::json::parse(read_text(*open_file(golden(name))));
}

std::vector<float> values_of(const Checkpoint& checkpoint, const std::string& name) {
  CAPTURE(name);
  const std::vector<std::byte> bytes = bytes_of(checkpoint, name);
  REQUIRE(checkpoint.find(name)->type == DType::f32);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Writes a checkpoint's tensors as safetensors, under the names that `name_of` gives them.
template <class NameOf>
void write_as(const std::string& path, const Checkpoint& checkpoint, NameOf&& name_of) {
  std::map<std::string, std::vector<std::byte>> bytes;
  std::vector<SafetensorsEntry> entries;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    const auto& stored = bytes[name] = bytes_of(checkpoint, name);
    entries.push_back({name_of(name), tensor.type, tensor.shape, stored});
  }
  write_safetensors(path, entries);
}

void check_same(const Checkpoint& found, const Checkpoint& expected) {
  for (const auto& [name, tensor] : expected.tensors) {
    CAPTURE(name);
    REQUIRE(found.find(name));
    CHECK(found.find(name)->shape == tensor.shape);
    CHECK(bytes_of(found, name) == bytes_of(expected, name));
  }
}

}  // namespace

TEST_CASE("sam checkpoint: batch norms are folded into their convolutions, as the model's own code does it") {
  const Checkpoint folded = open_checkpoint(golden("folded.safetensors"));
  const Checkpoint model = ModelFiles::open(golden("tiny_vit.pt")).checkpoint;
  for (const auto& [name, tensor] : folded.tensors) {
    CAPTURE(name);
    REQUIRE(model.find(name));
    CHECK(model.find(name)->shape == tensor.shape);
    const std::vector<float> found = values_of(model, name), expected = values_of(folded, name);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 2e-6F);
  }
  for (const auto& [name, tensor] : model.tensors) CHECK_THAT(name, !Contains(".bn."));
  CHECK(task_of(model) == Task::segment);
}

TEST_CASE("sam checkpoint: a model that is folded, or has nothing to fold, is as it was") {
  const Checkpoint stored = open_checkpoint(golden("vit.safetensors"));
  check_same(ModelFiles::open(golden("vit.safetensors")).checkpoint, stored);
  const TemporaryFolder folder;
  const Checkpoint folded = ModelFiles::open(golden("tiny_vit.pt")).checkpoint;
  write_as(folder / "folded.safetensors", folded, [](const std::string& name) { return name; });
  check_same(ModelFiles::open(folder / "folded.safetensors").checkpoint, folded);
}

TEST_CASE("sam checkpoint: Hugging Face's names") {
  std::map<std::string, std::string> theirs;
  const auto names = golden_json("huggingface.json");
  for (const auto& [name, original] : names.items()) {
    CHECK(sam_name_of_huggingface(name) == original.get<std::string>());
    theirs[original] = name;
  }
  const Checkpoint stored = open_checkpoint(golden("vit.safetensors"));
  const TemporaryFolder folder;
  write_as(folder / "model.safetensors", stored, [&](const std::string& name) { return theirs.at(name); });
  CHECK(is_sam(open_checkpoint(folder / "model.safetensors")));
  check_same(ModelFiles::open(folder / "").checkpoint, stored);
}

TEST_CASE("sam checkpoint: the two ONNX files of MobileSAM have all its tensors in their shapes") {
  const std::string encoder = WICK_MODELS_DIR "/mobile-sam.encoder.onnx";
  const std::string decoder = WICK_MODELS_DIR "/mobile-sam.decoder.onnx";
  if (!have(encoder) || !have(decoder)) return;
  const Checkpoint model = ModelFiles::open(encoder).checkpoint;
  const auto shapes = golden_json("mobile_sam.json");
  for (const auto& [name, shape] : shapes.items()) {
    CAPTURE(name);
    REQUIRE(model.find(name));
    CHECK(model.find(name)->shape == shape.get<std::vector<Index>>());
  }
  CHECK(model.tensors.size() == shapes.size());
  check_same(ModelFiles::open(decoder).checkpoint, model);
  const auto in_memory = [](const std::string& path, const char* name) {
    const SourcePtr file = open_file(path);
    std::vector<std::byte> bytes(static_cast<std::size_t>(file->size()));
    file->read(0, bytes);
    return memory_source(name, std::move(bytes));
  };
  check_same(ModelFiles::open({in_memory(decoder, "sam.onnx"), in_memory(encoder, "encoder.onnx")}).checkpoint, model);
  CHECK(error_of([&] { ModelFiles::open({in_memory(encoder, "encoder.onnx")}); }) ==
        "encoder.onnx: one half of a Segment Anything model; the other, 'decoder.onnx', is missing beside it");

  // The tables of attention, of which the checkpoint has a row, hold nothing else.
  const std::vector<float> biases = values_of(model, "image_encoder.layers.3.blocks.1.attn.attention_biases");
  const std::vector<float> table = values_of(open_checkpoint(encoder), "layers.3.blocks.1.attn.Constant_5");
  constexpr int kHeads = 10, kWindow = 7, kPlaces = kWindow * kWindow;
  REQUIRE(table.size() == kHeads * kPlaces * kPlaces);
  for (int i = 0; i < kHeads * kPlaces * kPlaces; ++i) {
    const int head = i / (kPlaces * kPlaces), from = i / kPlaces % kPlaces, to = i % kPlaces;
    const int dy = std::abs(from / kWindow - to / kWindow), dx = std::abs(from % kWindow - to % kWindow);
    REQUIRE(table[static_cast<std::size_t>(i)] == biases[static_cast<std::size_t>(head * kPlaces + dy * kWindow + dx)]);
  }
}

TEST_CASE("sam checkpoint: what is missing or does not fit is named") {
  using Names = std::vector<std::string>;
  CHECK(sam_other_half("mobile-sam.encoder.onnx")[0] == "mobile-sam.decoder.onnx");
  CHECK(sam_other_half("encoder.onnx") == Names{"decoder.onnx", "sam.onnx"});
  CHECK(sam_other_half("sam.onnx") == Names{"encoder.onnx"});
  CHECK(sam_other_half("model.onnx").empty());

  const TemporaryFolder folder;
  const Checkpoint model = open_checkpoint(golden("tiny_vit.pt"));
  const auto error_without = [&](const std::string& missing) {
    Checkpoint less = model;
    REQUIRE(less.tensors.erase(missing) == 1);
    return error_of([&] { sam_checkpoint({less}); });
  };
  CHECK_THAT(error_without("mask_decoder.iou_token.weight"), Contains("has no mask decoder"));
  CHECK_THAT(error_without("image_encoder.neck.0.weight"), Contains("has no image encoder"));
  CHECK_THAT(error_without("image_encoder.patch_embed.seq.0.c.weight"),
             Contains("'image_encoder.patch_embed.seq.0.bn' has no convolution"));
  CHECK_THAT(error_without("image_encoder.patch_embed.seq.0.bn.bias"),
             Contains("tensor 'image_encoder.patch_embed.seq.0.bn.bias' is missing"));
}

TEST_CASE("sam checkpoint: its task is not another's, and another's not its") {
  const Checkpoint sam = open_checkpoint(golden("vit.safetensors"));
  CHECK_NOTHROW(require_task(sam, Task::segment));
  CHECK_THAT(error_of([&] { require_task(sam, Task::chat); }),
             Contains("a Segment Anything model, made to segment pictures and not to chat"));
  CHECK_THAT(error_of([&] { require_task(sam, Task::speech); }), Contains("not a Whisper model"));
  const Checkpoint other = open_checkpoint(WICK_TESTS_DIR "/golden/formats/small.gguf");
  CHECK_THAT(error_of([&] { require_task(other, Task::segment); }), Contains("not a Segment Anything model"));
}
