#pragma once
// The image encoders of Segment Anything: TinyViT (Wu et al. 2022), which MobileSAM has, and ViT (Kirillov et al.
// 2023).
//
// A picture is [height, width, channels] throughout. An encoder is a row of stages; what one needs beside its input and
// its output is made for a band of rows or some windows at a time, which the caches hold.
#include <string>
#include <variant>
#include <vector>

#include "core/convolution.h"
#include "core/kv_cache.h"
#include "models/sam_tensors.h"

namespace wick {

/// Two convolutions that halve a picture's sides each.
struct PatchEmbedding {
  Convolution first, second;
  Tensor operator()(const Tensor& x) const;
};

/// An inverted bottleneck (MobileNetV2): wider, each channel by itself, narrower, and the input added.
struct BottleneckBlock {
  Linear expand;
  DepthwiseConvolution depthwise;
  Linear shrink;
  Tensor operator()(const Tensor& x) const;
};

/// A step to more channels, and with a stride of 2 to half the sides.
struct PatchMerging {
  Linear expand;
  DepthwiseConvolution depthwise;
  Linear shrink;
  Tensor operator()(const Tensor& x) const;
};

/// Attention within windows, whose scores depend on how far apart two pixels are, a convolution, and an MLP.
struct WindowBlock {
  Index window, heads;
  LayerNorm attention_norm;
  Linear qkv;   // [dim] -> [heads, 3, head_dim]
  Linear out;   // [dim] -> [dim]
  Tensor bias;  // [heads, window^2, window^2], of the scores
  DepthwiseConvolution local;
  LayerNorm mlp_norm;
  Linear up, down;

  Tensor operator()(const Tensor& x) const;
  Tensor attention(const Tensor& x) const;
};

/// Pixels to tokens, each told its place.
struct PatchTokens {
  Convolution patches;
  Tensor places;  // [side, side, dim]
  Tensor operator()(const Tensor& x) const;
};

/// A transformer's block on a picture of tokens, whose attention sees a window or all of it. A score also depends on
/// how many rows and columns lie between two tokens, by products of the query with a vector for each.
struct TokenBlock {
  Index window, heads;
  LayerNorm attention_norm;
  Linear qkv;            // [dim] -> [3, heads, head_dim]
  Linear out;            // [dim] -> [dim]
  Tensor rows, columns;  // [window, window, head_dim]: of a query's and a key's row, column
  LayerNorm mlp_norm;
  Linear up, down;

  Tensor operator()(const Tensor& x) const;
  Tensor attention(const Tensor& x) const;
  void attend_window(const Tensor& q, PagedCache& cache, const SequenceRows& keys, Tensor& seen) const;
};

/// To the embedding's channels, normalised.
struct Neck {
  Linear reduce;
  LayerNorm reduce_norm;
  Convolution mix;
  LayerNorm mix_norm;
  Tensor operator()(const Tensor& x) const;
};

class ImageEncoder {
 public:
  /// Sides of the pictures that it takes, in pixels.
  Index size() const { return size_; }
  Index stages() const { return static_cast<Index>(stages_.size()); }
  /// What a stage makes of a picture: the first one of normalised RGB [size, size, 3], each other one of the result
  /// before it; the last one's is the embedding [size / kPatch, size / kPatch, channels].
  Tensor run(Index stage, const Tensor& x) const;
  /// Multiplications and additions that a picture takes, by the layers' shapes: see image_encoder_operations.cpp.
  double operations() const;

 private:
  friend class ImageEncoderLoader;
  using Stage = std::variant<PatchEmbedding, BottleneckBlock, PatchMerging, WindowBlock, PatchTokens, TokenBlock, Neck>;
  std::vector<Stage> stages_;
  Index size_ = 0;
};

/// Loads an encoder one stage at a time. Throws Error for tensors that are missing or do not fit.
class ImageEncoderLoader {
 public:
  /// `picture_size`: sides of the pictures that it is for, in pixels.
  ImageEncoderLoader(SamTensors& tensors, Index picture_size);
  /// Loads the next stage; false when all are loaded.
  bool step();
  ImageEncoder finish();

 private:
  BottleneckBlock load_bottleneck(const std::string& name);
  PatchMerging load_merging(const std::string& name);
  WindowBlock load_window(const std::string& name);
  PatchTokens load_tokens(const std::string& name);
  TokenBlock load_token_block(const std::string& name);
  void find_tiny_vit();
  void find_vit();
  Neck load_neck(const std::string& name);

  SamTensors& tensors_;
  bool tiny_vit_;
  ImageEncoder encoder_;
  std::vector<std::string> parts_;  // names of the stages, in order
  Index dim_ = 3;                   // channels after the stages so far
  Index side_;                      // and sides
};

}  // namespace wick
