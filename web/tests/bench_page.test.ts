import { beforeEach, describe, expect, test, vi } from "vitest";
import type { BenchEvent, BenchInfo, Engine } from "../engine/api.ts";
import { WickError } from "../engine/errors.ts";
import type { RoomState } from "../pages/engine_room.ts";
import {
  findingsOf,
  placeOf,
  toJson,
  toMarkdown,
} from "../pages/bench/report.ts";
import { quickRows, wordsOf } from "../pages/bench/rows.ts";
import {
  busyWith,
  createBench,
  type BenchResult,
  type BenchRoom,
} from "../pages/bench/run.ts";
import { observable } from "../pages/observable.ts";
import { settle } from "./tools.ts";

const names = ["matmul/q4_0/gemm/t2", "matmul/q4_0/gemv/t2"] as const;
const info: BenchInfo = {
  ...{ device: "cpu wasm-relaxed, 2 threads", variant: "relaxed", threads: 2 },
  peaks: { fma_gflops: 100, int8_gops: 200, bf16_gflops: 90, read_gbs: 20 },
  rows: [...names],
};
const [first, second] = [
  {
    name: names[0],
    unit: "GOP/s",
    min: 90,
    median: 100,
    max: 120,
    peak_fraction: 0.6,
  },
  {
    name: names[1],
    unit: "GB/s",
    min: 11.5,
    median: 12.34,
    max: 13,
    peak_fraction: 0.65,
  },
] as const;
const rows = [first, second];
const result: BenchResult = {
  ...{ date: Date.UTC(2026, 0, 2), isolated: true, limits: [], info, rows },
};

test.each([
  [
    "attention/prefill/f16/hd64/s2048/t2",
    "Attention, reading a prompt of 2,048 tokens, head 64, cache in F16",
  ],
  [
    "attention/decode/q8_0/hd128/kv8192/t1",
    "Attention, writing after 8,192 tokens, head 128, cache in Q8_0",
  ],
  ["matmul/q4_k/gemm/t2", "Matrix product, reading, 4-bit weights, Q4_K"],
  ["matmul/bf16/gemv/t2", "Matrix product, writing, 16-bit weights, BF16"],
  ["convolution/whisper/t2", "convolution/whisper/t2"],
  ["attention/prefill/f16/hd64", "attention/prefill/f16/hd64"],
])("%s is %s", (name, words) => {
  expect(wordsOf(name).full).toBe(words);
});

test("each group of the quick look has rows", () => {
  const group = (row: string) =>
    wordsOf(`${row}t1`.replace("hd64/t1", "hd64/s512/t1")).group;
  expect(new Set(quickRows.map(group))).toEqual(
    new Set(["attention", "reading", "writing"]),
  );
});

describe("the report", () => {
  test("says in plain words what was measured", () => {
    expect(placeOf(result).join(" ")).toMatch(
      /2 threads with relaxed SIMD.*cross-origin isolated/,
    );
    const limits = ["1 thread: this page is not cross-origin isolated."];
    const alone = { ...info, variant: "single" as const, threads: 1 };
    const place = { ...result, isolated: false, limits, info: alone };
    expect(placeOf(place)).toEqual([
      "This tab used 1 thread with SIMD.",
      ...limits,
    ]);
    expect(findingsOf(result).join(" ")).toMatch(
      /reach 60 %.*up to 12\.3 GB\/s: a model of 1 GB could write about 12\.3 tokens/,
    );
    expect(findingsOf({ ...result, rows: [] })).toEqual([]);
    const over = { ...first, peak_fraction: 1.2 };
    expect(findingsOf({ ...result, rows: [over] }).at(-1)).toContain("busy");
  });

  test("is a table in Markdown, and JSON as wick bench prints it", () => {
    expect(toMarkdown(result)).toContain(
      "| Matrix product, writing, 4-bit weights, Q4_0 | `matmul/q4_0/gemv/t2` | 11.5 / 12.3 / 13.0 | GB/s | 65 % |",
    );
    expect(JSON.parse(toJson(result))).toEqual({
      ...{ device: info.device, variant: "relaxed" },
      ...{ peaks: { "2": info.peaks }, rows },
    });
  });
});

describe("the run", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
  });

  /** An engine that gives these events; an error among them is thrown, null waits until the signal. */
  function room(...events: (BenchEvent | WickError | null)[]): BenchRoom {
    const engine = {
      info: { isolated: true, limits: [] as string[] },
      async *bench({ signal }: { signal: AbortSignal }) {
        for (const event of events) {
          await settle();
          if (event instanceof WickError) throw event;
          if (event) yield event;
          else
            await new Promise((_, reject) =>
              signal.addEventListener("abort", () =>
                reject(new WickError("cancelled", "Cancelled.")),
              ),
            );
        }
      },
    };
    return {
      state: observable({ phase: "off" } as RoomState),
      engine: () => Promise.resolve(engine as unknown as Engine),
    };
  }
  const begun: BenchEvent = { kind: "info", info };
  const [one, two] = [first, second].map((row): BenchEvent => ({
    kind: "row",
    row,
  })) as [BenchEvent, BenchEvent];
  const measured = (bench: ReturnType<typeof createBench>) =>
    bench.state.value.result?.rows.map(({ name }) => name);

  test("rows come one by one, and are there again after a reload", async () => {
    const bench = createBench(room(begun, one, two));
    const seen: number[] = [];
    bench.state.subscribe(({ result: now }) =>
      seen.push(now?.rows.length ?? -1),
    );
    await bench.start("quick");
    expect(seen).toEqual([-1, 0, 1, 2, 2]);
    expect(bench.state.value).toMatchObject({ measuring: false, problem: "" });
    expect(measured(createBench(room()))).toEqual(names);
  });

  test("stopping keeps what was measured, and is no problem", async () => {
    const bench = createBench(room(begun, one, null));
    const run = bench.start("all");
    await vi.waitFor(() => expect(measured(bench)).toHaveLength(1));
    bench.stop();
    await run;
    expect(measured(bench)).toEqual([names[0]]);
    expect(bench.state.value).toMatchObject({ measuring: false, problem: "" });
  });

  test("an error keeps the rows too, and tells why", async () => {
    const full = new WickError("no_memory", "Not enough memory.");
    const bench = createBench(room(begun, one, full));
    await bench.start("all");
    expect(measured(bench)).toEqual([names[0]]);
    expect(bench.state.value.problem).toBe("Not enough memory.");
  });

  test("a run without a row leaves the last result", async () => {
    await createBench(room(begun, one, two)).start("quick");
    const bench = createBench(room(begun, new WickError("crashed", "Broken.")));
    await bench.start("quick");
    expect(measured(bench)).toEqual(names);
    expect(bench.state.value.problem).toBe("Broken.");
  });

  test("an engine that cannot start is told", async () => {
    const reason = new WickError("unsupported", "This browser lacks SIMD.");
    const bench = createBench({
      ...room(),
      engine: () => Promise.reject(reason),
    });
    await bench.start("quick");
    expect(bench.state.value).toMatchObject({
      ...{ measuring: false, result: null, problem: reason.message },
    });
  });
});

test("while the engine works one waits", () => {
  const state = (phase: RoomState["phase"]) =>
    ({ phase, title: "SmolLM2" }) as RoomState;
  expect(busyWith(state("writing"))).toContain("answer is being written");
  expect(busyWith(state("loading"))).toContain("SmolLM2 is being loaded");
  expect(busyWith(state("ready")) + busyWith(state("off"))).toBe("");
});
