#pragma once
// Softmax down columns, whose lanes are columns and need no sums across a vector, and the attention of few columns to
// many rows that goes with it.
#include <cfloat>

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/strip_softmax.h"
#include "kernels/cpu/tile.h"

namespace wick::cpu {

/// Ops::softmax_across.
template <class Arch>
void softmax_across(const Workers& workers, const float* x, Index outer, Index size, Index inner, float* y) {
  using V = Vec<Arch>;
  const Index vectors = (inner + V::kWidth - 1) / V::kWidth;
  for_pieces<Arch>(workers, outer * vectors, size * V::kWidth, [&](Index first, Index last) {
    for (Index i = first; i < last; ++i) {
      const Index column = i % vectors * V::kWidth, at = i / vectors * size * inner + column;
      const Index lanes = inner - column < V::kWidth ? inner - column : V::kWidth;
      const auto load = [&](const float* p) { return lanes == V::kWidth ? V::load(p) : V::load_some(p, lanes); };
      const auto store = [&](V v, float* p) { return lanes == V::kWidth ? v.store(p) : v.store_some(p, lanes); };
      V highest = V::splat(-FLT_MAX);  // where all are -inf any finite maximum will do: every weight is zero
      for (Index k = 0; k < size; ++k) highest = max(highest, load(x + at + k * inner));
      V sum = V::zero();
      for (Index k = 0; k < size; ++k) {
        const V weight = exp2<Arch>((load(x + at + k * inner) - highest) * V::splat(kLog2E));
        store(weight, y + at + k * inner);
        sum = sum + weight;
      }
      const V share = select(less(sum, V::splat(FLT_MIN)), V::zero(), V::splat(1.0f) / sum);
      for (Index k = 0; k < size; ++k) store(load(y + at + k * inner) * share, y + at + k * inner);
    }
  });
}

/// Rows that are weighed at a time: their values stay in the second cache for all columns.
inline constexpr Index kPoolRows = 256;
/// Columns whose weights [kPoolRows, kPoolGroup] stay in the first cache while the values go by.
inline constexpr Index kPoolGroup = 16;
/// The rows are pooled in at most so many parts that are then merged in order, so many columns at a time: the results
/// of all parts lie in one scratch. Where the parts begin depends on the rows alone, and so do the result's bits.
inline constexpr Index kPoolParts = 16, kPoolColumns = 64;

/// What a part's rows make of kPoolColumns columns: sum and out are relative to e^max.
struct PoolPart {
  float *max, *sum, *out;  // [kPoolColumns], the same, and [kPoolColumns, stride]

  static constexpr Index floats(Index stride) { return kPoolColumns * (stride + 2); }
  PoolPart(float* memory, Index part, Index stride)
      : max(memory + part * floats(stride)), sum(max + kPoolColumns), out(sum + kPoolColumns) {}
};

template <class Arch>
class Pooler {
  using V = Vec<Arch>;
  static constexpr Index kWidth = V::kWidth;

 public:
  static constexpr Index stride_of(Index size) { return (size + kWidth - 1) / kWidth * kWidth; }

  Pooler(const ConstRows& scores, const ConstRows& values, float* weights)
      : scores_(scores), values_(values), stride_(stride_of(values.size)), weights_(weights) {}

  /// Pools rows [first, last) by columns [column, column + columns).
  void run(Index first, Index last, Index column, Index columns, const PoolPart& part) {
    for (Index c = 0; c < kPoolColumns; c += kWidth) {
      V::splat(-FLT_MAX).store(part.max + c);
      V::zero().store(part.sum + c);
    }
    for (Index i = 0; i < kPoolColumns * stride_; i += kWidth) V::zero().store(part.out + i);
    for (Index row = first; row < last; row += kPoolRows) {
      const Index rows = last - row < kPoolRows ? last - row : kPoolRows;
      for (Index group = 0; group < columns; group += kPoolGroup) {
        const Index some = columns - group < kPoolGroup ? columns - group : kPoolGroup;
        float rescale[kPoolGroup];
        weigh(row, rows, column + group, some, part.max + group, part.sum + group, rescale);
        add(row, rows, some, rescale, part.out + group * stride_);
      }
    }
  }

 private:
  /// The weights of one group, relative to the new maxima of its columns.
  void weigh(Index row, Index rows, Index column, Index columns, float* max_so_far, float* sum_so_far,
             float* rescale) const {
    const V factor = V::splat(kLog2E);
    for (Index c = 0; c < columns; c += kWidth) {
      const Index lanes = columns - c < kWidth ? columns - c : kWidth;
      const float* first = scores_.data + row * scores_.outer_stride + column + c;
      const auto score = [&](Index i) {
        const float* at = first + i * scores_.outer_stride;
        return lanes == kWidth ? V::load(at) : V::load_some(at, lanes);
      };
      const V before = V::load(max_so_far + c);
      V highest = before;
      for (Index i = 0; i < rows; ++i) highest = max(highest, score(i));
      // Exactly one where the maximum stands.
      const V keep = select(less(before, highest), exp2<Arch>((before - highest) * factor), V::splat(1.0f));
      V sum = V::load(sum_so_far + c) * keep;
      for (Index i = 0; i < rows; ++i) {
        const V weight = exp2<Arch>((score(i) - highest) * factor);
        weight.store(weights_ + i * kPoolGroup + c);
        sum = sum + weight;
      }
      highest.store(max_so_far + c);
      sum.store(sum_so_far + c);
      keep.store(rescale + c);
    }
  }

  /// Adds the values that a group's columns weigh.
  void add(Index row, Index rows, Index columns, const float* rescale, float* out) const {
    const StoredValues<float> values{values_.data + row * values_.outer_stride, values_.outer_stride, nullptr};
    const Index strips = (columns + Arch::kTileRows - 1) / Arch::kTileRows;
    for (Index strip = 0, column = 0; strip < strips; ++strip) {
      const Index count = (columns - column + strips - strip - 1) / (strips - strip);
      const auto weight = [from = weights_ + column](Index i, Index key) { return from[key * kPoolGroup + i]; };
      with_count<Arch::kTileRows>(count, [&]<int Rows>() {
        add_all_values<Arch, float, Rows>(weight, values, values_.size / kWidth, rows, values_.data, rescale + column,
                                          out + column * stride_, stride_);
      });
      column += count;
    }
    const Index whole = values_.size / kWidth * kWidth, rest = values_.size - whole;
    for (Index column = 0; rest > 0 && column < columns; ++column) {
      V sum = V::splat(rescale[column]) * V::load(out + column * stride_ + whole);
      for (Index i = 0; i < rows; ++i) {
        const V weight = V::splat(weights_[i * kPoolGroup + column]);
        sum = fma(weight, V::load_some(values.elements + i * values.stride + whole, rest), sum);
      }
      sum.store(out + column * stride_ + whole);
    }
  }

  ConstRows scores_, values_;
  Index stride_;    // floats between rows of outputs: whole vectors
  float* weights_;  // [kPoolRows, kPoolGroup]
};

/// One column of all parts, normalised: log-sum-exp.
template <class Arch>
void merge_pooled(float* memory, Index parts, Index column, Index size, float* y) {
  using V = Vec<Arch>;
  const Index stride = Pooler<Arch>::stride_of(size);
  float highest = -FLT_MAX;
  for (Index p = 0; p < parts; ++p) {
    const float max = PoolPart(memory, p, stride).max[column];
    if (highest < max) highest = max;
  }
  V shares[kPoolParts], sum = V::zero();
  for (Index p = 0; p < parts; ++p) {
    const PoolPart part(memory, p, stride);
    shares[p] = exp2<Arch>((V::splat(part.max[column]) - V::splat(highest)) * V::splat(kLog2E));
    sum = fma(shares[p], V::splat(part.sum[column]), sum);
  }
  const V factor = select(less(sum, V::splat(FLT_MIN)), V::zero(), V::splat(1.0f) / sum);
  for_vectors<Arch>(size, [&](Index d, Index count) {
    V total = V::zero();
    for (Index p = 0; p < parts; ++p)
      total = fma(shares[p], V::load(PoolPart(memory, p, stride).out + column * stride + d), total);
    if (count == V::kWidth) return (total * factor).store(y + d);
    (total * factor).store_some(y + d, count);
  });
}

/// Ops::pool.
template <class Arch>
void pool(const Workers& workers, const ConstRows& scores, const ConstRows& values, float* y) {
  // A thread's weights are at the beginning of its scratch, the parts' results behind those of the caller.
  constexpr Index kWeights = kPoolRows * kPoolGroup * Index{sizeof(float)};
  static_assert(kWeights + kPoolParts * PoolPart::floats(kMaxHeadDim) * Index{sizeof(float)} <= kScratchBytes);
  auto* memory = reinterpret_cast<float*>(workers.scratch_of(workers.pool.thread()) + kWeights);
  const Index tiles = (scores.outer + kPoolRows - 1) / kPoolRows, parts = tiles < kPoolParts ? tiles : kPoolParts;
  const Index stride = Pooler<Arch>::stride_of(values.size);
  for (Index column = 0; column < scores.size; column += kPoolColumns) {
    const Index columns = scores.size - column < kPoolColumns ? scores.size - column : kPoolColumns;
    workers.pool.for_each_in_runs(parts, [&](Index part, int thread) {
      const Index first = tiles * part / parts * kPoolRows, last = tiles * (part + 1) / parts * kPoolRows;
      Pooler<Arch>(scores, values, reinterpret_cast<float*>(workers.scratch_of(thread)))
          .run(first, last < scores.outer ? last : scores.outer, column, columns, {memory, part, stride});
    });
    for_pieces<Arch>(workers, columns, parts * values.size, [&](Index first, Index last) {
      for (Index c = first; c < last; ++c)
        merge_pooled<Arch>(memory, parts, c, values.size, y + (column + c) * values.size);
    });
  }
}

}  // namespace wick::cpu
