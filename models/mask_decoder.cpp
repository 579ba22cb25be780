#include "models/mask_decoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "models/bands.h"

namespace wick {
namespace {

constexpr Index kPlaceFloats = 4, kPixelFloats = 4;  // that a band takes at once for each of its own
constexpr double kNormEps = 1e-5, kPictureNormEps = 1e-6;

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

}  // namespace

TwoWayBlock TwoWayBlock::load(SamTensors& tensors, const std::string& name, Index dim) {
  TwoWayBlock block;
  block.self = TokenAttention::load(tensors, name + "self_attn", dim);
  block.self_norm = tensors.norm(name + "norm1", dim, kNormEps);
  block.read_places = PlaceReader::load(tensors, name + "cross_attn_token_to_image", dim);
  block.places_norm = tensors.norm(name + "norm2", dim, kNormEps);
  block.up = tensors.linear(name + "mlp.lin1", dim);
  block.down = tensors.linear(name + "mlp.lin2", block.up.outputs(), dim);
  block.mlp_norm = tensors.norm(name + "norm3", dim, kNormEps);
  block.update_places = PlaceUpdate::load(tensors, name + "cross_attn_image_to_token", name + "norm4", dim);
  return block;
}

Tensor TwoWayBlock::among_tokens(const Tensor& tokens, const Tensor& placed) const {
  return self_norm(tokens + self(placed, placed, tokens));
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
    d.blocks_.push_back(TwoWayBlock::load(tensors, name, dim));
  }
  if (d.blocks_.empty()) throw Error("{}: a mask decoder without blocks", tensors.tensors().file());
  d.last_ = PlaceReader::load(tensors, blocks + "final_attn_token_to_image", dim);
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

/// What an earlier mask adds to the embedding: [side * side, dim].
Tensor MaskDecoder::dense_of(const Tensor& mask) const {
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
  return {
      .places = places, .cache = first.read_places.project(places, placed), .queries = first.update_places.q(placed)};
}

EmbeddedPicture MaskDecoder::remember(const Tensor& embedding) const {
  if (embedding.rank() != 3 || embedding.dim(0) != side_ || embedding.dim(1) != side_ || embedding.dim(2) != dim_) {
    throw Error("[segment] an embedding {}, expected [{}, {}, {}]", embedding.shape().to_string(), side_, side_, dim_);
  }
  const Tensor places = embedding.contiguous().reshape({side_ * side_, dim_});
  return {.embedding = places, .known = know(places + no_mask_)};
}

/// The tokens [tokens, dim] whose `positions` a prompt gives, and the places, after all blocks and the last reading.
/// What the next reader asks does not depend on what it reads, so that a band of places is updated and scored at once.
Tensor MaskDecoder::two_ways(const KnownPlaces& known, const Tensor& positions, Tensor& places) const {
  const Index count = side_ * side_;
  const TwoWayBlock& first = blocks_.front();
  Tensor tokens = first.self_norm(first.self(positions, positions, positions));
  tokens = first.places_norm(tokens + first.read_places.read_projected(tokens + positions, known.cache));
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const PlaceUpdate& update = blocks_[i].update_places;
    tokens = blocks_[i].think(tokens);
    const Tensor placed = tokens + positions;
    const Linear scores = i == 0 ? update.scores_of_queries(placed) : update.scores_of_places(placed);
    const Linear answers = update.answers(tokens);
    const TwoWayBlock* next = i + 1 < blocks_.size() ? &blocks_[i + 1] : nullptr;
    if (next) tokens = next->among_tokens(tokens, placed);
    const PlaceReader& read = next ? next->read_places : last_;
    const Linear asked = read.scores_of_places(tokens + positions);
    Tensor read_scores = Tensor::empty({count, asked.outputs()}, DType::f32, device_);
    for_bands(device_, count, kPlaceFloats * dim_, [&](Index begin, Index end) {
      Tensor rows = places.slice(0, begin, end), scored = read_scores.slice(0, begin, end);
      const Tensor where = positions_.slice(0, begin, end);
      if (i == 0) rows.copy_from(known.places.slice(0, begin, end));
      update(rows, scores(i == 0 ? known.queries.slice(0, begin, end) : rows + where), answers);
      asked.into(scored, rows + where);
    });
    tokens = (next ? next->places_norm : last_norm_)(tokens + read(read_scores, places));
  }
  return tokens;
}

MaskCandidates MaskDecoder::decode(const EmbeddedPicture& picture, const MaskPrompt& prompt) const {
  if (prompt.points.empty() && !prompt.box && !prompt.mask)
    throw Error("[segment] neither a point nor a box nor a mask");
  const KnownPlaces own = prompt.mask ? know(picture.embedding + dense_of(prompt.mask)) : KnownPlaces{};
  Tensor places = Tensor::empty(picture.embedding.shape(), DType::f32, device_);
  const Tensor tokens = two_ways(prompt.mask ? own : picture.known, tokens_of(prompt), places);
  std::vector<Tensor> asked(MaskCandidates::kCount + 1);  // what each output token says: its IoUs, then a mask's
  for_parts(device_, static_cast<Index>(asked.size()), [&](Index i) {
    const auto at = static_cast<std::size_t>(i);
    asked[at] = (i == 0 ? iou_ : masks_[at - 1])(tokens.slice(0, i, i + 1));
  });
  const std::vector<float> iou = asked.front().to_vector<float>();
  asked.erase(asked.begin());
  MaskCandidates result{.logits = mask_logits(places, questions(asked)), .iou = {}};
  std::copy(iou.begin(), iou.end(), result.iou.begin());
  return result;
}

/// What the masks' tokens ask [1, dim / 8] of the pixels [2, 2, dim / 8] of a quarter, all at once: [kCount * 2 * 2].
Linear MaskDecoder::questions(const std::vector<Tensor>& asked) const {
  const Index channels = again_.outputs() / 4;
  Tensor weights = Tensor::zeros({MaskCandidates::kCount, 4, 4, channels}, DType::f32, device_);
  for (Index i = 0; i < MaskCandidates::kCount; ++i) {
    for (Index pixel = 0; pixel < 4; ++pixel) {
      Tensor own = weights.select(0, i).select(0, pixel).slice(0, pixel, pixel + 1);
      own.copy_from(asked[static_cast<std::size_t>(i)]);
    }
  }
  return {.parts = {Weight::pack(weights.reshape({4 * MaskCandidates::kCount, 4 * channels}))},
          .bias = {},
          .precision = Precision::precise};
}

/// Four times as many pixels a side, each held against what the tokens of the masks ask for.
Tensor MaskDecoder::mask_logits(const Tensor& places, const Linear& masks) const {
  const Index channels = doubling_.outputs() / 4;
  Tensor logits = Tensor::empty({MaskCandidates::kCount, mask_side(), mask_side()}, DType::f32, device_);
  for_bands(device_, side_, kPixelFloats * side_ * again_.outputs(), [&](Index first, Index last) {
    const Index count = (last - first) * side_;
    Tensor quarters = doubling_(places.slice(0, first * side_, last * side_)).reshape({4 * count, channels});
    layer_norm_(quarters, doubling_norm_.weight, doubling_norm_.bias, doubling_norm_.eps);
    spread(masks(again_(gelu(quarters), Unary::gelu_erf)), first, logits);
  });
  return logits;
}

/// Puts what was found of quarters [places * 2 * 2, kCount * 2 * 2], from row `first` of places on, where it belongs: a
/// place's pixels come one after another, rows and columns of its quarters, then of their quarters.
void MaskDecoder::spread(const Tensor& found, Index first, Tensor& logits) const {
  constexpr Index kQuarter = MaskCandidates::kCount * 4, kPlace = 4 * kQuarter;
  const Index rows = found.elements() / (side_ * kPlace);
  for (Index i = 0; i < rows * MaskCandidates::kCount * 4; ++i) {
    const Index pixel = i % 2, quarter = i / 2 % 2, mask = i / 4 % MaskCandidates::kCount;
    const Index row = i / (4 * MaskCandidates::kCount);
    const float* x = found.data<float>() + row * side_ * kPlace + quarter * 2 * kQuarter + mask * 4 + pixel * 2;
    float* y = logits.data<float>() + (mask * mask_side() + 4 * (first + row) + 2 * quarter + pixel) * mask_side();
    for (Index column = 0; column < side_; ++column, x += kPlace, y += 4) {
      y[0] = x[0];
      y[1] = x[1];
      y[2] = x[kQuarter];
      y[3] = x[kQuarter + 1];
    }
  }
}

}  // namespace wick
