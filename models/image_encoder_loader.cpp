// From tensors to the stages of an image encoder: names, shapes, order.
#include <cmath>

#include "core/error.h"
#include "models/image_encoder.h"

namespace wick {
namespace {

constexpr double kTinyVitEps = 1e-5, kEps = 1e-6;

std::string encoder_part(std::string_view name) { return fmt::format("image_encoder.{}", name); }

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

/// [2 * window - 1, head_dim], by distance, as [window, window, head_dim], by the places of a query and a key.
Tensor spread_distances(const Tensor& by_distance, Index window) {
  std::vector<Tensor> queries;
  for (Index query = 0; query < window; ++query) {
    std::vector<Tensor> keys;
    for (Index key = 0; key < window; ++key) keys.push_back(by_distance.select(0, query - key + window - 1));
    queries.push_back(stack(keys, 0));
  }
  return stack(queries, 0);
}

}  // namespace

ImageEncoderLoader::ImageEncoderLoader(SamTensors& tensors, Index picture_size)
    : tensors_(tensors), tiny_vit_(tensors.has_part(encoder_part("patch_embed.seq."))), side_(picture_size) {
  encoder_.size_ = picture_size;
  if (tiny_vit_) {
    find_tiny_vit();
  } else if (tensors_.has_part(encoder_part("patch_embed.proj."))) {
    find_vit();
  } else {
    throw Error("{}: no image encoder of Segment Anything", tensors.tensors().file());
  }
  parts_.push_back(encoder_part("neck"));
}

void ImageEncoderLoader::find_tiny_vit() {
  parts_.push_back(encoder_part("patch_embed"));
  for (Index layer = 0;; ++layer) {
    const std::string name = encoder_part(fmt::format("layers.{}.", layer));
    Index blocks = 0;
    for (;; ++blocks) {
      const std::string block = fmt::format("{}blocks.{}", name, blocks);
      if (!tensors_.has_part(block + ".")) break;
      parts_.push_back(block);
    }
    if (blocks == 0) return;
    if (tensors_.has_part(name + "downsample.")) parts_.push_back(name + "downsample");
  }
}

void ImageEncoderLoader::find_vit() {
  parts_.push_back(encoder_part("patch_embed"));
  for (Index i = 0;; ++i) {
    const std::string block = encoder_part(fmt::format("blocks.{}", i));
    if (!tensors_.has_part(block + ".")) return;
    parts_.push_back(block);
  }
}

bool ImageEncoderLoader::step() {
  if (encoder_.stages_.size() == parts_.size()) return false;
  const std::string& name = parts_[encoder_.stages_.size()];
  if (name.ends_with("neck")) {
    encoder_.stages_.emplace_back(load_neck(name));
  } else if (!tiny_vit_) {
    if (name.ends_with("patch_embed")) {
      encoder_.stages_.emplace_back(load_tokens(name));
    } else {
      encoder_.stages_.emplace_back(load_token_block(name));
    }
  } else if (name.ends_with("patch_embed")) {
    PatchEmbedding embedding;
    embedding.first = tensors_.convolution(name + ".seq.0.c", dim_, {.stride = 2});
    embedding.second = tensors_.convolution(name + ".seq.2.c", embedding.first.taps.outputs(), {.stride = 2});
    dim_ = embedding.second.taps.outputs();
    side_ /= 4;
    encoder_.stages_.emplace_back(std::move(embedding));
  } else if (name.ends_with("downsample")) {
    encoder_.stages_.emplace_back(load_merging(name));
  } else if (tensors_.has_part(name + ".attn.")) {
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
  block.shrink = tensors_.linear(name + ".conv3.c", wide, dim_);
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
  merging.shrink = tensors_.linear(name + ".conv3.c", dim_, dim_);
  return merging;
}

WindowBlock ImageEncoderLoader::load_window(const std::string& name) {
  WindowBlock block;
  const std::string biases = name + ".attn.attention_biases";
  const Index area = tensors_.dim(biases, 2, 1);
  block.heads = tensors_.dim(biases, 2, 0);
  block.window = std::lround(std::sqrt(static_cast<double>(area)));
  const bool square = area <= kPageTokens && block.window * block.window == area;
  if (!square || dim_ % block.heads != 0 || dim_ / block.heads > kMaxHeadDim) {
    throw Error("{}: tensor '{}' [{}, {}] fits no windows of {} channels", tensors_.tensors().file(), biases,
                block.heads, area, dim_);
  }
  block.bias = spread_biases(tensors_.load(biases, {block.heads, area}), block.window);
  block.attention_norm = tensors_.norm(name + ".attn.norm", dim_, kTinyVitEps);
  block.qkv = tensors_.linear(name + ".attn.qkv", dim_, 3 * dim_);
  block.out = tensors_.linear(name + ".attn.proj", dim_, dim_);
  block.local = tensors_.depthwise(name + ".local_conv.c", dim_, {});
  block.mlp_norm = tensors_.norm(name + ".mlp.norm", dim_, kTinyVitEps);
  block.up = tensors_.linear(name + ".mlp.fc1", dim_);
  block.down = tensors_.linear(name + ".mlp.fc2", block.up.outputs(), dim_);
  return block;
}

PatchTokens ImageEncoderLoader::load_tokens(const std::string& name) {
  PatchTokens tokens;
  tokens.patches = tensors_.convolution(name + ".proj", dim_, {.kernel = kPatch, .stride = kPatch, .padding = 0});
  dim_ = tokens.patches.taps.outputs();
  side_ /= kPatch;
  tokens.places = tensors_.load(encoder_part("pos_embed"), {1, side_, side_, dim_}).reshape({side_, side_, dim_});
  return tokens;
}

TokenBlock ImageEncoderLoader::load_token_block(const std::string& name) {
  const std::string of_rows = name + ".attn.rel_pos_h";
  const Index distances = tensors_.dim(of_rows, 2, 0), head_dim = tensors_.dim(of_rows, 2, 1);
  TokenBlock block;
  block.window = (distances + 1) / 2;
  if (distances % 2 == 0 || block.window > side_ || head_dim > kMaxHeadDim || dim_ % head_dim != 0) {
    throw Error("{}: tensor '{}' [{}, {}] fits no attention of {} channels on {} x {} places",
                tensors_.tensors().file(), of_rows, distances, head_dim, dim_, side_, side_);
  }
  block.heads = dim_ / head_dim;
  const auto spread = [&](const char* tensor) {
    return spread_distances(tensors_.load(name + tensor, {distances, head_dim}), block.window);
  };
  block.rows = spread(".attn.rel_pos_h");
  block.columns = spread(".attn.rel_pos_w");
  block.attention_norm = tensors_.norm(name + ".norm1", dim_, kEps);
  block.qkv = tensors_.linear(name + ".attn.qkv", dim_, 3 * dim_);
  block.out = tensors_.linear(name + ".attn.proj", dim_, dim_);
  block.mlp_norm = tensors_.norm(name + ".norm2", dim_, kEps);
  block.up = tensors_.linear(name + ".mlp.lin1", dim_);
  block.down = tensors_.linear(name + ".mlp.lin2", block.up.outputs(), dim_);
  return block;
}

Neck ImageEncoderLoader::load_neck(const std::string& name) {
  if (const Index side = encoder_.size_ / kPatch; side_ != side) {
    throw Error("{}: the image encoder has {} x {} places before its neck, expected {} x {}", tensors_.tensors().file(),
                side_, side_, side, side);
  }
  Neck neck;
  neck.reduce = tensors_.linear(name + ".0", dim_, tensors_.dim("mask_decoder.iou_token.weight", 2, 1), Bias::if_there);
  dim_ = neck.reduce.outputs();
  neck.reduce_norm = tensors_.norm(name + ".1", dim_, kEps);
  neck.mix = tensors_.convolution(name + ".2", dim_, {}, dim_, Bias::if_there);
  neck.mix_norm = tensors_.norm(name + ".3", dim_, kEps);
  return neck;
}

}  // namespace wick
