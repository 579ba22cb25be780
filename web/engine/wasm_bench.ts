import type { BenchCore } from "./core.ts";
import { WickError } from "./errors.ts";
import type { BenchInfo, BenchRow, Variant } from "./types.ts";
import { checked, failure, kLessElse, toJson } from "./wasm_calls.ts";
import type { Module } from "./wasm_module.ts";

/** Measuring by the module. */
export function createWasmBench(
  module: Module,
  engine: number,
  variant: Variant,
): BenchCore {
  let bench = 0;

  function benchEnd(): void {
    module._wick_bench_free(bench);
    module._wick_engine_trim(engine);
    bench = 0;
  }

  return {
    benchBegin(options) {
      benchEnd();
      bench = module.withTexts([toJson(options)], (at) =>
        module._wick_bench_new(engine, 0, at),
      );
      if (bench === 0)
        throw failure(module, "bad_argument", "Measuring", kLessElse);
      const length = checked(module, module._wick_bench_info(bench));
      const told = JSON.parse(module.lastText(length)) as Omit<
        BenchInfo,
        "variant"
      >;
      return { ...told, variant };
    },
    benchStep() {
      if (bench === 0)
        throw new WickError("bad_argument", "No measuring has been begun.");
      const length = module._wick_bench_step(bench);
      if (length < 0) throw failure(module, "internal", "Measuring", kLessElse);
      return length > 0
        ? (JSON.parse(module.lastText(length)) as BenchRow)
        : null;
    },
    benchEnd,
  };
}
