#include <fmt/format.h>

#include <cmath>

#include "bench.h"
#include "core/kv_cache.h"

namespace wick::cli {
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

std::vector<double> run(const BenchOptions& options, const Device& device, const Case& c, double units) {
  PagedCache cache(device, {1, kKvHeads, c.head_dim, c.cache}, c.keys);
  Sequence sequence(cache);
  Batch batch;
  const std::vector<std::int32_t> tokens(static_cast<std::size_t>(c.keys), 0);
  const AttentionOptions attention_options{.scale = 1 / std::sqrt(static_cast<double>(c.head_dim))};
  const auto rows = [&](Index count, Index heads) { return Tensor::randn({count, heads, c.head_dim}, 1, device); };
  batch.add(sequence, std::span(tokens).first(static_cast<std::size_t>(c.keys)));
  attention(rows(c.keys, kHeads), rows(c.keys, kKvHeads), rows(c.keys, kKvHeads), cache, 0, batch, attention_options);
  const Tensor q = rows(c.queries, kHeads), k = rows(c.queries, kKvHeads), v = rows(c.queries, kKvHeads);
  return measure(options, units, [&] {
    sequence.truncate(c.keys - c.queries);
    batch.clear();
    batch.add(sequence, std::span(tokens).first(static_cast<std::size_t>(c.queries)));
    attention(q, k, v, cache, 0, batch, attention_options);
  });
}

}  // namespace

void bench_attention(const BenchOptions& options, BenchReport& report) {
  const int most = options.common.open_device().threads();
  std::vector<int> counts{1};
  if (most > 1) counts.push_back(most);
  for (const int threads : counts) {
    const Device device = Device::cpu(threads);
    const Peaks peaks = measure_peaks(threads);
    for (const DType type : {DType::f32, DType::f16}) {
      for (const Index head_dim : {64, 128}) {
        for (const Index size : {512, 2048}) {
          const std::string name =
              fmt::format("attention/prefill/{}/hd{}/s{}/t{}", info(type).name, head_dim, size, threads);
          const Case c{type, head_dim, size, size};
          if (report.wants(name))
            report.add({name, "GFLOP/s", run(options, device, c, causal_flops(c) / 1e9), peaks.fma_gflops});
        }
        const Case c{type, head_dim, 1, 8192};
        const std::string name =
            fmt::format("attention/decode/{}/hd{}/kv{}/t{}", info(type).name, head_dim, c.keys, threads);
        const double bytes = 2.0 * static_cast<double>(c.keys * kKvHeads * head_dim * info(type).bytes);
        if (report.wants(name)) report.add({name, "GB/s", run(options, device, c, bytes / 1e9), peaks.read_gbs});
      }
    }
  }
}

}  // namespace wick::cli
