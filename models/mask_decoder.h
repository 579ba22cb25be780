#pragma once
// Prompts to masks (Kirillov et al. 2023, sections 3 and A): points, a box or an earlier mask are tokens that attend to
// an embedded picture and it to them, twice; what becomes of four of them are masks of it.
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/mask_attention.h"

namespace wick {

/// Coordinates in pixels of the picture as the encoder sees it, whose longer side is its size.
struct PromptPoint {
  float x, y;
  bool inside = true;  // else it is to be left out
};
struct PromptBox {
  float x0, y0, x1, y1;
};
struct MaskPrompt {
  std::vector<PromptPoint> points;
  std::optional<PromptBox> box;
  Tensor mask;  // logits [side, side] of an earlier mask, or undefined
};

struct MaskCandidates {
  static constexpr Index kCount = 4;  // one for a clear prompt, then three: part, whole and larger
  Tensor logits;                      // [kCount, side, side], a mask's side is four times the embedding's
  std::array<float, kCount> iou;      // as the model predicts it; may be above 1

  /// One candidate's, [side * side]. They last as long as `logits`.
  std::span<const float> logits_of(Index candidate) const {
    return {logits.data<float>() + candidate * logits.stride(0), static_cast<std::size_t>(logits.stride(0))};
  }
};

/// Places as the first block sees them, and what it projects them to, for all prompts.
struct KnownPlaces {
  Tensor places;     // [side * side, dim]
  CrossCache cache;  // keys and values of each head
  Tensor queries;    // [side * side, heads * head_dim]
};

/// An embedded picture, and what every prompt's first block makes of it.
struct EmbeddedPicture {
  Tensor embedding;   // [side * side, dim]
  KnownPlaces known;  // of a prompt without a mask
};

struct TwoWayBlock {
  TokenAttention self;
  LayerNorm self_norm;
  PlaceReader read_places;
  LayerNorm places_norm;
  Linear up, down;
  LayerNorm mlp_norm;
  PlaceUpdate update_places;

  static TwoWayBlock load(SamTensors& tensors, const std::string& name, Index dim);
  /// What tokens make of each other; `placed` has their positions added.
  Tensor among_tokens(const Tensor& tokens, const Tensor& placed) const;
  /// A perceptron on each token.
  Tensor think(const Tensor& tokens) const { return mlp_norm(tokens + down(up(tokens, Unary::relu))); }
};

/// A few layers with ReLU between them.
struct Perceptron {
  std::vector<Linear> layers;
  Tensor operator()(const Tensor& x) const;
};

class MaskDecoder {
 public:
  /// Throws Error for tensors that are missing or do not fit.
  static MaskDecoder load(SamTensors& tensors, Index picture_size);

  /// Sides of an embedding and of a mask.
  Index side() const { return side_; }
  Index mask_side() const { return 4 * side_; }
  /// From the encoder's [side, side, dim].
  EmbeddedPicture remember(const Tensor& embedding) const;
  /// Throws Error for a prompt without anything, and for a mask of another size.
  MaskCandidates decode(const EmbeddedPicture& picture, const MaskPrompt& prompt) const;

 private:
  void add_position(std::vector<float>& row, double x, double y) const;
  Tensor tokens_of(const MaskPrompt& prompt) const;
  Tensor dense_of(const Tensor& mask) const;
  KnownPlaces know(const Tensor& places) const;
  Tensor two_ways(const KnownPlaces& known, const Tensor& positions, Tensor& places) const;
  Linear questions(const std::vector<Tensor>& asked) const;
  Tensor mask_logits(const Tensor& places, const Linear& masks) const;
  void spread(const Tensor& found, Index first, Tensor& logits) const;

  Device device_ = Device::cpu(1);
  Index size_ = 1024, side_ = 64, dim_ = 256;
  Tensor frequencies_;          // [2, dim / 2]: of x, of y
  std::vector<Tensor> labels_;  // [dim]: outside, inside, a box's corners
  Tensor no_point_, no_mask_;   // [dim]
  Tensor positions_;            // [side * side, dim]
  Convolution mask_halved_, mask_quartered_;
  Linear mask_mixed_;
  LayerNorm mask_halved_norm_, mask_quartered_norm_;
  Tensor output_tokens_;  // [1 + kCount, dim]: for the IoU, then for the masks
  std::vector<TwoWayBlock> blocks_;
  PlaceReader last_;
  LayerNorm last_norm_;
  Linear doubling_, again_;  // [dim] -> [2, 2, dim / 4] -> [2, 2, dim / 8]
  LayerNorm doubling_norm_;
  std::vector<Perceptron> masks_;  // [dim] -> [dim / 8]
  Perceptron iou_;
};

}  // namespace wick
