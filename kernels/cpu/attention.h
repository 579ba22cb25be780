#pragma once
// Causal flash attention over a paged cache (Dao 2023, FlashAttention-2), with the causal mask as a loop bound.
//
// A task walks the pages that its rows see. Within a page each strip of up to kTileRows rows goes through scores,
// softmax and values at once, so that a strip's scores stay in the first-level cache while its keys and values
// (kPageTokens of one kv head) stay in the second. Keys outside a strip's bounds are never touched; only the columns at
// a strip's two ragged edges are masked and added row by row.
#include <cfloat>

#include "kernels/cpu/attention_plan.h"
#include "kernels/cpu/strip_softmax.h"
#include "kernels/cpu/tile.h"

namespace wick::cpu {

/// Rows that are cheaper to multiply straight from 16- or 8-bit storage than after widening the whole page.
template <class Arch>
inline constexpr Index kDirectRows = (Vec<Arch>::kWidth > 4 ? 4 : 1) * Arch::kTileRows;

/// Keys whose values are added at once while they stream from 16- or 8-bit storage: they fit the first-level cache, so
/// that every column block but the first finds them there.
inline constexpr Index kStreamedKeys = 64;

/// One page's keys and values of one kv head.
template <class Element>
struct PageTile {
  StoredKeys<Element> keys;
  StoredValues<Element> values;
  const Element* next;  // what will be read after the values
};

/// The running softmax of a task's rows: sum and out are relative to 2^max.
struct RowState {
  float* max;  // [rows]
  float* sum;  // [rows]
  float* out;  // [rows, row_stride]
};

/// Attends the rows of one task at a time, in the scratch of one thread.
template <class Arch>
class Attender {
  using V = Vec<Arch>;
  static constexpr Index kWidth = V::kWidth;

 public:
  /// Floats between rows of outputs and of widened values: whole vectors.
  static Index row_stride(Index head_dim) { return (head_dim + kWidth - 1) / kWidth * kWidth; }
  static constexpr Index kRangeFloats = static_cast<Index>(sizeof(Range) / sizeof(float));
  /// Most floats of scratch that any head dimension needs.
  static constexpr Index kScratchFloats =
      2 * (kTaskRows + kPageTokens) * kMaxHeadDim + kChunkedRows * (kMaxHeadDim + 2) + 2 * kTaskRows +
      Arch::kTileRows * kPageTokens + kTaskRows * kRangeFloats + kPageTokens * kMaxHeadDim / kScaleBlock;

  Attender(const AttentionArgs& args, std::byte* scratch)
      : args_(args),
        group_(args.q.inner / args.cache.kv_heads),
        head_dim_(args.q.size),
        row_stride_(row_stride(head_dim_)) {
    float* next = reinterpret_cast<float*>(scratch);
    const auto take = [&next](Index count) { return next += count, next - count; };
    seen_ = reinterpret_cast<Range*>(take(kTaskRows * kRangeFloats));
    q_ = take(kTaskRows * head_dim_);
    keys_ = take(kPageTokens * head_dim_);
    values_ = take(kPageTokens * row_stride_);
    scores_ = take(Arch::kTileRows * kPageTokens);
    value_scales_ = take(kPageTokens * kMaxHeadDim / kScaleBlock);
    state_ = {take(kTaskRows), take(kTaskRows), take(kTaskRows * row_stride_)};
    later_ = {take(kChunkedRows), take(kChunkedRows), take(kChunkedRows * row_stride_)};
  }

  void run(const AttentionTask& task, Index head, float* partials) {
    sequence_ = &args_.sequences[task.sequence];
    head_ = head;
    first_row_ = task.first_row;
    rows_ = task.rows;
    load_queries();
    const Range pages = pages_of({seen_[0].first, seen_[rows_ - 1].last});
    if (sequence_->queries * group_ > kChunkedRows) {
      attend(pages, state_);
      write(state_);
    } else if (task.chunk == kAllChunks) {
      const Chunks chunks = chunks_of(pages, rows_);
      attend(chunk_pages(pages, chunks, 0), state_);
      for (Index chunk = 1; chunk < chunks.count; ++chunk) {
        attend(chunk_pages(pages, chunks, chunk), later_);
        merge(later_, state_);
      }
      write(state_);
    } else {
      run_chunk(task, chunks_of(pages, rows_), pages, partials + task.partials);
    }
  }

 private:
  /// Attends one chunk into the shared partial results; whoever finishes a head's last chunk merges them, in order.
  void run_chunk(const AttentionTask& task, const Chunks& chunks, Range pages, float* partials) {
    const PartialLayout layout{args_.cache.kv_heads, rows_, row_stride_};
    const auto partial = [&](Index chunk) {
      float* at = partials + layout.at(chunk, head_);
      return RowState{at + rows_ * row_stride_, at + rows_ * (row_stride_ + 1), at};
    };
    attend(chunk_pages(pages, chunks, task.chunk), partial(task.chunk));
    auto* finished = reinterpret_cast<std::int32_t*>(partials) + head_;
    if (__atomic_add_fetch(finished, 1, __ATOMIC_ACQ_REL) < chunks.count) return;
    for (Index chunk = 1; chunk < chunks.count; ++chunk) merge(partial(chunk), partial(0));
    write(partial(0));
  }

  static Range chunk_pages(Range pages, const Chunks& chunks, Index chunk) {
    const Index first = pages.first + chunk * chunks.chunk_pages, last = first + chunks.chunk_pages;
    return {first, last < pages.last ? last : pages.last};
  }

  /// Where a row of the task stands in the batch.
  template <class T>
  T* vector_of(const Grid<T>& grid, Index row) const {
    const Index m = first_row_ + row;
    return grid.data + (sequence_->first_row + m / group_) * grid.outer_stride +
           (head_ * group_ + m % group_) * grid.inner_stride;
  }

  /// Notes what each row sees and copies its query, scaled so that a score is a power of two's exponent, or tanh's
  /// argument with a softcap.
  void load_queries() {
    const V factor = V::splat(args_.softcap > 0 ? args_.scale / args_.softcap : args_.scale * kLog2E);
    for (Index row = 0; row < rows_; ++row) {
      seen_[row] = visible_keys(args_, *sequence_, (first_row_ + row) / group_);
      const float* from = vector_of(args_.q, row);
      float* to = q_ + row * head_dim_;
      for_vectors<Arch>(head_dim_, [&](Index d, Index count) {
        if (count == kWidth) return (V::load(from + d) * factor).store(to + d);
        (V::load_some(from + d, count) * factor).store_some(to + d, count);
      });
    }
  }

  /// One copy for every way that chunks are run: in each copy the compiler would be free to fuse multiplications and
  /// additions differently, and the bits would depend on the number of threads.
  [[gnu::noinline]] void attend(Range pages, const RowState& state) {
    for (Index row = 0; row < rows_; ++row) {
      state.max[row] = -FLT_MAX;
      state.sum[row] = 0;
      for (Index d = 0; d < row_stride_; d += kWidth) V::zero().store(state.out + row * row_stride_ + d);
    }
    with_cache_element(args_.cache.type, [&]<class Element>() { attend_pages<Element>(pages, state); });
  }

  template <class Element>
  void attend_pages(Range pages, const RowState& state) {
    const PagedKV& cache = args_.cache;
    const bool whole_vectors = row_stride_ == head_dim_;
    const bool direct = whole_vectors && (sizeof(Element) == sizeof(float) || rows_ <= kDirectRows<Arch>);
    for (Index page = pages.first; page < pages.last; ++page) {
      const auto stored_at = [&](Index which, Index offset) {
        return head_side<Element>(cache.pages[sequence_->pages[which]], offset, head_, head_dim_);
      };
      const HeadSide<Element> keys = stored_at(page, cache.k_offset), values = stored_at(page, cache.v_offset);
      const Range columns = columns_of({seen_[0].first, seen_[rows_ - 1].last}, page * kPageTokens);
      if constexpr (kHasScales<Element>) {
        const Index blocks = head_dim_ / kScaleBlock;
        map<Arch>(values.scales + columns.first * blocks, value_scales_ + columns.first * blocks,
                  columns.size() * blocks, [](V scale) { return scale; });
      }
      const PageTile<Element> stored{{keys.elements, keys.scales},
                                     {values.elements, head_dim_, value_scales_},
                                     stored_at(page + 1 < pages.last ? page + 1 : page, cache.k_offset).elements};
      if (direct) {
        attend_tile(stored, page * kPageTokens, state);
      } else {
        attend_tile(widen(stored, columns), page * kPageTokens, state);
      }
    }
  }

  /// The part of a page that a range of keys covers.
  static Range columns_of(Range keys, Index first_key) {
    const auto clip = [first_key](Index key) {
      const Index column = key - first_key;
      return column < 0 ? 0 : column > kPageTokens ? kPageTokens : column;
    };
    return {clip(keys.first), clip(keys.last)};
  }

  /// A copy in floats of the columns of a page, with values padded to whole vectors.
  template <class Element>
  PageTile<float> widen(const PageTile<Element>& page, Range columns) {
    const Index first = columns.first / kKeyPanel * kKeyPanel * head_dim_;
    const Index last = (columns.last + kKeyPanel - 1) / kKeyPanel * kKeyPanel * head_dim_;
    for (Index i = first; i < last; i += kWidth) {
      V key = V::load(page.keys.elements + i);
      if constexpr (kHasScales<Element>) {
        key = key * V::load(page.keys.scales + i / (kScaleBlock * kKeyPanel) * kKeyPanel + i % kKeyPanel);
      }
      key.store(keys_ + i);
    }
    for (Index column = columns.first; column < columns.last; ++column) {
      const Element* from = page.values.elements + column * head_dim_;
      float* to = values_ + column * row_stride_;
      for_vectors<Arch>(head_dim_, [&](Index d, Index count) {
        const V value = count == kWidth ? load_value<Arch>(page.values, column, d) : V::load_some(from + d, count);
        value.store(to + d);
      });
    }
    return {{keys_, page.keys.scales}, {values_, row_stride_, page.values.scales}, keys_};
  }

  template <class Element>
  void attend_tile(const PageTile<Element>& tile, Index first_key, const RowState& state) {
    // Strips of equal height: a short last one would make little use of its loads.
    const Index strips = (rows_ + Arch::kTileRows - 1) / Arch::kTileRows;
    for (Index strip = 0, row = 0; strip < strips; ++strip) {
      const Index count = (rows_ - row + strips - strip - 1) / (strips - strip);
      with_count<Arch::kTileRows>(count, [&]<int Rows>() { attend_strip<Element, Rows>(tile, first_key, row, state); });
      row += count;
    }
  }

  template <class Element, int Rows>
  void attend_strip(const PageTile<Element>& tile, Index first_key, Index row, const RowState& state) {
    Range columns[Rows];
    for (int i = 0; i < Rows; ++i) columns[i] = columns_of(seen_[row + i], first_key);
    const Range all{columns[0].first, columns[Rows - 1].last};
    if (all.size() == 0) return;
    score<Element, Rows>(tile, all, q_ + row * head_dim_);
    if (args_.softcap > 0) cap_scores<Arch, Rows>(scores_, all, args_.softcap);
    if (args_.bias) add_bias<Rows>(all, first_key, row);
    float rescale[Rows];
    exponentiate<Arch, Rows>(scores_, columns, state.max + row, state.sum + row, rescale);
    add<Element, Rows>(tile, columns, rescale, state.out + row * row_stride_);
  }

  template <class Element, int Rows>
  void score(const PageTile<Element>& tile, Range columns, const float* q) {
    constexpr Index kStep = Arch::kTileVectors * kWidth;
    const Index blocks = head_dim_ / kScaleBlock;
    for (Index column = columns.first / kKeyPanel * kKeyPanel; column < columns.last; column += kStep) {
      const Index panel_first = column / kKeyPanel * kKeyPanel, lane = column % kKeyPanel;
      const StoredKeys<Element> keys{tile.keys.elements + panel_first * head_dim_ + lane,
                                     tile.keys.scales + panel_first * blocks + lane};
      const Element* ahead = column + kStep < columns.last ? keys.elements + kStep * head_dim_ : tile.values.elements;
      with_count<Arch::kTileVectors>((columns.last - column + kWidth - 1) / kWidth, [&]<int Vectors>() {
        score_keys<Arch, Element, Rows, Vectors>(q, head_dim_, keys, ahead, scores_ + column, kPageTokens);
      });
    }
  }

  template <int Rows>
  void add_bias(Range columns, Index first_key, Index row) {
    const V factor = V::splat(kLog2E);
    for (int i = 0; i < Rows; ++i) {
      const Index m = first_row_ + row + i, head = head_ * group_ + m % group_;
      const float* bias = args_.bias + head * args_.bias_head_stride + m / group_ * args_.bias_query_stride + first_key;
      float* scores = scores_ + i * kPageTokens;
      const auto biased = [&](V score, V added) { return max(V::splat(-FLT_MAX), fma(added, factor, score)); };
      map2<Arch>(scores + columns.first, bias + columns.first, scores + columns.first, columns.size(), biased);
    }
  }

  template <class Element, int Rows>
  void add(const PageTile<Element>& tile, const Range (&columns)[Rows], const float* rescale, float* out) {
    // Columns that every row sees go through the register block; zero weights would not do for the others, since a
    // key that is hidden from a row may hold anything, NaN too.
    Range common{columns[Rows - 1].first, columns[0].last};
    if (common.size() == 0) common = {kPageTokens, kPageTokens};
    constexpr Index kStep = sizeof(Element) < sizeof(float) ? kStreamedKeys : kPageTokens;
    float ones[Rows];
    for (int i = 0; i < Rows; ++i) ones[i] = 1.0f;
    Index first = common.first;
    do {
      const Index last = first + kStep < common.last ? first + kStep : common.last;
      add_block<Element, Rows>(tile, {first, last}, last < common.last, first == common.first ? rescale : ones, out);
      first = last;
    } while (first < common.last);
    for (int i = 0; i < Rows; ++i) {
      const Index before = columns[i].last < common.first ? columns[i].last : common.first;
      const Index after = columns[i].first > common.last ? columns[i].first : common.last;
      for (Index c = columns[i].first; c < before; ++c) add_one(tile, i, c, out);
      for (Index c = after; c < columns[i].last; ++c) add_one(tile, i, c, out);
    }
  }

  /// Adds the values of `columns`, block of output columns by block; `more` of the page will follow.
  template <class Element, int Rows>
  void add_block(const PageTile<Element>& tile, Range columns, bool more, const float* rescale, float* out) {
    const StoredValues<Element> values = tile.values.from(columns.first);
    const Element* ahead = more ? tile.values.from(columns.last).elements : tile.next;
    const auto weight = [from = scores_ + columns.first](Index row, Index key) {
      return from[row * kPageTokens + key];
    };
    add_all_values<Arch, Element, Rows>(weight, values, row_stride_ / kWidth, columns.size(), ahead, rescale, out,
                                        row_stride_);
  }

  template <class Element>
  void add_one(const PageTile<Element>& tile, Index row, Index column, float* out) {
    const V weight = V::splat(scores_[row * kPageTokens + column]);
    for (Index d = 0; d < row_stride_; d += kWidth) {
      float* at = out + row * row_stride_ + d;
      fma(weight, load_value<Arch>(tile.values, column, d), V::load(at)).store(at);
    }
  }

  /// Adds the softmax of later keys to that of earlier ones: log-sum-exp.
  [[gnu::noinline]] void merge(const RowState& later, const RowState& earlier) {
    for (Index row = 0; row < rows_; ++row) {
      const V ours = V::splat(earlier.max[row]), theirs = V::splat(later.max[row]), highest = max(ours, theirs);
      const V keep = exp2<Arch>(ours - highest), take = exp2<Arch>(theirs - highest);
      const V sum = fma(take, V::splat(later.sum[row]), keep * V::splat(earlier.sum[row]));
      highest.store_some(earlier.max + row, 1);
      sum.store_some(earlier.sum + row, 1);
      for (Index d = row * row_stride_; d < (row + 1) * row_stride_; d += kWidth) {
        fma(take, V::load(later.out + d), keep * V::load(earlier.out + d)).store(earlier.out + d);
      }
    }
  }

  /// Writes the normalised outputs; a row that saw no key is zero.
  void write(const RowState& state) {
    for (Index row = 0; row < rows_; ++row) {
      const V factor = V::splat(state.sum[row] > 0 ? 1.0f / state.sum[row] : 0.0f);
      const float* from = state.out + row * row_stride_;
      float* to = vector_of(args_.out, row);
      for_vectors<Arch>(head_dim_, [&](Index d, Index count) {
        const V y = V::load(from + d) * factor;
        if (count == kWidth) return y.store(to + d);
        y.store_some(to + d, count);
      });
    }
  }

  const AttentionArgs& args_;
  Index group_, head_dim_, row_stride_;
  Range* seen_;  // the keys of each row
  float *q_, *keys_, *values_, *scores_, *value_scales_;
  RowState state_, later_;

  const SequenceRows* sequence_ = nullptr;
  Index head_ = 0, first_row_ = 0, rows_ = 0;
};

/// Ops::attention.
template <class Arch>
void attention(const Workers& workers, const AttentionArgs& args) {
  // The first half of a thread's scratch is for its task, the second half of the caller's for the plan.
  constexpr Index kHalf = kScratchBytes / 2, kTaskBytes = Index{256} << 10;
  static_assert(Attender<Arch>::kScratchFloats * static_cast<Index>(sizeof(float)) <= kHalf);
  std::byte* plan_memory = workers.scratch_of(workers.pool.thread()) + kHalf;
  const PlanMemory memory{
      reinterpret_cast<AttentionTask*>(plan_memory), kTaskBytes / static_cast<Index>(sizeof(AttentionTask)),
      reinterpret_cast<float*>(plan_memory + kTaskBytes), (kHalf - kTaskBytes) / static_cast<Index>(sizeof(float))};
  // Below some microseconds of work waking the threads costs more than it saves.
  constexpr float kSmall = 1 << 16;
  const Index kv_heads = args.cache.kv_heads;
  const float row_cost = static_cast<float>(args.q.size);

  for (PlanCursor next; next.sequence < args.sequence_count;) {
    const AttentionPlan plan =
        plan_attention(args, next, memory, Attender<Arch>::row_stride(args.q.size), workers.pool.free_threads());
    const Index count = plan.count * kv_heads;
    const bool alone = plan.cost * row_cost < kSmall;
    workers.pool.for_each(alone ? 1 : count, [&](Index index, int thread) {
      for (Index i = index; i < (alone ? count : index + 1); ++i) {
        Attender<Arch>(args, workers.scratch_of(thread)).run(plan.tasks[i / kv_heads], i % kv_heads, memory.partials);
      }
    });
    next = plan.next;
  }
}

}  // namespace wick::cpu
