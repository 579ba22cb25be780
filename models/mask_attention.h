#pragma once
// Attention between a prompt's few tokens and the 4,096 places of a picture (Kirillov et al. 2023, section A), with its
// projections turned round. A token's score with a place is (Wq t) . (Wk p) = (Wk' Wq t) . p for each head, so the
// places need no projection: 8 heads of 7 tokens are 56 rows of a product with the places as they are, not 128 for
// their keys and as many for their values. But what the first block sees is the same for all prompts of a picture:
// there the places are projected, once.
#include <vector>

#include "core/kv_cache.h"
#include "models/sam_tensors.h"

namespace wick {

/// A product of its own for each head.
struct ByHead {
  std::vector<Linear> heads;  // [inputs] -> [outputs]
  /// [rows, heads * inputs] -> [rows, heads * outputs].
  Tensor operator()(const Tensor& x) const;
};

/// Projections of attention from [dim] to [heads, head_dim] and back, as they are.
struct TokenAttention {
  Index heads;
  Linear q, k, v, out;
  /// Throws Error for tensors that are missing or do not fit, as do those below.
  static TokenAttention load(SamTensors& tensors, const std::string& name, Index dim);

  Tensor operator()(const Tensor& queries, const Tensor& keys, const Tensor& values) const;
};

/// What tokens make of the places.
struct PlaceReader {
  Index heads;
  Linear q, k, v, out;
  ByHead k_turned, v_by_head;  // [head_dim] -> [dim], and [dim] -> [head_dim] with a bias
  static PlaceReader load(SamTensors& tensors, const std::string& name, Index dim);

  /// Scores [places, tokens * heads] of places [places, dim] with their positions added.
  Linear scores_of_places(const Tensor& tokens) const;
  /// [tokens, dim] from the scores and the places as they are.
  Tensor operator()(const Tensor& scores, const Tensor& places) const;
  /// The same of keys and values that project() made.
  Tensor read_projected(const Tensor& tokens, const CrossCache& projected) const;
  /// Of places [places, dim], `placed` with their positions added.
  CrossCache project(const Tensor& places, const Tensor& placed) const;
};

/// What places make of the tokens.
struct PlaceUpdate {
  Index heads;
  Linear q, k, v;
  ByHead q_turned, out_by_head;  // [head_dim] -> [dim], both without a bias
  Tensor out_bias;               // [dim]
  LayerNorm norm;
  static PlaceUpdate load(SamTensors& tensors, const std::string& name, const std::string& norm, Index dim);

  /// Scores [places, tokens * heads] with the tokens: of places with their positions added, or of their queries q().
  Linear scores_of_places(const Tensor& tokens) const;
  Linear scores_of_queries(const Tensor& tokens) const;
  /// What the tokens' values answer to weights [places, tokens * heads].
  Linear answers(const Tensor& values) const;
  /// places = norm(places + answers).
  void operator()(Tensor& places, const Tensor& scores, const Linear& answers) const;

 private:
  /// [tokens, heads * head_dim], which a query has its scores with.
  Tensor scaled_keys(const Tensor& tokens) const;
};

}  // namespace wick
