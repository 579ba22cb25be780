import { beforeAll, describe, expect, test, vi } from "vitest";
import { createEngine, type BenchEvent, type Engine } from "../engine/api.ts";
import { checkBench, threadsOfBench } from "../engine/bench.ts";
import { WickError } from "../engine/errors.ts";
import { createMockCore } from "../engine/mock_core.ts";
import type { EngineCalls } from "../engine/protocol.ts";
import type { Handlers } from "../engine/server.ts";
import type { BenchInfo, BenchOptions, ModelInfo } from "../engine/types.ts";
import { fakeWorker } from "./tools.ts";

beforeAll(() => vi.stubGlobal("document", { baseURI: "http://localhost/" }));

const kRow = { unit: "GB/s", min: 1, median: 2, max: 3 };

/** Each start is noted; the row `trap` breaks the worker off, `hang` never comes. */
const started: { threads: number }[] = [];
const handlers: Partial<Handlers<EngineCalls>> = {
  start: ({ threads }) => {
    started.push({ threads });
    return { threads };
  },
  loadChat: () => ({ name: "model" }) as ModelInfo,
  count: () => 7,
  async *bench({ rows }) {
    yield { kind: "info", info: { rows } as BenchInfo };
    for (const name of rows) {
      if (name === "trap") throw new WebAssembly.RuntimeError("unreachable");
      if (name === "hang") await new Promise(() => undefined);
      yield { kind: "row", row: { name, ...kRow } };
    }
    return null;
  },
};
const workers: { ended: boolean }[] = [];
function engine(): Promise<Engine> {
  started.length = workers.length = 0;
  return createEngine({
    variant: "threads",
    threads: 2,
    createWorker: () => {
      const worker = fakeWorker(handlers as Handlers<EngineCalls>);
      workers.push(worker);
      return worker;
    },
  });
}

/** The names of the rows that came, and why no more came. */
async function read(events: AsyncIterable<BenchEvent>) {
  const names: string[] = [];
  let failure: unknown = null;
  try {
    for await (const event of events)
      names.push(event.kind === "row" ? event.row.name : "info");
  } catch (reason) {
    failure = reason;
  }
  return { names, code: failure instanceof WickError ? failure.code : failure };
}

describe("engine.bench", () => {
  test("the info comes first, then the rows, from a worker that ends", async () => {
    const running = await engine();
    const events = running.bench({ rows: ["a", "b"], threads: 3 });
    expect(started).toEqual([{ threads: 2 }]); // not begun before it is read
    expect(await read(events)).toEqual({
      names: ["info", "a", "b"],
      code: null,
    });
    expect(started).toEqual([{ threads: 2 }, { threads: 3 }]);
    expect(workers.map(({ ended }) => ended)).toEqual([false, true]);
    expect(running.info.threads).toBe(2);
  });

  test("the signal ends a row that never ends; the model stays", async () => {
    const running = await engine();
    const model = await running.loadChat(new Blob(["GGUF"]));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const { signal } = controller;
    expect(await read(running.bench({ rows: ["a", "hang"], signal }))).toEqual({
      ...{ names: ["info", "a"], code: "cancelled" },
    });
    expect(workers[1]?.ended).toBe(true);
    expect(await model.countTokens("text")).toBe(7);
    expect((await read(running.bench({ signal }))).code).toBe("cancelled");
  });

  test("a reader that leaves ends the worker", async () => {
    const running = await engine();
    for await (const { kind } of running.bench({ rows: ["a", "hang"] }))
      if (kind === "row") break;
    expect(workers[1]?.ended).toBe(true);
    expect((await read(running.bench({ rows: ["b"] }))).names).toHaveLength(2);
  });

  test("a worker that breaks off leaves its rows and the model", async () => {
    const running = await engine();
    const model = await running.loadChat(new Blob(["GGUF"]));
    expect(await read(running.bench({ rows: ["a", "trap", "b"] }))).toEqual({
      ...{ names: ["info", "a"], code: "crashed" },
    });
    expect(await model.countTokens("text")).toBe(7);
  });

  test("one at a time", async () => {
    const running = await engine();
    const first = read(running.bench({ rows: ["a"] }));
    expect((await read(running.bench())).code).toBe("bad_argument");
    expect((await first).names).toEqual(["info", "a"]);
  });

  test.each<[BenchOptions, RegExp]>([
    [{ rows: "gemm" as never }, /^rows: "gemm" was given, expected a list/],
    [{ rows: [1] as never }, /^rows: \[1\]/],
    [{ repetitions: 0 }, /^repetitions: 0 .* from 1 to 1000/],
    [{ repetitions: 1.5 }, /^repetitions/],
    [{ seconds: NaN }, /^seconds/],
    [{ seconds: 61 }, /^seconds: 61 .* from 0 to 60/],
    [{ threads: 0 }, /^threads: 0 .* from 1 to 64/],
  ])("%j is refused", (options, words) => {
    const check = () => {
      checkBench(options);
      threadsOfBench(options, 2, "threads");
    };
    expect(check).toThrow(WickError);
    expect(check).toThrow(words);
  });

  test("a build of one thread has one", () => {
    expect(threadsOfBench({}, 1, "single")).toBe(1);
    expect(() => threadsOfBench({ threads: 4 }, 1, "single")).toThrow(
      "this build of the engine has 1, 4 were asked for",
    );
  });
});

test("the mock core measures the rows that are asked for", () => {
  const core = createMockCore(() => new Uint8Array(), 0);
  const { rows } = core.benchBegin(checkBench({ rows: ["q4_0/gemv", "hd64"] }));
  expect(rows).toHaveLength(5);
  for (const name of rows) expect(core.benchStep()?.name).toBe(name);
  expect(core.benchStep()).toBeNull();
});
