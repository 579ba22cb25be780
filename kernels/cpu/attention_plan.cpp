#include "kernels/cpu/attention_plan.h"

#include <algorithm>
#include <cstring>

namespace wick::cpu {
namespace {

/// One call's shape, and what its rows see.
struct Planner {
  const AttentionArgs& args;
  Index group;  // query heads of one kv head

  Index rows(const SequenceRows& sequence) const { return sequence.queries * group; }

  Range keys(const SequenceRows& sequence, Index first_row, Index row_count) const {
    return {visible_keys(args, sequence, first_row / group).first,
            visible_keys(args, sequence, (first_row + row_count - 1) / group).last};
  }

  AttentionTask task(Index index, Index first_row, Index row_count, Index key_count) const {
    return {static_cast<float>(row_count) * static_cast<float>(key_count),
            static_cast<std::int32_t>(index),
            static_cast<std::int32_t>(first_row),
            static_cast<std::int32_t>(row_count),
            kAllChunks,
            0};
  }

  /// Whether the sequences alone leave threads idle or unevenly loaded.
  bool needs_chunks(int threads) const {
    if (threads == 1) return false;
    const Index wanted = 4 * Index{threads};
    Index tasks = 0;
    for (Index i = 0; i < args.sequence_count && tasks < wanted; ++i) {
      tasks += (rows(args.sequences[i]) + kTaskRows - 1) / kTaskRows * args.cache.kv_heads;
    }
    return tasks < wanted;
  }
};

}  // namespace

AttentionPlan plan_attention(const AttentionArgs& args, PlanCursor from, const PlanMemory& memory, Index row_stride,
                             int threads) {
  const Planner planner{args, args.q.inner / args.cache.kv_heads};
  const bool split = planner.needs_chunks(threads);
  AttentionPlan plan{memory.tasks, 0, 0, from};
  Index partials = 0;
  for (; plan.next.sequence < args.sequence_count; plan.next = {plan.next.sequence + 1, 0}) {
    const Index index = plan.next.sequence;
    const SequenceRows& sequence = args.sequences[index];
    const Index rows = planner.rows(sequence);
    if (rows > kChunkedRows) {
      for (Index& row = plan.next.row; row < rows; row += kTaskRows) {
        if (plan.count == memory.task_capacity) break;
        const Index count = std::min(kTaskRows, rows - row);
        memory.tasks[plan.count++] = planner.task(index, row, count, planner.keys(sequence, row, count).size());
      }
      if (plan.next.row < rows) break;
    } else if (rows > 0) {
      if (plan.count + kMaxChunks > memory.task_capacity) break;
      const Range keys = planner.keys(sequence, 0, rows);
      const Index chunks = chunks_of(pages_of(keys), rows).count;
      const PartialLayout layout{args.cache.kv_heads, rows, row_stride};
      if (!split || chunks < 2 || partials + layout.size(chunks) > memory.partial_capacity) {
        memory.tasks[plan.count++] = planner.task(index, 0, rows, keys.size());
        continue;
      }
      std::memset(memory.partials + partials, 0, static_cast<std::size_t>(layout.counters()) * sizeof(float));
      for (Index chunk = 0; chunk < chunks; ++chunk) {
        AttentionTask& task = memory.tasks[plan.count++];
        task = planner.task(index, 0, rows, keys.size() / chunks);
        task.chunk = static_cast<std::int32_t>(chunk);
        task.partials = partials;
      }
      partials += layout.size(chunks);
    }
  }
  for (Index i = 0; i < plan.count; ++i) plan.cost += memory.tasks[i].cost * static_cast<float>(args.cache.kv_heads);
  std::sort(memory.tasks, memory.tasks + plan.count,
            [](const AttentionTask& a, const AttentionTask& b) { return a.cost > b.cost; });
  return plan;
}

}  // namespace wick::cpu
