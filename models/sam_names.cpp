#include "models/sam_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "models/renaming.h"

namespace wick {
namespace {

constexpr Renaming kEncoder[] = {
    {"vision_encoder.", "image_encoder."},
    {"patch_embed.projection", "patch_embed.proj"},
    {".layers.", ".blocks."},
    {"neck.conv1", "neck.0"},
    {"neck.layer_norm1", "neck.1"},
    {"neck.conv2", "neck.2"},
    {"neck.layer_norm2", "neck.3"},
    {".layer_norm", ".norm"},
};
constexpr std::string_view kPositions = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix";
constexpr Renaming kPrompts[] = {
    {"shared_image_embedding.positional_embedding", kPositions},
    {"prompt_encoder.shared_embedding.positional_embedding", kPositions},
    {"prompt_encoder.point_embed.", "prompt_encoder.point_embeddings."},
    {"mask_embed.conv1", "mask_downscaling.0"},
    {"mask_embed.layer_norm1", "mask_downscaling.1"},
    {"mask_embed.conv2", "mask_downscaling.3"},
    {"mask_embed.layer_norm2", "mask_downscaling.4"},
    {"mask_embed.conv3", "mask_downscaling.6"},
};
constexpr Renaming kDecoder[] = {
    {".layer_norm", ".norm"},
    {"upscale_conv1", "output_upscaling.0"},
    {"upscale_norm", "output_upscaling.1"},
    {"upscale_layer_norm", "output_upscaling.1"},
    {"upscale_conv2", "output_upscaling.3"},
};
/// The perceptrons at the decoder's end: a first layer, those between, a last.
constexpr Renaming kPerceptron[] = {
    {"layers.0", "layers.1"},
    {"proj_in", "layers.0"},
    {"proj_out", "layers.2"},
};

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return name.starts_with(start); });
}

std::span<const Renaming> renamings_of(std::string_view huggingface) {
  const auto has = [&](std::string_view part) { return huggingface.find(part) != std::string_view::npos; };
  if (huggingface.starts_with("vision_encoder.")) return kEncoder;
  if (!huggingface.starts_with("mask_decoder.")) return kPrompts;
  if (has("iou_prediction_head.") || has("output_hypernetworks_mlps.")) return kPerceptron;
  return kDecoder;
}

}  // namespace

bool is_sam(const Checkpoint& checkpoint) {
  constexpr const char* kNames[] = {"image_encoder.neck.0.weight", "vision_encoder.neck.conv1.weight",
                                    "mask_decoder.iou_prediction_head.layers.0.weight"};
  const auto there = [&](const char* name) { return checkpoint.find(name) != nullptr; };
  return std::any_of(std::begin(kNames), std::end(kNames), there) ||
         (checkpoint.format == "onnx" && there("neck.0.weight") && there("neck.2.weight"));
}

std::string sam_name_of_huggingface(const std::string& name) { return renamed(name, renamings_of(name)); }

std::string sam_name_of_onnx(const std::string& name) {
  if (name.starts_with("model.")) return name.substr(name.find('.') + 1);
  if (starts_with_any(name, {"patch_embed.", "pos_embed", "layers.", "blocks.", "neck."})) {
    return fmt::format("image_encoder.{}", name);
  }
  if (name.starts_with("mask_downscaling.")) return fmt::format("prompt_encoder.{}", name);
  if (starts_with_any(name, {"transformer.", "output_upscaling."})) return fmt::format("mask_decoder.{}", name);
  return name;
}

std::vector<std::string> sam_other_half(const std::string& name) {
  struct Halves {
    std::string_view this_one, other;
  };
  constexpr Halves kHalves[] = {{"encoder", "decoder"}, {"encoder", "sam"}, {"decoder", "encoder"}, {"sam", "encoder"}};
  std::vector<std::string> names;
  const std::string_view whole = name;
  for (const auto& [this_one, other] : kHalves) {
    const std::size_t at = whole.rfind(this_one);
    if (at == std::string_view::npos) continue;
    names.push_back(fmt::format("{}{}{}", whole.substr(0, at), other, whole.substr(at + this_one.size())));
  }
  return names;
}

}  // namespace wick
