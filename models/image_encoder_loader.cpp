// From tensors to the stages of an image encoder: names, shapes, order.
#include <cmath>

#include "core/error.h"
#include "models/image_encoder.h"

namespace wick {
namespace {

constexpr double kNormEps = 1e-5, kNeckEps = 1e-6;

/// Scores' biases [heads, window^2, window^2] from [heads, window^2], which the file has by distance: the one of a
/// query and a key that lie dy rows and dx columns apart is dy * window + dx.
Tensor spread_biases(const Tensor& by_distance, Index window) {
  const Index heads = by_distance.dim(0), area = window * window;
  Tensor bias = Tensor::empty({heads, area, area}, DType::f32, by_distance.device());
  const float* from = by_distance.data<float>();
  float* to = bias.data<float>();
  for (Index head = 0; head < heads; ++head, from += area) {
    for (Index query = 0; query < area; ++query) {
      for (Index key = 0; key < area; ++key) {
        const Index dy = std::abs(query / window - key / window), dx = std::abs(query % window - key % window);
        *to++ = from[dy * window + dx];
      }
    }
  }
  return bias;
}

}  // namespace

ImageEncoderLoader::ImageEncoderLoader(SamTensors& tensors) : tensors_(tensors), side_(encoder_.size_) {
  const auto add = [&](const std::string& name, const char* tensor) {
    const bool has = tensors_.has(name + tensor);
    if (has) parts_.push_back(name);
    return has;
  };
  const std::string root = "image_encoder.";
  if (!add(root + "patch_embed", ".seq.0.c.weight")) {
    throw Error("{}: no image encoder of Segment Anything that is known here", tensors.tensors().file());
  }
  bool more = true;
  for (Index layer = 0; more; ++layer) {
    const std::string name = fmt::format("{}layers.{}", root, layer);
    Index block = 0;
    for (std::string part;
         part = fmt::format("{}.blocks.{}", name, block), add(part, ".conv1.c.weight") || add(part, ".attn.qkv.weight");
         ++block) {
    }
    more = block > 0;
    add(name + ".downsample", ".conv1.c.weight");
  }
  parts_.push_back(root + "neck");
}

bool ImageEncoderLoader::step() {
  if (encoder_.stages_.size() == parts_.size()) return false;
  const std::string& name = parts_[encoder_.stages_.size()];
  if (name.ends_with("patch_embed")) {
    PatchEmbedding embedding;
    embedding.first = tensors_.convolution(name + ".seq.0.c", dim_, {.stride = 2});
    embedding.second = tensors_.convolution(name + ".seq.2.c", embedding.first.taps.outputs(), {.stride = 2});
    dim_ = embedding.second.taps.outputs();
    side_ /= 4;
    encoder_.stages_.emplace_back(std::move(embedding));
  } else if (name.ends_with("neck")) {
    encoder_.stages_.emplace_back(load_neck(name));
  } else if (name.ends_with("downsample")) {
    encoder_.stages_.emplace_back(load_merging(name));
  } else if (tensors_.has(name + ".attn.qkv.weight")) {
    encoder_.stages_.emplace_back(load_window(name));
  } else {
    encoder_.stages_.emplace_back(load_bottleneck(name));
  }
  return true;
}

ImageEncoder ImageEncoderLoader::finish() {
  while (step()) {
  }
  return std::move(encoder_);
}

BottleneckBlock ImageEncoderLoader::load_bottleneck(const std::string& name) {
  BottleneckBlock block;
  block.expand = tensors_.linear(name + ".conv1.c", dim_);
  const Index wide = block.expand.outputs();
  block.depthwise = tensors_.depthwise(name + ".conv2.c", wide, {});
  block.shrink = tensors_.linear(name + ".conv3.c", wide);
  return block;
}

/// The sides halve until they are a sixteenth of the picture's.
PatchMerging ImageEncoderLoader::load_merging(const std::string& name) {
  const Index stride = side_ > encoder_.size_ / kPatch ? 2 : 1;
  PatchMerging merging;
  merging.expand = tensors_.linear(name + ".conv1.c", dim_);
  dim_ = merging.expand.outputs();
  side_ /= stride;
  merging.depthwise = tensors_.depthwise(name + ".conv2.c", dim_, {.stride = stride});
  merging.shrink = tensors_.linear(name + ".conv3.c", dim_);
  return merging;
}

WindowBlock ImageEncoderLoader::load_window(const std::string& name) {
  WindowBlock block;
  const std::string biases = name + ".attn.attention_biases";
  const Index area = tensors_.dim(biases, 2, 1);
  block.heads = tensors_.dim(biases, 2, 0);
  block.window = std::lround(std::sqrt(static_cast<double>(area)));
  if (area < 1 || area > kPageTokens || block.window * block.window != area || dim_ % block.heads != 0) {
    throw Error("{}: tensor '{}' [{}, {}] fits no windows of {} channels", tensors_.tensors().file(), biases,
                block.heads, area, dim_);
  }
  block.bias = spread_biases(tensors_.load(biases, {block.heads, area}), block.window);
  block.attention_norm = tensors_.norm(name + ".attn.norm", dim_, kNormEps);
  block.qkv = tensors_.linear(name + ".attn.qkv", dim_);
  block.out = tensors_.linear(name + ".attn.proj", dim_);
  block.local = tensors_.depthwise(name + ".local_conv.c", dim_, {});
  block.mlp_norm = tensors_.norm(name + ".mlp.norm", dim_, kNormEps);
  block.up = tensors_.linear(name + ".mlp.fc1", dim_);
  block.down = tensors_.linear(name + ".mlp.fc2", block.up.outputs());
  return block;
}

Neck ImageEncoderLoader::load_neck(const std::string& name) {
  Neck neck;
  neck.reduce = tensors_.linear(name + ".0", dim_);
  dim_ = neck.reduce.outputs();
  neck.reduce_norm = tensors_.norm(name + ".1", dim_, kNeckEps);
  neck.mix = tensors_.convolution(name + ".2", dim_, {});
  neck.mix_norm = tensors_.norm(name + ".3", dim_, kNeckEps);
  return neck;
}

}  // namespace wick
