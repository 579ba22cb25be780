// Small random Segment Anything models against PyTorch's public code (tests/golden/make_sam.py): ViT with windows,
// global attention and relative positions; TinyViT; every kind of prompt.
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <numeric>

#include "core/byte_source.h"
#include "core/error.h"
#include "core/file_builder.h"
#include "models/image_encoder.h"
#include "models/mask_decoder.h"
#include "models/model_files.h"
#include "models/segmenter.h"

using namespace wick;
using Catch::Matchers::Contains;

namespace {

const std::string kGolden = WICK_TESTS_DIR "/golden/sam/";
constexpr Index kSize = 128;

using Tensors = std::map<std::string, Tensor>;

Tensors expected_of(const std::string& model, const Device& device) {
  Tensors tensors;
  for (auto& [name, tensor] : load_safetensors(kGolden + model + ".expected.safetensors", device)) {
    tensors.emplace(name, std::move(tensor));
  }
  return tensors;
}

/// [channels, height, width] as [height, width, channels].
Tensor channels_last(const Tensor& x) { return x.permute({1, 2, 0}).contiguous(); }

double difference(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

MaskPrompt prompt_of(const Tensors& golden, const std::string& number) {
  MaskPrompt prompt;
  if (const auto points = golden.find(number + ".points"); points != golden.end()) {
    const std::vector<float> at = points->second.to_vector<float>();
    const std::vector<std::int32_t> labels = golden.at(number + ".labels").to_vector<std::int32_t>();
    for (std::size_t i = 0; i < labels.size(); ++i) prompt.points.push_back({at[2 * i], at[2 * i + 1], labels[i] == 1});
  }
  if (const auto box = golden.find(number + ".box"); box != golden.end()) {
    const std::vector<float> b = box->second.to_vector<float>();
    prompt.box = {b[0], b[1], b[2], b[3]};
  }
  if (const auto mask = golden.find(number + ".mask"); mask != golden.end()) prompt.mask = mask->second;
  return prompt;
}

}  // namespace

TEST_CASE("sam: small random models embed and answer every kind of prompt as PyTorch does") {
  const Device device = Device::cpu(2);
  for (const auto& [model, file] : {std::pair("vit", "vit.safetensors"), {"tiny_vit", "tiny_vit.pt"}}) {
    CAPTURE(model);
    const Tensors golden = expected_of(model, device);
    SamTensors tensors(ModelFiles::open(kGolden + file).checkpoint, device, Precision::precise, {});
    const ImageEncoder encoder = ImageEncoderLoader(tensors, kSize).finish();
    Tensor x = (channels_last(golden.at("image").to_dtype(DType::f32)) - 128) * (1.0 / 64);
    for (Index stage = 0; stage < encoder.stages(); ++stage) x = encoder.run(stage, x);
    CHECK(difference(x, channels_last(golden.at("embedding"))) < 2e-5);
    const MaskDecoder decoder = MaskDecoder::load(tensors, kSize);
    const EmbeddedPicture picture = decoder.remember(x);
    int prompts = 0;
    for (; golden.count(std::to_string(prompts) + ".iou"); ++prompts) {
      const std::string number = std::to_string(prompts);
      CAPTURE(number);
      const MaskCandidates got = decoder.decode(picture, prompt_of(golden, number));
      CHECK(difference(got.logits, golden.at(number + ".masks")) < 1e-4);
      const std::vector<float> iou = golden.at(number + ".iou").to_vector<float>();
      for (std::size_t i = 0; i < iou.size(); ++i) CHECK(got.iou[i] == Approx(iou[i]).margin(1e-5));
    }
    CHECK(prompts == 5);
  }
}

TEST_CASE("sam: the number of threads changes no bit") {
  for (const char* file : {"vit.safetensors", "tiny_vit.pt"}) {
    std::vector<std::vector<float>> embeddings, logits;
    for (const int threads : {1, 3}) {
      const Device device = Device::cpu(threads);
      SamTensors tensors(ModelFiles::open(kGolden + file).checkpoint, device, Precision::precise, {});
      const ImageEncoder encoder = ImageEncoderLoader(tensors, kSize).finish();
      Tensor x = Tensor::randn({kSize, kSize, 3}, 1, device);
      for (Index stage = 0; stage < encoder.stages(); ++stage) x = encoder.run(stage, x);
      const MaskDecoder decoder = MaskDecoder::load(tensors, kSize);
      embeddings.push_back(x.to_vector<float>());
      logits.push_back(
          decoder.decode(decoder.remember(x), {.points = {{40, 50}}, .box = {}, .mask = {}}).logits.to_vector<float>());
    }
    CHECK(embeddings[0] == embeddings[1]);
    CHECK(logits[0] == logits[1]);
  }
}

TEST_CASE("sam: an encoder's operations are those of its layers on a picture's pixels, without windows' padding") {
  const Device device = Device::cpu(1);
  // Multiplications of places, by hand from the sizes in make_sam.py: patches, blocks, attention in windows, globally,
  // and the neck.
  const double vit =
      64 * (768 * 32 + 3 * 12 * 32 * 32 + 2 * (2 * 25 + 2 * 5) * 32 + (2 * 64 + 2 * 8) * 32 + 10 * 32 * 32);
  const double patches = 4096 * 27 * 4 + 1024 * 36 * 8;
  const double bottleneck = 1024 * (2 * 8 * 32 + 9 * 32);
  const double steps =
      1024 * 8 * 16 + 256 * (9 + 16) * 16 + 256 * 16 * 32 + 64 * (9 + 32) * 32 + 64 * (32 + 9 + 48) * 48;
  const auto block = [](double pixels, double dim, double window) {
    return pixels * (12 * dim * dim + 2 * window * window * dim + 9 * dim);
  };
  const double neck = 64 * (48 * 32 + 9 * 32 * 32);
  const double tiny_vit =
      patches + bottleneck + steps + block(256, 16, 7) + 2 * block(64, 32, 5) + block(64, 48, 8) + neck;
  for (const auto& [file, multiplications] : {std::pair("vit.safetensors", vit), {"tiny_vit.pt", tiny_vit}}) {
    CAPTURE(file);
    SamTensors tensors(ModelFiles::open(kGolden + file).checkpoint, device, Precision::precise, {});
    const ImageEncoder encoder = ImageEncoderLoader(tensors, kSize).finish();
    CHECK(encoder.operations() == 2 * multiplications);
  }
}

namespace {

void load_all(const Checkpoint& checkpoint) {
  SamTensors tensors(checkpoint, Device::cpu(1), Precision::precise, {});
  ImageEncoderLoader(tensors, kSize).finish();
  MaskDecoder::load(tensors, kSize);
}

/// The checkpoint with a tensor of zeros in another shape.
Checkpoint reshaped(Checkpoint checkpoint, const std::string& name, std::vector<Index> shape) {
  TensorInfo& tensor = checkpoint.tensors.at(name);
  const Index elements = std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
  tensor.shape = std::move(shape);
  tensor.bytes = static_cast<std::uint64_t>(row_bytes(tensor.type, elements));
  tensor.offset = 0;
  tensor.source = static_cast<std::uint32_t>(checkpoint.sources.size());
  checkpoint.sources.push_back(memory_source("zeros", std::vector<std::byte>(static_cast<std::size_t>(tensor.bytes))));
  return checkpoint;
}

/// Nothing reads it: a bias of keys that attend to all places makes no difference.
bool is_idle(const std::string& name) {
  return name.ends_with("k_proj.bias") && name.find("token_to_image") != std::string::npos;
}

}  // namespace

TEST_CASE("sam: a tensor that is missing or has another shape is refused when it is loaded") {
  for (const char* file : {"vit.safetensors", "tiny_vit.pt"}) {
    const Checkpoint whole = ModelFiles::open(kGolden + file).checkpoint;
    CHECK_NOTHROW(load_all(whole));
    for (const auto& [name, tensor] : whole.tensors) {
      if (is_idle(name)) continue;
      CAPTURE(file, name);
      for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        if (i == 0 && name.ends_with("attention_biases")) continue;  // heads, which it alone states
        CAPTURE(i);
        for (const Index size : {Index{0}, tensor.shape[i] - 1, tensor.shape[i] + 1, 16 * tensor.shape[i]}) {
          std::vector<Index> shape = tensor.shape;
          shape[i] = size;
          const std::string error = test::error_of([&] { load_all(reshaped(whole, name, shape)); });
          CHECK_THAT(error, Contains("tensor '"));
        }
      }
      std::vector<Index> longer = tensor.shape;
      longer.push_back(3);
      CHECK_THAT(test::error_of([&] { load_all(reshaped(whole, name, longer)); }), Contains("tensor '" + name + "'"));
      Checkpoint cut = whole;
      cut.tensors.erase(name);
      CHECK_THAT(test::error_of([&] { load_all(cut); }), Contains("tensor '") || Contains("no image encoder"));
    }
  }
}

TEST_CASE("sam: an error tells the shape that a tensor has and the one that it should have") {
  const Checkpoint vit = ModelFiles::open(kGolden + "vit.safetensors").checkpoint;
  const auto error_with = [&](const char* name, std::vector<Index> shape) {
    return test::error_of([&] { load_all(reshaped(vit, name, std::move(shape))); });
  };
  CHECK_THAT(error_with("image_encoder.blocks.1.attn.qkv.weight", {64, 32}),
             Contains("tensor 'image_encoder.blocks.1.attn.qkv.weight' has shape [64, 32], expected [96, 32]"));
  CHECK_THAT(error_with("mask_decoder.iou_prediction_head.layers.2.weight", {3, 32}),
             Contains("'mask_decoder.iou_prediction_head.layers.2.weight' has shape [3, 32], expected [4, 32]"));
  for (const Index outputs : {36, 8 * 257}) {
    CHECK_THAT(error_with("mask_decoder.transformer.layers.0.self_attn.q_proj.weight", {outputs, 32}),
               Contains(fmt::format("has {} outputs, expected as many for each of 8 heads, 256 at most", outputs)));
  }
  CHECK_THAT(test::error_of([&] {
               ModelFiles files;
               files.checkpoint = vit;
               SegmentLoader(files, Device::cpu(1), Precision::precise).finish();
             }),
             Contains("'image_encoder.pos_embed' has shape [1, 8, 8, 32], expected [1, 64, 64, 32]"));
}
