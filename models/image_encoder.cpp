#include "models/image_encoder.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/bands.h"

namespace wick {
namespace {

/// Rows of a picture as rows of a matrix, a pixel each.
Tensor pixels_of(const Tensor& rows) { return rows.reshape({rows.dim(0) * rows.dim(1), rows.dim(2)}); }

/// A layer of each pixel by itself.
Tensor each_pixel(const Linear& layer, const Tensor& rows, std::optional<Unary> activation = {}) {
  return layer(pixels_of(rows), activation).reshape({rows.dim(0), rows.dim(1), layer.outputs()});
}

/// The widened rows, each channel by itself, that rows [first, last) of a bottleneck's result are made of.
Tensor bottleneck(const Linear& expand, const DepthwiseConvolution& depthwise, const Tensor& x, Index first,
                  Index last) {
  const RowSpan read = rows_read(depthwise.shape, x.dim(0), first, last);
  const Tensor wide = each_pixel(expand, x.slice(0, read.first, read.last), Unary::gelu_erf);
  return depthwise.rows({wide, read.first, x.dim(0)}, first, last, Unary::gelu_erf);
}

/// y += down(gelu(up(norm(y)))), some rows at a time.
void add_mlp(Tensor& y, const LayerNorm& norm, const Linear& up, const Linear& down) {
  for_bands(y.device(), y.dim(0), up.outputs(), [&](Index first, Index last) {
    Tensor rows = y.slice(0, first, last);
    down.add_to(rows, up(norm(rows), Unary::gelu_erf));
  });
}

/// Copies the pixels of a row of windows, which begin at row `top` of `picture`, to `windows` [count, window, window,
/// channels] or back. Where the picture ends within a window, the rest of it is left alone.
void copy_windows(Tensor& picture, Index top, Tensor& windows, bool back) {
  const Index side = windows.dim(1), channels = windows.dim(3), width = picture.dim(1);
  const Index rows = std::min(side, picture.dim(0) - top), whole = width / side, rest = width % side;
  Tensor band = picture.slice(0, top, top + rows);
  const auto copy = [&](Tensor in_picture, Tensor in_windows) {
    if (back) {
      in_picture.copy_from(in_windows);
    } else {
      in_windows.copy_from(in_picture);
    }
  };
  Tensor by_rows = windows.slice(1, 0, rows).permute({1, 0, 2, 3});  // [rows, count, window, channels]
  if (whole > 0) {
    copy(band.slice(1, 0, whole * side).reshape({rows, whole, side, channels}), by_rows.slice(1, 0, whole));
  }
  if (rest > 0) copy(band.slice(1, whole * side, width), by_rows.select(1, whole).slice(1, 0, rest));
}

}  // namespace

Tensor PatchEmbedding::operator()(const Tensor& x) const {
  const Index rows = first.shape.outputs(x.dim(0)), columns = first.shape.outputs(x.dim(1));
  const Index height = second.shape.outputs(rows), width = second.shape.outputs(columns);
  Tensor y = Tensor::empty({height, width, second.taps.outputs()}, DType::f32, x.device());
  for_bands(x.device(), height, second.shape.stride * columns * first.taps.outputs(), [&](Index from, Index to) {
    const RowSpan read = rows_read(second.shape, rows, from, to);
    const Tensor halved = first.rows({x, 0, x.dim(0)}, read.first, read.last, Unary::gelu_erf);
    y.slice(0, from, to).copy_from(second.rows({halved, read.first, rows}, from, to));
  });
  return y;
}

Tensor BottleneckBlock::operator()(const Tensor& x) const {
  Tensor y = x.clone();
  for_bands(x.device(), x.dim(0), x.dim(1) * expand.outputs(), [&](Index first, Index last) {
    Tensor rows = pixels_of(y.slice(0, first, last));
    shrink.add_to(rows, pixels_of(bottleneck(expand, depthwise, x, first, last)), Unary::gelu_erf);
  });
  return y;
}

Tensor PatchMerging::operator()(const Tensor& x) const {
  const Index height = depthwise.shape.outputs(x.dim(0)), width = depthwise.shape.outputs(x.dim(1));
  Tensor y = Tensor::empty({height, width, shrink.outputs()}, DType::f32, x.device());
  for_bands(x.device(), height, depthwise.shape.stride * x.dim(1) * expand.outputs(), [&](Index first, Index last) {
    Tensor rows = pixels_of(y.slice(0, first, last));
    shrink.into(rows, pixels_of(bottleneck(expand, depthwise, x, first, last)));
  });
  return y;
}

Tensor WindowBlock::attention(const Tensor& x) const {
  const Index height = x.dim(0), width = x.dim(1), dim = x.dim(2), head_dim = dim / heads;
  const Index across = (width + window - 1) / window, area = window * window, tokens = across * area;
  PagedCache cache(x.device(), {1, heads, head_dim, DType::f32}, across * kPageTokens);
  std::vector<Sequence> sequences;
  std::vector<SequenceRows> rows;
  for (Index i = 0; i < across; ++i) {
    sequences.emplace_back(cache).extend(area);
    rows.push_back({i * area, area, area, sequences.back().pages().data()});
  }
  AttentionOptions options{.scale = 1 / std::sqrt(static_cast<double>(head_dim)), .causal = false, .bias = bias};
  Tensor picture = x, y = Tensor::empty(x.shape(), DType::f32, x.device());
  for (Index top = 0; top < height; top += window) {
    // Beyond the picture a window has zeros, which the norm makes its bias and attention sees.
    const bool padded = width % window != 0 || top + window > height;
    const Shape shape{across, window, window, dim};
    Tensor windows =
        padded ? Tensor::zeros(shape, DType::f32, x.device()) : Tensor::empty(shape, DType::f32, x.device());
    copy_windows(picture, top, windows, false);
    Tensor flat = windows.reshape({tokens, dim});
    const Tensor fused = qkv(attention_norm(flat)).reshape({tokens, heads, 3 * head_dim});
    const auto part = [&](Index i) { return fused.slice(2, i * head_dim, (i + 1) * head_dim); };
    append(part(1), part(2), cache, 0, rows);
    out.add_to(flat, attend(part(0), cache, 0, rows, options));
    copy_windows(y, top, windows, true);
  }
  return y;
}

Tensor WindowBlock::operator()(const Tensor& x) const {
  Tensor y = local(attention(x));
  Tensor rows = pixels_of(y);
  add_mlp(rows, mlp_norm, up, down);
  return y;
}

Tensor PatchTokens::operator()(const Tensor& x) const { return patches(x) + places; }

/// What the queries [window * window, heads, head_dim] of a window see, some rows of it at a time: their biases take as
/// much memory as their scores.
void TokenBlock::attend_window(const Tensor& q, PagedCache& cache, const SequenceRows& keys, Tensor& seen) const {
  constexpr Index kBiases = Index{1} << 22;  // floats
  const Index head_dim = q.dim(2), area = window * window;
  const Tensor by_place = q.contiguous().reshape({window, window, heads, head_dim});
  // [query row, query column, heads, key row] and [.., key column]
  const Tensor of_rows = matmul(by_place.reshape({window, window * heads, head_dim}), rows.transpose(1, 2))
                             .reshape({window, window, heads, window});
  const Tensor of_columns =
      matmul(by_place.transpose(0, 1).contiguous().reshape({window, window * heads, head_dim}), columns.transpose(1, 2))
          .reshape({window, window, heads, window})
          .transpose(0, 1);
  const Index some = std::max(kBiases / (heads * window * area), Index{1});
  for (Index first = 0; first < window; first += some) {
    const Index last = std::min(first + some, window), queries = (last - first) * window;
    const auto of_heads = [&](const Tensor& biases) {  // [heads, query row, query column, keys]
      return biases.slice(0, first, last).permute({2, 0, 1, 3});
    };
    const Tensor bias = of_heads(of_rows).unsqueeze(4) + of_heads(of_columns).unsqueeze(3);
    const SequenceRows chunk{0, queries, area, keys.pages};
    const AttentionOptions options{.scale = 1 / std::sqrt(static_cast<double>(head_dim)),
                                   .causal = false,
                                   .bias = bias.reshape({heads, queries, area})};
    seen.slice(0, first * window, last * window)
        .copy_from(attend(q.slice(0, first * window, last * window), cache, 0, {&chunk, 1}, options));
  }
}

Tensor TokenBlock::attention(const Tensor& x) const {
  const Index height = x.dim(0), width = x.dim(1), dim = x.dim(2), head_dim = dim / heads;
  const Index across = (width + window - 1) / window, area = window * window;
  PagedCache cache(x.device(), {1, heads, head_dim, DType::f32}, area);
  Sequence sequence(cache);
  sequence.extend(area);
  const SequenceRows places{0, area, area, sequence.pages().data()};
  Tensor normed = attention_norm(x), y = Tensor::empty(x.shape(), DType::f32, x.device());
  for (Index top = 0; top < height; top += window) {
    Tensor windows = Tensor::zeros({across, window, window, dim}, DType::f32, x.device());
    copy_windows(normed, top, windows, false);
    const Tensor fused = qkv(windows.reshape({across * area, dim})).reshape({across, area, 3 * heads, head_dim});
    Tensor seen = Tensor::empty({across * area, dim}, DType::f32, x.device());
    for (Index i = 0; i < across; ++i) {
      const auto part = [&](Index p) { return fused.select(0, i).slice(1, p * heads, (p + 1) * heads); };
      append(part(1), part(2), cache, 0, {&places, 1});
      Tensor into = seen.slice(0, i * area, (i + 1) * area);
      attend_window(part(0), cache, places, into);
    }
    Tensor mixed = out(seen).reshape({across, window, window, dim});
    copy_windows(y, top, mixed, true);
  }
  return y;
}

Tensor TokenBlock::operator()(const Tensor& x) const {
  Tensor y = x + attention(x);
  Tensor rows_of_y = pixels_of(y);
  add_mlp(rows_of_y, mlp_norm, up, down);
  return y;
}

Tensor Neck::operator()(const Tensor& x) const { return mix_norm(mix(reduce_norm(each_pixel(reduce, x)))); }

Tensor ImageEncoder::run(Index stage, const Tensor& x) const {
  return std::visit([&](const auto& layers) { return layers(x); }, stages_[static_cast<std::size_t>(stage)]);
}

}  // namespace wick
