import {
  createEngine,
  type ChatModel,
  type Engine,
  type EngineInfo,
  type EngineOptions,
  type LoadCallOptions,
  type SegmentModel,
  type SpeechModel,
} from "../engine/api.ts";
import { toWickError, WickError } from "../engine/errors.ts";
import { createSpeedMeter } from "../engine/speed.ts";
import { observable, type Observable } from "./observable.ts";
import { recall, remember } from "./remember.ts";
import type { Shelf, Transfer } from "./shelf.ts";

/** Which model: one of the catalogue, or files that the user has picked. */
export type ModelChoice =
  { kind: "catalog"; name: string } | { kind: "file"; files: File[] };

export interface RoomState<Model = ChatModel> {
  /** What the engine does now. Fetching a model for later is the shelf's matter, not shown here. */
  phase: "off" | "fetching" | "loading" | "ready" | "reading" | "writing";
  info: EngineInfo | null;
  /** The model that is loaded or on its way, and once loaded, what it says of itself. */
  choice: ModelChoice | null;
  title: string;
  model: Model | null;
  progress: Transfer | null;
  /** How fast it reads or writes; words for the status. */
  rate: string;
  /** Why the last load failed, until the next load or question. */
  problem: string;
}

/** Holds an engine of the page and the model in it. Chat, speech and pictures have one each, so that none ends another. */
export interface EngineRoom<Model = ChatModel> {
  readonly state: Observable<RoomState<Model>>;
  /** Whose models it holds: the catalogue's word. */
  readonly task: string;
  /** The engine itself, started if need be, with or without a model. */
  engine(): Promise<Engine>;
  /**
   * The loaded model; if none is, loads the one used last or the catalogue's first choice. Aborting ends the wait, not
   * the load: another question may be waiting next. Who waits is told of a failure, so it is no `problem` any more.
   */
  ensure(signal?: AbortSignal): Promise<Model>;
  /** Loads a model in the place of what is loaded or on its way. */
  use(choice: ModelChoice): Promise<Model>;
  cancelLoad(): void;
  /** What ensure() would load. */
  preferred(): ModelChoice | null;
  report(phase: "reading" | "writing" | "ready", rate?: string): void;
  /** After the worker was ended: the model must be loaded again. */
  forget(): void;
}

export type SpeechRoom = EngineRoom<SpeechModel>;
export type SegmentRoom = EngineRoom<SegmentModel>;
/** What holds for a room of any task. */
export type AnyRoom = EngineRoom<{
  readonly info: { name: string; quantisation?: string };
}>;

/** What differs between chat, speech and pictures. */
interface Kind<Model> {
  task: string;
  /** Where the model used last is remembered. */
  key: string;
  /** What to choose where there is no model. */
  files: string;
  load(engine: Engine, files: File[], options: LoadCallOptions): Promise<Model>;
}

export const createEngineRoom = (
  shelf: Shelf,
  options: EngineOptions,
): EngineRoom =>
  createRoom(shelf, options, {
    task: "chat",
    key: "wick.model",
    files: "a GGUF file",
    load: (engine, [file], loadOptions) => {
      if (!file) throw new WickError("not_found", "No file was chosen.");
      return engine.loadChat(file, loadOptions);
    },
  });

export const createSpeechRoom = (
  shelf: Shelf,
  options: EngineOptions,
): SpeechRoom =>
  createRoom(shelf, options, {
    task: "transcribe",
    key: "wick.speech_model",
    files: "a Whisper model’s files",
    load: (engine, files, loadOptions) => engine.loadSpeech(files, loadOptions),
  });

export const createSegmentRoom = (
  shelf: Shelf,
  options: EngineOptions,
): SegmentRoom =>
  createRoom(shelf, options, {
    task: "segment",
    key: "wick.segment_model",
    files: "a Segment Anything model’s files",
    load: (engine, files, loadOptions) =>
      engine.loadSegment(files, loadOptions),
  });

function createRoom<Model>(
  shelf: Shelf,
  options: EngineOptions,
  kind: Kind<Model>,
): EngineRoom<Model> {
  const state = observable<RoomState<Model>>({
    phase: "off",
    info: null,
    choice: null,
    title: "",
    model: null,
    progress: null,
    rate: "",
    problem: "",
  });
  const change = (part: Partial<RoomState<Model>>) =>
    state.set({ ...state.value, ...part });
  let engine: Promise<Engine> | null = null;
  let loading: {
    controller: AbortController;
    ended: Promise<Model>;
  } | null = null;

  function startEngine(): Promise<Engine> {
    engine ??= createEngine(options).catch((reason: unknown) => {
      engine = null;
      throw reason;
    });
    return engine;
  }

  function preferred(): ModelChoice | null {
    if (state.value.choice) return state.value.choice;
    const ours = shelf.state.value.items.filter(
      ({ entry }) => entry.task === kind.task,
    );
    const last = recall(kind.key);
    const best =
      ours.find(({ entry }) => entry.name === last) ??
      ours.find(({ stored }) => stored?.state === "ready") ??
      ours.find(({ entry }) => entry.default) ??
      ours[0];
    return best ? { kind: "catalog", name: best.entry.name } : null;
  }

  async function filesOf(
    choice: ModelChoice,
    signal: AbortSignal,
  ): Promise<File[]> {
    if (choice.kind === "file") return choice.files;
    const item = shelf.state.value.items.find(
      ({ entry }) => entry.name === choice.name,
    );
    if (item?.stored?.state !== "ready") {
      change({ phase: "fetching" });
      const pause = () => shelf.pause(choice.name);
      signal.addEventListener("abort", pause, { once: true });
      const follow = shelf.state.subscribe(({ items }) => {
        const transfer = items.find(
          ({ entry }) => entry.name === choice.name,
        )?.transfer;
        if (transfer) change({ progress: transfer });
      });
      try {
        await shelf.get(choice.name);
      } finally {
        follow();
        signal.removeEventListener("abort", pause);
      }
    }
    return shelf.open(choice.name);
  }

  async function load(
    choice: ModelChoice,
    signal: AbortSignal,
  ): Promise<Model> {
    const title = titleOf(choice, shelf);
    const before = state.value;
    let replaced = false;
    change({
      phase: "loading",
      choice,
      title,
      model: null,
      progress: null,
      problem: "",
    });
    try {
      const files = await filesOf(choice, signal);
      change({ phase: "loading", progress: null });
      const running = await startEngine();
      const meter = createSpeedMeter();
      const model = await kind.load(running, files, {
        name: files[0]?.name ?? title,
        signal,
        onProgress: ({ done, total }) => {
          replaced = true;
          change({
            progress: {
              phase: "fetching",
              done,
              total,
              ...meter.measure(done, total, performance.now()),
            },
          });
        },
      });
      change({ phase: "ready", info: running.info, model, progress: null });
      if (choice.kind === "catalog") remember(kind.key, choice.name);
      return model;
    } catch (reason) {
      const error = toWickError(reason);
      // The model from before goes on, or is what the next question loads again.
      const { choice, title, model } = before;
      const ended =
        replaced || error.code === "crashed" || error.code === "killed";
      const stays = ended ? null : model;
      change({
        phase: stays ? "ready" : "off",
        choice,
        title: stays ? title : "",
        model: stays,
        progress: null,
        problem: error.code === "cancelled" ? "" : error.message,
      });
      throw error;
    }
  }

  function use(choice: ModelChoice): Promise<Model> {
    loading?.controller.abort();
    const before = loading?.ended.catch(() => undefined) ?? Promise.resolve();
    const controller = new AbortController();
    const ended = before
      .then(() => load(choice, controller.signal))
      .finally(() => {
        if (loading?.controller === controller) loading = null;
      });
    loading = { controller, ended };
    return ended;
  }

  async function wanted(signal?: AbortSignal): Promise<Model> {
    if (signal?.aborted) throw cancelled();
    if (loading?.controller.signal.aborted) {
      await loading.ended.catch(() => undefined);
      return wanted(signal);
    }
    if (loading) return loading.ended;
    if (state.value.model) return state.value.model;
    if (!shelf.state.value.known) {
      await shelf.refresh();
      return wanted(signal);
    }
    const choice = preferred();
    if (choice) return use(choice);
    throw new WickError(
      "not_found",
      `There is no model to load. Choose ${kind.files}.`,
    );
  }

  return {
    state,
    task: kind.task,
    engine: startEngine,
    use,
    preferred,
    ensure: (signal) =>
      orCancelled(wanted(signal), signal).finally(() =>
        change({ problem: "" }),
      ),
    cancelLoad: () => loading?.controller.abort(),
    report(phase, rate = "") {
      if (state.value.model) change({ phase, rate });
    },
    forget: () => change({ phase: "off", model: null, rate: "" }),
  };
}

/** What a promise gives, or `cancelled` as soon as the signal is aborted. */
function orCancelled<Value>(
  promise: Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(cancelled()), {
      once: true,
    });
    promise.then(resolve, reject);
  });
}

const cancelled = () =>
  new WickError("cancelled", "Cancelled before it began.");

function titleOf(choice: ModelChoice, shelf: Shelf): string {
  if (choice.kind === "file") {
    const [weights] = choice.files.toSorted((a, b) => b.size - a.size);
    return (
      weights?.name.replace(
        /(\.model|\.encoder)?\.(gguf|bin|safetensors|onnx)$/i,
        "",
      ) ?? ""
    );
  }
  return (
    shelf.state.value.items.find(({ entry }) => entry.name === choice.name)
      ?.entry.title ?? choice.name
  );
}
