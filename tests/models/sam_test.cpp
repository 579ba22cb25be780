// Small random Segment Anything models against PyTorch's public code (tests/golden/make_sam.py): ViT with windows,
// global attention and relative positions; TinyViT; every kind of prompt.
#include <catch2/catch.hpp>
#include <map>

#include "core/byte_source.h"
#include "core/error.h"
#include "models/image_encoder.h"
#include "models/mask_decoder.h"
#include "models/model_files.h"

using namespace wick;

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
    const ImageEncoder encoder = ImageEncoderLoader(tensors).finish();
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
    const ImageEncoder encoder = ImageEncoderLoader(tensors).finish();
    const Index larger = encoder.size() / kSize;  // a file with a TinyViT does not say the size of its pictures
    CHECK(encoder.operations() == 2 * multiplications * static_cast<double>(larger * larger));
  }
}

TEST_CASE("sam: an encoder of another layout is an error that says so") {
  const Device device = Device::cpu(1);
  Checkpoint checkpoint = ModelFiles::open(kGolden + "vit.safetensors").checkpoint;
  for (const char* tensor : {"image_encoder.blocks.1.attn.rel_pos_h", "image_encoder.neck.3.bias",
                             "mask_decoder.mask_tokens.weight", "image_encoder.patch_embed.proj.weight"}) {
    CAPTURE(tensor);
    Checkpoint cut = checkpoint;
    cut.tensors.erase(tensor);
    CHECK_THROWS_AS(
        [&] {
          SamTensors tensors(cut, device, Precision::precise, {});
          const ImageEncoder encoder = ImageEncoderLoader(tensors).finish();
          MaskDecoder::load(tensors, kSize);
        }(),
        Error);
  }
}
