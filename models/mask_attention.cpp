#include "models/mask_attention.h"

#include <cmath>

#include "core/error.h"
#include "models/bands.h"

namespace wick {
namespace {

constexpr Index kHeads = 8;
constexpr double kNormEps = 1e-5;

double scale_of(const Linear& projection, Index heads) {
  return 1 / std::sqrt(static_cast<double>(projection.outputs()) / static_cast<double>(heads));
}

/// heads * head_dim of an attention, which its q_proj states.
Index inner_dim(const SamTensors& tensors, const std::string& name) {
  const std::string weight = name + ".q_proj.weight";
  const Index inner = tensors.dim(weight, 2, 0);
  if (inner % kHeads != 0 || inner > kHeads * kMaxHeadDim) {
    throw Error("{}: tensor '{}' has {} outputs, expected as many for each of {} heads, {} at most",
                tensors.tensors().file(), weight, inner, kHeads, kMaxHeadDim);
  }
  return inner;
}

/// As a layer of its own: y = matrix x + bias.
Linear packed(const Tensor& matrix, const Tensor& bias = {}) {
  return {.parts = {Weight::pack(matrix)}, .bias = bias, .precision = Precision::precise};
}

/// Each head's inputs of a matrix [outputs, heads * inputs].
ByHead inputs_by_head(const Tensor& matrix) {
  ByHead split;
  const Index inputs = matrix.dim(1) / kHeads;
  for (Index i = 0; i < kHeads; ++i) split.heads.push_back(packed(matrix.slice(1, i * inputs, (i + 1) * inputs)));
  return split;
}

/// Each head's outputs of a matrix [heads * outputs, inputs].
ByHead outputs_by_head(const Tensor& matrix, const Tensor& bias) {
  ByHead split;
  const Index outputs = matrix.dim(0) / kHeads;
  for (Index i = 0; i < kHeads; ++i) {
    const Index first = i * outputs, last = first + outputs;
    split.heads.push_back(packed(matrix.slice(0, first, last), bias.slice(0, first, last)));
  }
  return split;
}

/// [rows, heads * size] as [rows, heads, size].
Tensor heads_of(const Tensor& x, Index heads) { return x.reshape({x.dim(0), heads, x.dim(1) / heads}); }

/// [rows, heads * size] as [rows * heads, size].
Tensor rows_of_heads(const Tensor& x, Index heads) { return x.reshape({x.dim(0) * heads, x.dim(1) / heads}); }

}  // namespace

Tensor ByHead::operator()(const Tensor& x) const {
  const auto count = static_cast<Index>(heads.size());
  const Index inputs = heads.front().inputs(), outputs = heads.front().outputs();
  Tensor y = Tensor::empty({x.dim(0), count * outputs}, DType::f32, x.device());
  for_parts(x.device(), count, [&](Index i) {
    Tensor own = y.slice(1, i * outputs, (i + 1) * outputs);
    heads[static_cast<std::size_t>(i)].into(own, x.slice(1, i * inputs, (i + 1) * inputs));
  });
  return y;
}

TokenAttention TokenAttention::load(SamTensors& tensors, const std::string& name, Index dim) {
  const Index inner = inner_dim(tensors, name);
  return {kHeads, tensors.linear(name + ".q_proj", dim, inner), tensors.linear(name + ".k_proj", dim, inner),
          tensors.linear(name + ".v_proj", dim, inner), tensors.linear(name + ".out_proj", inner, dim)};
}

Tensor TokenAttention::operator()(const Tensor& queries, const Tensor& keys, const Tensor& values) const {
  const Index tokens = keys.dim(0), head_dim = k.outputs() / heads;
  CrossCache cache(keys.device(), {1, heads, head_dim, DType::f32}, tokens);
  cache.write(heads_of(k(keys), heads), heads_of(v(values), heads), 0);
  return out(cache.attend(heads_of(q(queries), heads), 0, scale_of(q, heads)));
}

PlaceReader PlaceReader::load(SamTensors& tensors, const std::string& name, Index dim) {
  const Index inner = inner_dim(tensors, name);
  const auto linear = [&](const char* projection) { return tensors.linear(name + projection, dim, inner); };
  const Linear v = linear(".v_proj");
  return {kHeads,
          linear(".q_proj"),
          linear(".k_proj"),
          v,
          tensors.linear(name + ".out_proj", inner, dim),
          inputs_by_head(tensors.load(name + ".k_proj.weight", {inner, dim}).transpose(0, 1)),
          outputs_by_head(tensors.load(name + ".v_proj.weight", {inner, dim}), v.bias)};
}

Linear PlaceReader::scores_of_places(const Tensor& tokens) const {
  // A bias of the keys adds the same to all scores of a column, which softmax takes away.
  return packed(rows_of_heads(k_turned(q(tokens) * scale_of(q, heads)), heads));
}

Tensor PlaceReader::operator()(const Tensor& scores, const Tensor& places) const {
  const Index tokens = scores.dim(1) / heads;
  return out(v_by_head(pool(scores, places).reshape({tokens, heads * places.dim(1)})));
}

Tensor PlaceReader::read_projected(const Tensor& tokens, const CrossCache& projected) const {
  return out(projected.attend(heads_of(q(tokens), heads), 0, scale_of(q, heads)));
}

CrossCache PlaceReader::project(const Tensor& places, const Tensor& placed) const {
  CrossCache cache(places.device(), {1, heads, k.outputs() / heads, DType::f32}, places.dim(0));
  cache.write(heads_of(k(placed), heads), heads_of(v(places), heads), 0);
  return cache;
}

PlaceUpdate PlaceUpdate::load(SamTensors& tensors, const std::string& name, const std::string& norm, Index dim) {
  const Index inner = inner_dim(tensors, name);
  return {kHeads,
          tensors.linear(name + ".q_proj", dim, inner),
          tensors.linear(name + ".k_proj", dim, inner),
          tensors.linear(name + ".v_proj", dim, inner),
          inputs_by_head(tensors.load(name + ".q_proj.weight", {inner, dim}).transpose(0, 1)),
          inputs_by_head(tensors.load(name + ".out_proj.weight", {dim, inner})),
          tensors.load(name + ".out_proj.bias", {dim}),
          tensors.norm(norm, dim, kNormEps)};
}

Tensor PlaceUpdate::scaled_keys(const Tensor& tokens) const { return k(tokens) * scale_of(k, heads); }

Linear PlaceUpdate::scores_of_places(const Tensor& tokens) const {
  const Tensor keys = scaled_keys(tokens);
  const Tensor of_bias = sum(heads_of(keys * q.bias, heads), 2);  // [tokens, heads]
  return packed(rows_of_heads(q_turned(keys), heads), of_bias.reshape({of_bias.elements()}));
}

Linear PlaceUpdate::scores_of_queries(const Tensor& tokens) const {
  const Tensor keys = heads_of(scaled_keys(tokens), heads);
  const Index count = keys.dim(0), head_dim = keys.dim(2);
  Tensor apart = Tensor::zeros({count, heads, heads, head_dim}, DType::f32, tokens.device());  // each head's own inputs
  for (Index head = 0; head < heads; ++head) apart.select(1, head).select(1, head).copy_from(keys.select(1, head));
  return packed(apart.reshape({count * heads, heads * head_dim}));
}

Linear PlaceUpdate::answers(const Tensor& values) const {
  return packed(rows_of_heads(out_by_head(v(values)), heads).transpose(0, 1), out_bias);
}

void PlaceUpdate::operator()(Tensor& places, const Tensor& scores, const Linear& answers) const {
  const Index count = places.dim(0), tokens = scores.dim(1) / heads;
  answers.add_to(places, softmax(scores.reshape({count, tokens, heads}), 1).reshape({count, tokens * heads}));
  layer_norm_(places, norm.weight, norm.bias, norm.eps);
}

}  // namespace wick
