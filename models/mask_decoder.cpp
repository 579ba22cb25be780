#include "models/mask_decoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "models/bands.h"

namespace wick {
namespace {

constexpr Index kHeads = 8;
constexpr Index kPlaceFloats = 4, kPixelFloats = 4;  // that a band takes at once for each of its own
constexpr double kNormEps = 1e-5, kPictureNormEps = 1e-6;

/// [heads * head_dim, n] as [heads, head_dim, n].
Tensor by_head(const Tensor& matrix, Index heads) {
  return matrix.reshape({heads, matrix.dim(0) / heads, matrix.dim(1)});
}

/// x [rows, n] by a projection's matrix [heads, head_dim, n]: [rows, heads * head_dim].
Tensor projected_by(const Tensor& matrix, const Tensor& x) {
  return matmul(x, matrix.reshape({matrix.dim(0) * matrix.dim(1), matrix.dim(2)}).transpose(0, 1));
}

double scale_of(const Linear& projection, Index heads) {
  return 1 / std::sqrt(static_cast<double>(projection.outputs()) / static_cast<double>(heads));
}

/// heads * head_dim of an attention, which its q_proj states.
Index inner_dim(const SamTensors& tensors, const std::string& name) {
  const std::string weight = name + ".q_proj.weight";
  const Index inner = tensors.dim(weight, 2, 0);
  if (inner % kHeads != 0) {
    throw Error("{}: tensor '{}' has {} outputs, expected as many for each of {} heads", tensors.tensors().file(),
                weight, inner, kHeads);
  }
  return inner;
}

TokenAttention load_token_attention(SamTensors& tensors, const std::string& name, Index dim) {
  const Index inner = inner_dim(tensors, name);
  return {kHeads, tensors.linear(name + ".q_proj", dim, inner), tensors.linear(name + ".k_proj", dim, inner),
          tensors.linear(name + ".v_proj", dim, inner), tensors.linear(name + ".out_proj", inner, dim)};
}

/// A projection's matrix [inner, dim] as [heads, head_dim, dim].
Tensor load_by_head(SamTensors& tensors, const std::string& projection, Index inner, Index dim) {
  return by_head(tensors.load(projection + ".weight", {inner, dim}), kHeads);
}

PlaceReader load_reader(SamTensors& tensors, const std::string& name, Index dim) {
  const Index inner = inner_dim(tensors, name);
  return {kHeads,
          tensors.linear(name + ".q_proj", dim, inner),
          tensors.linear(name + ".out_proj", inner, dim),
          load_by_head(tensors, name + ".k_proj", inner, dim),
          load_by_head(tensors, name + ".v_proj", inner, dim),
          tensors.load(name + ".v_proj.bias", {inner})};
}

PlaceUpdate load_update(SamTensors& tensors, const std::string& name, const std::string& norm, Index dim) {
  const Index inner = inner_dim(tensors, name);
  const Tensor out = tensors.load(name + ".out_proj.weight", {dim, inner});
  return {kHeads,
          tensors.linear(name + ".k_proj", dim, inner),
          tensors.linear(name + ".v_proj", dim, inner),
          load_by_head(tensors, name + ".q_proj", inner, dim),
          by_head(out.transpose(0, 1).contiguous(), kHeads),
          tensors.load(name + ".q_proj.bias", {inner}),
          tensors.load(name + ".out_proj.bias", {dim}),
          tensors.norm(norm, dim, kNormEps)};
}

Perceptron load_perceptron(SamTensors& tensors, const std::string& name, Index inputs, Index outputs) {
  const auto layer = [&](Index i) { return fmt::format("{}.layers.{}", name, i); };
  Perceptron perceptron;
  for (Index i = 0;; ++i) {
    const bool last = !tensors.has_part(layer(i + 1) + ".");
    perceptron.layers.push_back(tensors.linear(layer(i), inputs, last ? std::optional(outputs) : std::nullopt));
    if (last) return perceptron;
    inputs = perceptron.layers.back().outputs();
  }
}

/// [tokens, heads * head_dim] as [heads, tokens, head_dim].
Tensor heads_first(const Tensor& x, Index heads) {
  return x.reshape({x.dim(0), heads, x.dim(1) / heads}).permute({1, 0, 2});
}

}  // namespace

Tensor TokenAttention::operator()(const Tensor& queries, const Tensor& keys, const Tensor& values) const {
  const Tensor scores = matmul(heads_first(q(queries), heads), heads_first(k(keys), heads).transpose(1, 2));
  const Tensor seen = matmul(softmax(scores * scale_of(q, heads), 2), heads_first(v(values), heads));
  const Index tokens = queries.dim(0);
  return out(seen.permute({1, 0, 2}).contiguous().reshape({tokens, v.outputs()}));
}

Tensor PlaceReader::operator()(const Tensor& tokens, const CrossCache& places) const {
  // A bias of the keys adds the same to all scores of a row, which softmax takes away.
  const Tensor rows = matmul(heads_first(q(tokens), heads), k_weight);  // [heads, tokens, dim]
  const Index count = tokens.dim(0), dim = rows.dim(2);
  const Tensor seen = places.attend(rows.permute({1, 0, 2}).contiguous(), 0, scale_of(q, heads));
  const Tensor mixed = seen.reshape({count, heads, dim}).permute({1, 0, 2});         // [heads, tokens, dim]
  const Tensor values = matmul(mixed, v_weight.transpose(1, 2)).permute({1, 0, 2});  // [tokens, heads, head_dim]
  return out(values.contiguous().reshape({count, v_bias.dim(0)}) + v_bias);
}

Tensor PlaceReader::read_projected(const Tensor& tokens, const CrossCache& projected) const {
  const Tensor queries = q(tokens).reshape({tokens.dim(0), heads, q.outputs() / heads});
  return out(projected.attend(queries, 0, scale_of(q, heads)) + v_bias);
}

CrossCache PlaceReader::project(const Tensor& places, const Tensor& placed) const {
  const Index head_dim = v_bias.dim(0) / heads;
  const Shape shape{places.dim(0), heads, head_dim};
  CrossCache cache(places.device(), {1, heads, head_dim, DType::f32}, places.dim(0));
  cache.write(projected_by(k_weight, placed).reshape(shape), projected_by(v_weight, places).reshape(shape), 0);
  return cache;
}

Tensor PlaceUpdate::project(const Tensor& placed) const { return projected_by(q_weight, placed) + q_bias; }

Linear PlaceUpdate::scores_of_places(const Tensor& tokens) const {
  const Index rows = heads * tokens.dim(0);
  const Tensor keys = heads_first(k(tokens), heads) * scale_of(k, heads);  // [heads, tokens, head_dim]
  const Tensor of_bias = matmul(keys, q_bias.reshape({heads, q_bias.dim(0) / heads, 1}));
  return {.parts = {Weight::pack(matmul(keys, q_weight).reshape({rows, q_weight.dim(2)}))},
          .bias = of_bias.reshape({rows}),
          .precision = k.precision};
}

Linear PlaceUpdate::scores_of_queries(const Tensor& tokens) const {
  const Tensor keys = heads_first(k(tokens), heads) * scale_of(k, heads);
  const Index count = tokens.dim(0), head_dim = keys.dim(2);
  Tensor apart =
      Tensor::zeros({heads, count, heads * head_dim}, DType::f32, tokens.device());  // each head's own inputs
  for (Index head = 0; head < heads; ++head) {
    Tensor own = apart.select(0, head).slice(1, head * head_dim, (head + 1) * head_dim);
    own.copy_from(keys.select(0, head));
  }
  return {
      .parts = {Weight::pack(apart.reshape({heads * count, heads * head_dim}))}, .bias = {}, .precision = k.precision};
}

Linear PlaceUpdate::answers(const Tensor& values) const {
  const Tensor spoken = matmul(heads_first(v(values), heads), out_weight);  // [heads, tokens, dim]
  const Tensor rows = spoken.reshape({spoken.dim(0) * spoken.dim(1), spoken.dim(2)});
  return {.parts = {Weight::pack(rows.transpose(0, 1).contiguous())}, .bias = out_bias, .precision = k.precision};
}

void PlaceUpdate::operator()(Tensor& places, const Tensor& scores, const Linear& answers) const {
  const Index count = places.dim(0), tokens = scores.dim(1) / heads;
  const Tensor weights = softmax(scores.reshape({count, heads, tokens}), 2);
  answers.add_to(places, weights.reshape({count, heads * tokens}));
  layer_norm_(places, norm.weight, norm.bias, norm.eps);
}

Tensor Perceptron::operator()(const Tensor& x) const {
  Tensor y = x;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    y = layers[i](y, i + 1 < layers.size() ? std::optional(Unary::relu) : std::nullopt);
  }
  return y;
}

MaskDecoder MaskDecoder::load(SamTensors& tensors, Index picture_size) {
  const std::string prompts = "prompt_encoder.", masks = "mask_decoder.", blocks = masks + "transformer.";
  MaskDecoder d;
  d.device_ = tensors.device();
  d.size_ = picture_size;
  d.side_ = picture_size / kPatch;
  d.dim_ = tensors.dim(masks + "iou_token.weight", 2, 1);
  const Index dim = d.dim_;
  if (dim % 2 != 0 || dim > kMaxHeadDim) {
    throw Error("{}: tensor '{}iou_token.weight' has {} channels, expected an even number to {}",
                tensors.tensors().file(), masks, dim, kMaxHeadDim);
  }
  const auto vector = [&](const std::string& name) { return tensors.load(name + ".weight", {1, dim}); };
  d.frequencies_ = tensors.load(prompts + "pe_layer.positional_encoding_gaussian_matrix", {2, dim / 2});
  for (int i = 0; i < 4; ++i) d.labels_.push_back(vector(fmt::format("{}point_embeddings.{}", prompts, i)));
  d.no_point_ = vector(prompts + "not_a_point_embed");
  d.no_mask_ = vector(prompts + "no_mask_embed");
  const std::string mask = prompts + "mask_downscaling.";
  constexpr ConvolutionShape kHalving{.kernel = 2, .stride = 2, .padding = 0};
  d.mask_halved_ = tensors.convolution(mask + "0", 1, kHalving);
  d.mask_halved_norm_ = tensors.norm(mask + "1", d.mask_halved_.taps.outputs(), kPictureNormEps);
  d.mask_quartered_ = tensors.convolution(mask + "3", d.mask_halved_.taps.outputs(), kHalving);
  d.mask_quartered_norm_ = tensors.norm(mask + "4", d.mask_quartered_.taps.outputs(), kPictureNormEps);
  d.mask_mixed_ = tensors.linear(mask + "6", d.mask_quartered_.taps.outputs(), dim);
  d.output_tokens_ =
      cat({vector(masks + "iou_token"), tensors.load(masks + "mask_tokens.weight", {MaskCandidates::kCount, dim})}, 0);
  for (Index i = 0; tensors.has_part(fmt::format("{}layers.{}.", blocks, i)); ++i) {
    const std::string name = fmt::format("{}layers.{}.", blocks, i);
    TwoWayBlock block;
    block.self = load_token_attention(tensors, name + "self_attn", dim);
    block.self_norm = tensors.norm(name + "norm1", dim, kNormEps);
    block.read_places = load_reader(tensors, name + "cross_attn_token_to_image", dim);
    block.places_norm = tensors.norm(name + "norm2", dim, kNormEps);
    block.up = tensors.linear(name + "mlp.lin1", dim);
    block.down = tensors.linear(name + "mlp.lin2", block.up.outputs(), dim);
    block.mlp_norm = tensors.norm(name + "norm3", dim, kNormEps);
    block.update_places = load_update(tensors, name + "cross_attn_image_to_token", name + "norm4", dim);
    d.blocks_.push_back(std::move(block));
  }
  if (d.blocks_.empty()) throw Error("{}: a mask decoder without blocks", tensors.tensors().file());
  d.last_ = load_reader(tensors, blocks + "final_attn_token_to_image", dim);
  d.last_norm_ = tensors.norm(blocks + "norm_final_attn", dim, kNormEps);
  d.doubling_ = tensors.doubling(masks + "output_upscaling.0", dim);
  d.doubling_norm_ = tensors.norm(masks + "output_upscaling.1", d.doubling_.outputs() / 4, kPictureNormEps);
  d.again_ = tensors.doubling(masks + "output_upscaling.3", d.doubling_.outputs() / 4);
  for (Index i = 0; i < MaskCandidates::kCount; ++i) {
    const std::string name = fmt::format("{}output_hypernetworks_mlps.{}", masks, i);
    d.masks_.push_back(load_perceptron(tensors, name, dim, d.again_.outputs() / 4));
  }
  d.iou_ = load_perceptron(tensors, masks + "iou_prediction_head", dim, MaskCandidates::kCount);
  std::vector<float> positions;
  for (Index row = 0; row < d.side_; ++row) {
    for (Index column = 0; column < d.side_; ++column) {
      const auto middle = [](Index i) { return (static_cast<double>(i) + 0.5) * kPatch; };
      d.add_position(positions, middle(column), middle(row));
    }
  }
  d.positions_ = Tensor::copy_of<float>(positions, {d.side_ * d.side_, dim}, d.device_);
  return d;
}

/// Sines and cosines of a place, in pixels, at random frequencies (Tancik et al. 2020).
void MaskDecoder::add_position(std::vector<float>& row, double x, double y) const {
  const Index half = dim_ / 2;
  const float* of_x = frequencies_.data<float>();
  const auto size = static_cast<double>(size_);
  for (const bool sine : {true, false}) {
    for (Index i = 0; i < half; ++i) {
      const double turn =
          (2 * x / size - 1) * static_cast<double>(of_x[i]) + (2 * y / size - 1) * static_cast<double>(of_x[half + i]);
      const double angle = 2 * std::numbers::pi * turn;
      row.push_back(static_cast<float>(sine ? std::sin(angle) : std::cos(angle)));
    }
  }
}

/// [output tokens + points, dim]. Where there is no box, a point that is none ends them, as in training.
Tensor MaskDecoder::tokens_of(const MaskPrompt& prompt) const {
  std::vector<Tensor> rows = {output_tokens_};
  const auto add = [&](double x, double y, const Tensor& label) {
    std::vector<float> position;
    add_position(position, x + 0.5, y + 0.5);
    rows.push_back(Tensor::copy_of<float>(position, {1, dim_}, device_) + label);
  };
  for (const PromptPoint& point : prompt.points) {
    add(static_cast<double>(point.x), static_cast<double>(point.y), labels_[point.inside ? 1 : 0]);
  }
  if (prompt.box) {
    add(static_cast<double>(prompt.box->x0), static_cast<double>(prompt.box->y0), labels_[2]);
    add(static_cast<double>(prompt.box->x1), static_cast<double>(prompt.box->y1), labels_[3]);
  } else if (!prompt.points.empty()) {
    rows.push_back(no_point_);
  }
  return cat(rows, 0);
}

/// What a mask adds to the embedding: [side * side, dim], or [1, dim] where there is none.
Tensor MaskDecoder::dense_of(const Tensor& mask) const {
  if (!mask) return no_mask_;
  const Index side = mask_side();
  if (mask.rank() != 2 || mask.dim(0) != side || mask.dim(1) != side) {
    throw Error("[segment] an earlier mask {}, expected [{}, {}]", mask.shape().to_string(), side, side);
  }
  Tensor x = mask_halved_(mask.contiguous().reshape({side, side, 1}));
  x = gelu(mask_halved_norm_(x));
  x = gelu(mask_quartered_norm_(mask_quartered_(x)));
  return mask_mixed_(x.reshape({side_ * side_, x.dim(2)}));
}

KnownPlaces MaskDecoder::know(const Tensor& places) const {
  const Tensor placed = places + positions_;
  const TwoWayBlock& first = blocks_.front();
  return {.cache = first.read_places.project(places, placed), .queries = first.update_places.project(placed)};
}

EmbeddedPicture MaskDecoder::remember(const Tensor& embedding) const {
  if (embedding.rank() != 3 || embedding.dim(0) != side_ || embedding.dim(1) != side_ || embedding.dim(2) != dim_) {
    throw Error("[segment] an embedding {}, expected [{}, {}, {}]", embedding.shape().to_string(), side_, side_, dim_);
  }
  const Tensor places = embedding.contiguous().reshape({side_ * side_, dim_});
  return {.embedding = places, .known = know(places + no_mask_)};
}

MaskCandidates MaskDecoder::decode(const EmbeddedPicture& picture, const MaskPrompt& prompt) const {
  if (prompt.points.empty() && !prompt.box && !prompt.mask)
    throw Error("[segment] neither a point nor a box nor a mask");
  const Index count = side_ * side_;
  const Tensor positions = tokens_of(prompt);
  Tensor tokens = positions, places = picture.embedding + dense_of(prompt.mask);
  const KnownPlaces own = prompt.mask ? know(places) : KnownPlaces{};
  const KnownPlaces& known = prompt.mask ? own : picture.known;
  CrossCache cache(device_, {1, 1, dim_, DType::f32}, count);  // of the places as they are after a block
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const TwoWayBlock& block = blocks_[i];
    const PlaceReader& read = block.read_places;
    const PlaceUpdate& update = block.update_places;
    Tensor placed = tokens + positions;
    tokens = block.self_norm(i == 0 ? block.self(tokens, tokens, tokens) : tokens + block.self(placed, placed, tokens));
    placed = tokens + positions;
    tokens = block.places_norm(tokens + (i == 0 ? read.read_projected(placed, known.cache) : read(placed, cache)));
    tokens = block.mlp_norm(tokens + block.down(block.up(tokens, Unary::relu)));
    placed = tokens + positions;
    const Linear scores = i == 0 ? update.scores_of_queries(placed) : update.scores_of_places(placed);
    const Linear answers = update.answers(tokens);
    for_bands(count, kPlaceFloats * dim_, [&](Index first, Index last) {
      Tensor rows = places.slice(0, first, last);
      const Tensor where = positions_.slice(0, first, last);
      update(rows, scores(i == 0 ? known.queries.slice(0, first, last) : rows + where), answers);
      const Shape shape{last - first, 1, dim_};
      cache.write((rows + where).reshape(shape), rows.reshape(shape), 0, first);
    });
  }
  tokens = last_norm_(tokens + last_(tokens + positions, cache));
  MaskCandidates result{.logits = mask_logits(places, tokens), .iou = {}};
  const std::vector<float> iou = iou_(tokens.slice(0, 0, 1)).to_vector<float>();
  std::copy(iou.begin(), iou.end(), result.iou.begin());
  return result;
}

/// What the masks' tokens ask of the pixels [2, 2, dim / 8] of a quarter, all at once: [kCount * 2 * 2].
Linear MaskDecoder::questions(const Tensor& tokens) const {
  const Index channels = again_.outputs() / 4;
  Tensor weights = Tensor::zeros({MaskCandidates::kCount, 4, 4, channels}, DType::f32, device_);
  for (Index i = 0; i < MaskCandidates::kCount; ++i) {
    const Tensor asked = masks_[static_cast<std::size_t>(i)](tokens.slice(0, i + 1, i + 2));
    for (Index pixel = 0; pixel < 4; ++pixel) {
      Tensor own = weights.select(0, i).select(0, pixel).slice(0, pixel, pixel + 1);
      own.copy_from(asked);
    }
  }
  return {.parts = {Weight::pack(weights.reshape({4 * MaskCandidates::kCount, 4 * channels}))},
          .bias = {},
          .precision = Precision::precise};
}

/// Four times as many pixels a side, each held against what the tokens of the masks ask for.
Tensor MaskDecoder::mask_logits(const Tensor& places, const Tensor& tokens) const {
  const Linear masks = questions(tokens);
  const Index channels = doubling_.outputs() / 4;
  Tensor logits = Tensor::empty({MaskCandidates::kCount, mask_side(), mask_side()}, DType::f32, device_);
  for_bands(side_, kPixelFloats * side_ * again_.outputs(), [&](Index first, Index last) {
    const Index rows = last - first, count = rows * side_;
    Tensor quarters = doubling_(places.slice(0, first * side_, last * side_)).reshape({4 * count, channels});
    layer_norm_(quarters, doubling_norm_.weight, doubling_norm_.bias, doubling_norm_.eps);
    const Tensor asked = masks(again_(gelu(quarters), Unary::gelu_erf));
    const Tensor by_mask = asked.reshape({count, 2, 2, MaskCandidates::kCount, 2, 2});
    for (Index i = 0; i < MaskCandidates::kCount; ++i) {
      // A place's pixels come one after another: rows and columns of its quarters, then of their quarters.
      const Tensor found = by_mask.select(3, i).reshape({rows, side_, 2, 2, 2, 2}).permute({0, 2, 4, 1, 3, 5});
      logits.select(0, i).slice(0, 4 * first, 4 * last).reshape({rows, 2, 2, side_, 2, 2}).copy_from(found);
    }
  });
  return logits;
}

}  // namespace wick
