import type { BenchCore } from "./core.ts";
import { idOf, randomOf, wait } from "./mock_tools.ts";
import type { BenchRow } from "./types.ts";

const kPeaks = {
  fma_gflops: 50,
  int8_gops: 100,
  bf16_gflops: 40,
  read_gbs: 12,
};
const kBenchRows = [
  ...["f32", "f16"].flatMap((type) => [
    `attention/prefill/${type}/hd64/s512/t1`,
    `attention/decode/${type}/hd64/kv8192/t1`,
  ]),
  ...["f16", "q4_0", "q4_1", "q4_k", "q8_0"].flatMap((type) => [
    `matmul/${type}/gemm/t1`,
    `matmul/${type}/gemv/t1`,
  ]),
];

/** Made-up rates, the same for a kernel every time. */
export function createMockBench(stepMs: number): BenchCore {
  let left: string[] = [];
  return {
    benchBegin({ rows }) {
      wait(stepMs);
      left = kBenchRows.filter(
        (name) =>
          rows.length === 0 || rows.some((wanted) => name.includes(wanted)),
      );
      return {
        ...{ device: "mock, 1 thread", variant: "single", threads: 1 },
        peaks: kPeaks,
        rows: [...left],
      };
    },
    benchStep() {
      const name = left.shift();
      if (!name) return null;
      wait(stepMs * 8);
      return measured(name);
    },
    benchEnd() {
      left = [];
    },
  };
}

function measured(name: string): BenchRow {
  const reads = /decode|gemv/.test(name);
  const whole = /q\d/.test(name);
  const peak = reads
    ? kPeaks.read_gbs
    : whole
      ? kPeaks.int8_gops
      : kPeaks.fma_gflops;
  const peak_fraction = 0.4 + 0.5 * randomOf(idOf(name))();
  const max = peak * peak_fraction;
  return {
    ...{ name, unit: reads ? "GB/s" : whole ? "GOP/s" : "GFLOP/s" },
    ...{ min: max * 0.9, median: max * 0.97, max, peak_fraction },
  };
}
