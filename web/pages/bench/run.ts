import type { BenchInfo, BenchRow, Engine } from "../../engine/api.ts";
import { toWickError } from "../../engine/errors.ts";
import type { RoomState } from "../engine_room.ts";
import { observable, type Observable } from "../observable.ts";
import { recall, remember } from "../remember.ts";
import { parseResult } from "./report.ts";
import { quickRows, type Scope } from "./rows.ts";

/** What was measured: fewer rows than the info names, where it was stopped. */
export interface BenchResult {
  /** In ms since 1970. */
  date: number;
  isolated: boolean;
  /** Why this browser is not faster, in sentences. */
  limits: string[];
  info: BenchInfo;
  rows: BenchRow[];
}

export interface BenchState {
  measuring: boolean;
  /** Present and growing while measuring, once the peaks are known; then the last one. */
  result: BenchResult | null;
  /** Seconds to go; 0 while unknown. */
  left: number;
  /** Why the last run ended early, in words; empty if it did not, or was stopped. */
  problem: string;
}

/** The measuring of the bench page; its last result stays when the page is left, and in the browser's storage. */
export interface Bench {
  readonly state: Observable<BenchState>;
  /** Resolves when it has ended, however it did. */
  start(scope: Scope): Promise<void>;
  stop(): void;
}

/** The part of the engine's room that measuring needs. */
export interface BenchRoom {
  readonly state: Observable<RoomState>;
  engine(): Promise<Engine>;
}

const kKey = "wick.bench";

export function createBench(room: BenchRoom): Bench {
  const state = observable<BenchState>({
    ...{ measuring: false, left: 0, problem: "" },
    result: parseResult(recall(kKey)),
  });
  const change = (part: Partial<BenchState>) =>
    state.set({ ...state.value, ...part });
  let controller: AbortController | null = null;

  async function measure(scope: Scope, signal: AbortSignal): Promise<void> {
    const engine = await room.engine();
    let begun = 0;
    let result = null as BenchResult | null;
    const rows = scope === "quick" ? [...quickRows] : [];
    for await (const event of engine.bench({ rows, signal })) {
      if (event.kind === "info") {
        const { isolated, limits } = engine.info;
        const { info } = event;
        result = { date: Date.now(), isolated, limits, info, rows: [] };
        begun = performance.now();
      } else if (result) {
        result = { ...result, rows: [...result.rows, event.row] };
      }
      if (!result) continue;
      const done = result.rows.length;
      const each = (performance.now() - begun) / 1000 / Math.max(1, done);
      const left = done > 0 ? each * (result.info.rows.length - done) : 0;
      change({ result, left });
    }
  }

  return {
    state,
    async start(scope) {
      if (controller) return;
      const before = state.value.result;
      controller = new AbortController();
      change({ measuring: true, result: null, left: 0, problem: "" });
      let problem = "";
      try {
        await measure(scope, controller.signal);
      } catch (reason) {
        const error = toWickError(reason);
        if (error.code !== "cancelled") problem = error.message;
      }
      controller = null;
      const { result } = state.value;
      const some = result !== null && result.rows.length > 0;
      if (some) remember(kKey, JSON.stringify(result));
      change({ measuring: false, result: some ? result : before, problem });
    },
    stop: () => controller?.abort(),
  };
}

/** Why one should wait before measuring, in words; empty if nothing else runs. */
export function busyWith({ phase, title }: RoomState): string {
  switch (phase) {
    case "reading":
    case "writing":
      return "An answer is being written. Measure when it has ended: both at once would slow each other.";
    case "loading":
    case "fetching":
      return `${title} is being loaded. Measure when it is here: both at once would slow each other.`;
    default:
      return "";
  }
}
