#pragma once
// Prompts to masks (Kirillov et al. 2023, sections 3 and A): points, a box or an earlier mask are tokens that attend to
// an embedded picture and it to them, twice; what becomes of four of them are masks of it.
//
// Attention between few tokens and 4,096 places has its projections turned round. A token's score with a place is
// (Wq t) . (Wk p) = (Wk' Wq t) . p for each head, so the places need no projection: 8 heads of 7 tokens are 56 rows of
// a product with the places as they are, not 128 for their keys and as many for their values. But what the first block
// sees is the same for all prompts of a picture: there the places are projected, once.
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/kv_cache.h"
#include "models/sam_tensors.h"

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

/// Places as the first block sees them, projected once for all prompts.
struct KnownPlaces {
  CrossCache cache;  // keys and values of each head
  Tensor queries;    // [side * side, heads * head_dim]
};

/// An embedded picture, and what every prompt's first block makes of it.
struct EmbeddedPicture {
  Tensor embedding;   // [side * side, dim]
  KnownPlaces known;  // of a prompt without a mask
};

/// Projections of attention from [dim] to [heads, head_dim] and back, as they are.
struct TokenAttention {
  Index heads;
  Linear q, k, v, out;
  Tensor operator()(const Tensor& queries, const Tensor& keys, const Tensor& values) const;
};

/// What tokens make of the places.
struct PlaceReader {
  Index heads;
  Linear q, out;
  Tensor k_weight, v_weight;  // [heads, head_dim, dim]
  Tensor v_bias;              // [heads * head_dim]

  /// Of places [positions, 1, dim] in a cache, whose keys have their positions added: [tokens, dim].
  Tensor operator()(const Tensor& tokens, const CrossCache& places) const;
  /// The same of keys and values that project() made.
  Tensor read_projected(const Tensor& tokens, const CrossCache& projected) const;
  /// Of places [positions, dim], `placed` with their positions added.
  CrossCache project(const Tensor& places, const Tensor& placed) const;
};

/// What places make of the tokens.
struct PlaceUpdate {
  Index heads;
  Linear k, v;
  Tensor q_weight, out_weight;  // [heads, head_dim, dim], the second one transposed
  Tensor q_bias, out_bias;      // [heads * head_dim], [dim]
  LayerNorm norm;

  /// Queries [places, heads * head_dim] of places with their positions added.
  Tensor project(const Tensor& placed) const;
  /// Scores [places, heads * tokens] with the tokens: of places with their positions added, or of their queries.
  Linear scores_of_places(const Tensor& tokens) const;
  Linear scores_of_queries(const Tensor& tokens) const;
  /// What the tokens' values answer to weights [places, heads * tokens].
  Linear answers(const Tensor& values) const;
  /// places = norm(places + answers).
  void operator()(Tensor& places, const Tensor& scores, const Linear& answers) const;
};

struct TwoWayBlock {
  TokenAttention self;
  LayerNorm self_norm;
  PlaceReader read_places;
  LayerNorm places_norm;
  Linear up, down;
  LayerNorm mlp_norm;
  PlaceUpdate update_places;
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
  Linear questions(const Tensor& tokens) const;
  Tensor mask_logits(const Tensor& places, const Tensor& tokens) const;

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
