#pragma once
// Which work of an attention call is one task: tiles of query rows of long prompts, chunks of keys of short ones.
//
// The rows of a sequence are numbered m = query * group + head of the group, so that the query heads which share a kv
// head are neighbours. Every task is for one kv head; the heads are the fast index of the dispatch.
#include <cstdint>

#include "kernels/ops.h"

namespace wick::cpu {

/// Rows of a prompt's task: its queries and outputs share the second-level cache with one page of keys and values.
inline constexpr Index kTaskRows = 192;
/// A sequence of at most so many rows has its keys cut into chunks that are attended independently and merged in order.
/// Where the cuts lie depends on the sequence alone, so the result has the same bits however many threads take part.
inline constexpr Index kChunkedRows = 96;
inline constexpr Index kMaxChunks = 16, kMaxChunkRows = 512;  // the rows of all chunks together, for their memory

/// Keys or pages [first, last).
struct Range {
  Index first, last;

  [[gnu::always_inline]] Index size() const { return last > first ? last - first : 0; }
};

/// The keys that a sequence's query sees.
[[gnu::always_inline]] inline Range visible_keys(const AttentionArgs& args, const SequenceRows& sequence, Index query) {
  const Index position = sequence.keys - sequence.queries + query;
  const Index first = args.window > 0 && position >= args.window ? position - args.window + 1 : 0;
  const Index reach = args.causal ? 1 : args.window > 0 ? args.window : sequence.queries + sequence.keys;
  const Index last = position + reach < sequence.keys ? position + reach : sequence.keys;
  return {first, last > 0 ? last : 0};
}

/// The pages that hold a range of keys.
[[gnu::always_inline]] inline Range pages_of(Range keys) {
  if (keys.size() == 0) return {0, 0};
  return {keys.first / kPageTokens, (keys.last + kPageTokens - 1) / kPageTokens};
}

/// How the pages of a sequence of `rows` are cut: chunk c is the pages first + [c, c + 1) * chunk_pages.
struct Chunks {
  Index chunk_pages, count;
};
[[gnu::always_inline]] inline Chunks chunks_of(Range pages, Index rows) {
  const Index most = rows * kMaxChunks > kMaxChunkRows ? kMaxChunkRows / rows : kMaxChunks;
  const Index chunk_pages = (pages.size() + most - 1) / most;
  return {chunk_pages, chunk_pages > 0 ? (pages.size() + chunk_pages - 1) / chunk_pages : 0};
}

inline constexpr std::int32_t kAllChunks = -1;

struct AttentionTask {
  float cost;  // row-key products, for the order
  std::int32_t sequence;
  std::int32_t first_row, rows;
  std::int32_t chunk;  // of the keys, or kAllChunks
  Index partials;      // where chunk is one of several: offset in floats of the sequence's partial results
};

/// The partial results of one chunked sequence: kv_heads counters of finished chunks, then for each chunk and kv head
/// the rows' maxima, sums and unnormalised outputs.
struct PartialLayout {
  Index kv_heads, rows, row_stride;

  [[gnu::always_inline]] Index counters() const { return (kv_heads + 15) / 16 * 16; }
  [[gnu::always_inline]] Index state() const { return rows * (row_stride + 2); }
  [[gnu::always_inline]] Index at(Index chunk, Index head) const {
    return counters() + (chunk * kv_heads + head) * state();
  }
  [[gnu::always_inline]] Index size(Index chunks) const { return at(chunks, 0); }
};

/// Where planning goes on: a call too large for the memory of one plan is several.
struct PlanCursor {
  Index sequence = 0, row = 0;
};

/// Memory for a plan, from the caller's scratch.
struct PlanMemory {
  AttentionTask* tasks;
  Index task_capacity;
  float* partials;  // cleared where counters lie
  Index partial_capacity;
};

struct AttentionPlan {
  const AttentionTask* tasks;  // heaviest first
  Index count;
  float cost;  // of all tasks and kv heads
  PlanCursor next;
};

/// Plans from `from` on, as far as the memory reaches. row_stride is that of the partial outputs in floats; `threads`
/// decides whether chunks become tasks of their own.
AttentionPlan plan_attention(const AttentionArgs& args, PlanCursor from, const PlanMemory& memory, Index row_stride,
                             int threads);

}  // namespace wick::cpu
