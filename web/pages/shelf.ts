import {
  addressesOf,
  parseCatalog,
  parseServed,
  type CatalogEntry,
  type CatalogFile,
  type ServedFile,
} from "../engine/catalog.ts";
import { toWickError, WickError } from "../engine/errors.ts";
import { fitOf, type Fit } from "../engine/fit.ts";
import type {
  DownloadPlan,
  DownloadProgress,
  ModelStore,
  StoredModel,
} from "../engine/model_store.ts";
import { createSpeedMeter } from "../engine/speed.ts";
import { observable, type Observable } from "./observable.ts";
import { recall, remember } from "./remember.ts";

/** A running download. */
export interface Transfer {
  phase: "checking" | "fetching";
  done: number;
  total: number;
  /** Bytes per second and seconds; 0 until known. */
  speed: number;
  left: number;
}

/** What this browser has of a model, all its files together. */
export interface Stored {
  /** Bytes that have arrived. */
  received: number;
  state: "ready" | "partial";
  /** Whether every file's sha256 was known and agreed. */
  verified: boolean;
}

/** A model of the catalogue, with what this browser has of it. */
export interface ShelfItem {
  entry: CatalogEntry;
  /** Bytes of all its files. */
  size: number;
  stored: Stored | null;
  transfer: Transfer | null;
  /** Why the last download ended early, in words; empty if it did not. */
  problem: string;
  fit: Fit;
  /** Whether this page knows where to fetch what is missing; some models only `wick models fetch` can bring. */
  reachable: boolean;
}

export interface ShelfState {
  /** False until the catalogue and the store have been read. */
  known: boolean;
  items: ShelfItem[];
  quota: number;
  usage: number;
  persistent: boolean;
}

/** The models one can get, and those one has. */
export interface Shelf {
  readonly state: Observable<ShelfState>;
  /** Reads catalogue and store; call again to see what another tab has changed. */
  refresh(): Promise<void>;
  /** Fetches a model; resolves when it is whole. Rejects with what stands in `problem`, or `cancelled` after a pause. */
  get(name: string): Promise<void>;
  pause(name: string): void;
  /** Ends a download, if one runs, and deletes what has arrived. */
  remove(name: string): Promise<void>;
  /** The model's files, in the catalogue's order. */
  open(name: string): Promise<File[]>;
}

const kSpeedKey = "wick.bytes_per_second";

/** Remembers how fast weights are read here, for the verdicts on models not yet fetched. */
export function rememberSpeed(
  fileBytes: number,
  tokens: number,
  ms: number,
): void {
  if (tokens >= 16 && ms > 0)
    remember(kSpeedKey, String(Math.round((fileBytes * tokens * 1000) / ms)));
}

export function createShelf(store: ModelStore, builtIn: unknown): Shelf {
  const state = observable<ShelfState>({
    known: false,
    items: [],
    quota: 0,
    usage: 0,
    persistent: false,
  });
  const running = new Map<
    string,
    { controller: AbortController; ended: Promise<void> }
  >();
  let served: ServedFile[] = [];

  const find = (name: string) => {
    const item = state.value.items.find(({ entry }) => entry.name === name);
    if (!item)
      throw new WickError("not_found", `The catalogue has no model '${name}'.`);
    return item;
  };
  const change = (name: string, part: Partial<ShelfItem>) => {
    const items = state.value.items.map((item) =>
      item.entry.name === name ? { ...item, ...part } : item,
    );
    state.set({ ...state.value, items });
  };

  async function refresh(): Promise<void> {
    const [catalog, index, stored, room] = await Promise.all([
      readJson("models/catalog.json").then((json) =>
        parseCatalog(json ?? builtIn),
      ),
      readJson("models/index.json").then(parseServed),
      store.list().catch(() => [] as StoredModel[]),
      store.estimate().catch(() => ({ quota: 0, usage: 0, persistent: false })),
    ]);
    served = index;
    const bytesPerSecond = Number(recall(kSpeedKey)) || 0;
    const before = new Map(
      state.value.items.map((item) => [item.entry.name, item]),
    );
    const items = catalog.map((entry): ShelfItem => {
      const size = sizeOf(entry.files);
      const kept = storedOf(entry.files, stored);
      const old = before.get(entry.name);
      const missing = size - (kept?.received ?? 0);
      const free =
        room.quota > 0 ? room.quota - room.usage : Number.POSITIVE_INFINITY;
      // What was measured is the speed of chat; a speech model reads its weights at another rate.
      const measured = entry.task === "chat" ? bytesPerSecond : 0;
      const fit = fitOf({ missing, size, free, bytesPerSecond: measured });
      const reachable =
        kept?.state === "ready" ||
        entry.files.every((file) => planOf(file).urls.length > 0);
      return {
        ...{ entry, size, stored: kept, fit, reachable },
        transfer: old?.transfer ?? null,
        problem: old?.problem ?? "",
      };
    });
    state.set({ known: true, items, ...room });
  }

  function planOf(file: CatalogFile): DownloadPlan {
    return {
      file: file.name,
      size: file.size,
      sha256: file.sha256,
      urls: addressesOf(file, served, document.baseURI),
    };
  }

  async function run(name: string, signal: AbortSignal): Promise<void> {
    const { entry, size: total } = find(name);
    const meter = createSpeedMeter();
    await navigator.storage.persist?.().catch(() => false);
    let before = 0; // bytes of the files that are whole
    const show = ({ phase, done }: DownloadProgress) => {
      const sum = before + done;
      const figures = meter.measure(sum, total, performance.now());
      change(name, { transfer: { phase, done: sum, total, ...figures } });
    };
    try {
      const here = await store.list();
      for (const file of entry.files) {
        const whole = here.some(
          (one) => one.file === file.name && one.state === "ready",
        );
        if (!whole) await store.download(planOf(file), signal, show);
        before += file.size;
      }
    } catch (reason) {
      const error = toWickError(reason);
      if (error.code !== "cancelled") change(name, { problem: error.message });
      throw error;
    } finally {
      running.delete(name);
      change(name, { transfer: null });
      await refresh();
    }
  }

  return {
    state,
    refresh,
    get(name) {
      const already = running.get(name);
      if (already) return already.ended;
      const { size, stored } = find(name);
      const controller = new AbortController();
      const done = stored?.received ?? 0;
      change(name, {
        problem: "",
        transfer: {
          phase: "fetching",
          done,
          total: size,
          speed: 0,
          left: 0,
        },
      });
      const ended = run(name, controller.signal);
      running.set(name, { controller, ended });
      return ended;
    },
    pause: (name) => running.get(name)?.controller.abort(),
    async remove(name) {
      const job = running.get(name);
      job?.controller.abort();
      await job?.ended.catch(() => undefined);
      for (const file of find(name).entry.files) await store.remove(file.name);
      change(name, { problem: "" });
      await refresh();
    },
    open: (name) =>
      Promise.all(find(name).entry.files.map((file) => store.open(file.name))),
  };
}

function sizeOf(files: readonly CatalogFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** What there is of a model's files, or null if there is nothing. */
function storedOf(
  files: readonly CatalogFile[],
  stored: readonly StoredModel[],
): Stored | null {
  const kept = files.flatMap(
    (file) => stored.find((one) => one.file === file.name) ?? [],
  );
  if (kept.length === 0) return null;
  const whole =
    kept.length === files.length &&
    kept.every(({ state }) => state === "ready");
  return {
    received: kept.reduce((sum, { received }) => sum + received, 0),
    state: whole ? "ready" : "partial",
    verified: kept.every(({ verified }) => verified),
  };
}

async function readJson(path: string): Promise<unknown> {
  try {
    const response = await fetch(new URL(path, document.baseURI));
    const type = response.headers.get("Content-Type") ?? "";
    return response.ok && type.includes("json") ? await response.json() : null;
  } catch {
    return null; // offline, or a static host without models
  }
}
