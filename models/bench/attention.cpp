#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/kv_cache.h"
#include "models/bench/measure.h"

namespace wick {
namespace {

constexpr Index kHeads = 16, kKvHeads = 8;

struct Case {
  DType cache;
  Index head_dim, queries, keys;
};

/// Useful work of causal attention, in FLOP: each query against the keys it sees, for scores and for values.
double causal_flops(const Case& c) {
  const double seen = static_cast<double>(c.queries) *
                      (static_cast<double>(c.keys - c.queries) + static_cast<double>(c.queries + 1) / 2);
  return 4 * seen * static_cast<double>(c.head_dim * kHeads);
}

/// Random keys and values for the whole of a sequence.
void fill(const Device& device, const PagedCache& cache, Sequence& sequence, Index keys) {
  constexpr Index kPiece = 1024;
  const Index head_dim = cache.geometry().head_dim;
  const Tensor k = Tensor::randn({kPiece, kKvHeads, head_dim}, 1, device);
  const ConstRows rows{k.data<float>(), kPiece, kKvHeads, head_dim, kKvHeads * head_dim, head_dim};
  sequence.extend(keys);
  for (Index first = 0; first < keys; first += kPiece) {
    const Index count = std::min(kPiece, keys - first);
    const SequenceRows piece{0, count, first + count, sequence.pages().data()};
    device.ops().cache_append(device.workers(), cache.layer(0), rows, rows, &piece, 1);
  }
}

std::vector<double> run(const BenchOptions& options, const Device& device, const Case& c, double units) {
  PagedCache cache(device, {1, kKvHeads, c.head_dim, c.cache}, c.keys);
  Sequence sequence(cache);
  fill(device, cache, sequence, c.keys);
  Batch batch;
  const std::vector<std::int32_t> tokens(static_cast<std::size_t>(c.queries), 0);
  const AttentionOptions attention_options{.scale = 1 / std::sqrt(static_cast<double>(c.head_dim))};
  const auto rows = [&](Index count, Index heads) { return Tensor::randn({count, heads, c.head_dim}, 1, device); };
  const Tensor q = rows(c.queries, kHeads), k = rows(c.queries, kKvHeads), v = rows(c.queries, kKvHeads);
  return measure(options, units, [&] {
    sequence.truncate(c.keys - c.queries);
    batch.clear();
    batch.add(sequence, tokens);
    attention(q, k, v, cache, 0, batch, attention_options);
  });
}

}  // namespace

std::vector<BenchCase> attention_bench(const Device& device, const Peaks& peaks, const BenchOptions& options) {
  std::vector<BenchCase> cases;
  const auto add = [&](const std::string& name, const char* unit, const Case& c, double units, double peak) {
    const std::string full = fmt::format("attention/{}/t{}", name, device.threads());
    cases.push_back({full, [=] { return BenchRow{full, unit, run(options, device, c, units / 1e9), peak}; }});
  };
  for (const DType type : {DType::f32, DType::f16, DType::q8_0}) {
    for (const Index head_dim : {64, 128}) {
      for (const Index size : {512, 2048}) {
        const Case c{type, head_dim, size, size};
        add(fmt::format("prefill/{}/hd{}/s{}", info(type).name, head_dim, size), "GFLOP/s", c, causal_flops(c),
            peaks.fma_gflops);
      }
      for (const Index keys : {8192, 65536}) {  // in the last cache, and far beyond it
        const auto bytes = static_cast<double>(2 * row_bytes(type, keys * kKvHeads * head_dim));
        add(fmt::format("decode/{}/hd{}/kv{}", info(type).name, head_dim, keys), "GB/s", {type, head_dim, 1, keys},
            bytes, peaks.read_gbs);
      }
    }
  }
  return cases;
}

}  // namespace wick
