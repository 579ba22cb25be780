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

/// The widened rows of a picture that a bottleneck's convolution reads. What a band reads of those before it is kept
/// for it, so that every row is widened once.
class WideRows {
 public:
  /// `most`: rows that a band reads.
  WideRows(const Linear& expand, const Tensor& x, Index most)
      : expand_(&expand), x_(x), rows_(Tensor::empty({most, x.dim(1), expand.outputs()}, DType::f32, x.device())) {}

  /// Rows `span` of the picture, widened; neither end of it comes before the last one's.
  PictureRows read(RowSpan span) {
    const Index count = span.last - span.first, kept = std::max(held_.last - span.first, Index{0});
    for (Index row = 0; row < kept && span.first > held_.first; ++row) {
      rows_.select(0, row).copy_from(rows_.select(0, row + span.first - held_.first));
    }
    if (kept < count) {
      Tensor made = pixels_of(rows_.slice(0, kept, count));
      expand_->into(made, pixels_of(x_.slice(0, span.first + kept, span.last)), Unary::gelu_erf);
    }
    held_ = span;
    return {rows_.slice(0, 0, count), span.first, x_.dim(0)};
  }

 private:
  const Linear* expand_;
  Tensor x_, rows_;
  RowSpan held_{0, 0};  // of the picture, at the beginning of rows_
};

/// Calls body(first, last, wide) for rows [first, last) of a bottleneck's result, band by band; wide [last - first,
/// width, channels] is what its last layer makes them of.
template <class Body>
void for_bottleneck(const Linear& expand, const DepthwiseConvolution& depthwise, const Tensor& x, Body&& body) {
  const ConvolutionShape& shape = depthwise.shape;
  const Index height = shape.outputs(x.dim(0)), floats = shape.stride * x.dim(1) * expand.outputs();
  const auto begin = [&] { return WideRows(expand, x, (band_rows(floats) - 1) * shape.stride + shape.kernel); };
  for_carried_bands(x.device(), height, floats, begin, [&](WideRows& wide, Index first, Index last) {
    const PictureRows read = wide.read(rows_read(shape, x.dim(0), first, last));
    body(first, last, depthwise.rows(read, first, last, Unary::gelu_erf));
  });
}

/// y += down(gelu(up(norm(y)))).
void add_mlp(Tensor& y, const LayerNorm& norm, const Linear& up, const Linear& down) {
  down.add_to(y, up(norm(y), Unary::gelu_erf));
}

/// Windows that have equally many rows and columns inside the picture, few enough for the caches.
struct WindowGroup {
  struct Corner {
    Index top, left;
  };
  Index rows, columns;
  std::vector<Corner> corners;
  Tensor bias;  // [heads, rows * columns, window^2], of the scores

  Index pixels() const { return rows * columns * static_cast<Index>(corners.size()); }
  /// One window's pixels.
  Tensor of(const Tensor& picture, Index i) const {
    const auto [top, left] = corners[static_cast<std::size_t>(i)];
    return picture.slice(0, top, top + rows).slice(1, left, left + columns);
  }
};

/// All windows of a picture, whole ones first. `bias` [heads, window^2, window^2] is a whole one's.
std::vector<WindowGroup> window_groups(Index height, Index width, Index window, const Tensor& bias) {
  constexpr Index kPixels = 256;
  const Index heads = bias.dim(0), area = window * window;
  const Tensor by_place = bias.reshape({heads, window, window, area});
  std::vector<WindowGroup> groups;
  for (const Index rows : {window, height % window}) {
    for (const Index columns : {window, width % window}) {
      if (rows == 0 || columns == 0) continue;
      const Tensor inside = by_place.slice(1, 0, rows).slice(2, 0, columns).contiguous();
      const WindowGroup empty{rows, columns, {}, inside.reshape({heads, rows * columns, area})};
      Index room = 0;  // in the last group
      for (Index top = rows == window ? 0 : height - rows; top + rows <= height; top += window) {
        for (Index left = columns == window ? 0 : width - columns; left + columns <= width; left += window) {
          if (room == 0) {
            groups.push_back(empty);
            room = std::max(kPixels / (rows * columns), Index{1});
          }
          groups.back().corners.push_back({top, left});
          --room;
        }
      }
    }
  }
  return groups;
}

/// Where a group's windows stand in a cache that holds all of their keys, and in tensors of their pixels.
struct WindowRows {
  std::vector<Sequence> sequences;
  std::vector<SequenceRows> keys;     // of the pixels
  std::vector<SequenceRows> outside;  // of whole windows, from the same rows, where the picture ends within them
  std::vector<SequenceRows> queries;

  WindowRows(const WindowGroup& group, Index window, PagedCache& cache) {
    const Index area = window * window, pixels = group.rows * group.columns;
    const Index run = pixels < area ? group.columns : area;  // pixels whose places in the window follow each other
    for (Index first = 0; first < group.pixels(); first += pixels) {
      sequences.emplace_back(cache).extend(area);
      const std::int32_t* pages = sequences.back().pages().data();
      for (Index row = 0; row * run < pixels; ++row)
        keys.push_back({first + row * run, run, row * window + run, pages});
      if (pixels < area) outside.push_back({0, area, area, pages});
      queries.push_back({first, pixels, area, pages});
    }
  }
};

/// A block's attention in the windows of a group, written to y; `outside` [window^2, heads, 3 * head_dim] is what qkv
/// makes of pixels beyond the picture, which attention sees.
void attend_windows(const WindowBlock& block, const Tensor& x, const WindowGroup& group, const Tensor& outside,
                    Tensor& y) {
  const Index dim = x.dim(2), head_dim = dim / block.heads, count = static_cast<Index>(group.corners.size());
  Tensor windows = Tensor::empty({count, group.rows, group.columns, dim}, DType::f32, x.device());
  PagedCache cache(x.device(), {1, block.heads, head_dim, DType::f32}, count * kPageTokens);
  const WindowRows rows(group, block.window, cache);
  for (Index i = 0; i < count; ++i) windows.select(0, i).copy_from(group.of(x, i));
  Tensor pixels = windows.reshape({group.pixels(), dim});
  const Tensor fused = block.qkv(block.attention_norm(pixels)).reshape({group.pixels(), block.heads, 3 * head_dim});
  const auto part = [&](const Tensor& of, Index i) { return of.slice(2, i * head_dim, (i + 1) * head_dim); };
  append(part(outside, 1), part(outside, 2), cache, 0, rows.outside);
  append(part(fused, 1), part(fused, 2), cache, 0, rows.keys);
  const AttentionOptions options{
      .scale = 1 / std::sqrt(static_cast<double>(head_dim)), .causal = false, .bias = group.bias};
  block.out.add_to(pixels, attend(part(fused, 0), cache, 0, rows.queries, options));
  for (Index i = 0; i < count; ++i) group.of(y, i).copy_from(windows.select(0, i));
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
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  for_bottleneck(expand, depthwise, x, [&](Index first, Index last, const Tensor& wide) {
    Tensor rows = pixels_of(y.slice(0, first, last));
    rows.copy_from(pixels_of(x.slice(0, first, last)));
    shrink.add_to(rows, pixels_of(wide), Unary::gelu_erf);
  });
  return y;
}

Tensor PatchMerging::operator()(const Tensor& x) const {
  const Index height = depthwise.shape.outputs(x.dim(0)), width = depthwise.shape.outputs(x.dim(1));
  Tensor y = Tensor::empty({height, width, shrink.outputs()}, DType::f32, x.device());
  for_bottleneck(expand, depthwise, x, [&](Index first, Index last, const Tensor& wide) {
    Tensor rows = pixels_of(y.slice(0, first, last));
    shrink.into(rows, pixels_of(wide));
  });
  return y;
}

Tensor WindowBlock::attention(const Tensor& x) const {
  const Index dim = x.dim(2), area = window * window;
  const Tensor zeros = Tensor::zeros({1, dim}, DType::f32, x.device());
  const Tensor outside =
      qkv(attention_norm(zeros)).reshape({1, heads, 3 * dim / heads}).expand({area, heads, 3 * dim / heads});
  const std::vector<WindowGroup> groups = window_groups(x.dim(0), x.dim(1), window, bias);
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  for_parts(x.device(), static_cast<Index>(groups.size()),
            [&](Index i) { attend_windows(*this, x, groups[static_cast<std::size_t>(i)], outside, y); });
  return y;
}

Tensor WindowBlock::operator()(const Tensor& x) const {
  const Tensor seen = attention(x);
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  for_bands(x.device(), x.dim(0), x.dim(1) * up.outputs(), [&](Index first, Index last) {
    const Tensor rows = local.rows({seen, 0, x.dim(0)}, first, last);
    Tensor pixels = pixels_of(rows);
    add_mlp(pixels, mlp_norm, up, down);
    y.slice(0, first, last).copy_from(rows);
  });
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
  for_bands(x.device(), x.dim(0), x.dim(1) * up.outputs(), [&](Index first, Index last) {
    Tensor pixels = pixels_of(y.slice(0, first, last));
    add_mlp(pixels, mlp_norm, up, down);
  });
  return y;
}

Tensor Neck::operator()(const Tensor& x) const {
  Tensor reduced = Tensor::empty({x.dim(0), x.dim(1), reduce.outputs()}, DType::f32, x.device());
  Tensor y = Tensor::empty({mix.shape.outputs(x.dim(0)), mix.shape.outputs(x.dim(1)), mix.taps.outputs()}, DType::f32,
                           x.device());
  for_bands(x.device(), x.dim(0), x.dim(1) * reduce.outputs(), [&](Index first, Index last) {
    reduced.slice(0, first, last).copy_from(reduce_norm(each_pixel(reduce, x.slice(0, first, last))));
  });
  for_bands(x.device(), y.dim(0), y.dim(1) * mix.taps.inputs(), [&](Index first, Index last) {
    y.slice(0, first, last).copy_from(mix_norm(mix.rows({reduced, 0, x.dim(0)}, first, last)));
  });
  return y;
}

Tensor ImageEncoder::run(Index stage, const Tensor& x) const {
  return std::visit([&](const auto& layers) { return layers(x); }, stages_[static_cast<std::size_t>(stage)]);
}

}  // namespace wick
