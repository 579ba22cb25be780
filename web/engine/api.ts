import { checkBench, threadsOfBench } from "./bench.ts";
import {
  createClient,
  type CallOptions,
  type Client,
  type WorkerLike,
} from "./client.ts";
import { toWickError, WickError } from "./errors.ts";
import { chooseVariant, detectFeatures } from "./features.ts";
import type { EngineCalls, LoadInput, ModelFile } from "./protocol.ts";
import { segmentModel, type MaskTools, type SegmentModel } from "./segment.ts";
import { speechModel, type SpeechModel } from "./speech.ts";
import { createStream, untilAborted, type ChatStream } from "./stream.ts";
import type {
  BenchEvent,
  BenchOptions,
  ChatOptions,
  EngineInfo,
  LoadOptions,
  LoadProgress,
  Message,
  ModelInfo,
  TranscriptFormat,
  TranscriptSegment,
  Variant,
} from "./types.ts";

export { WickError, type WickErrorCode } from "./errors.ts";
export type { MaskTools, PaintedMask, SegmentModel } from "./segment.ts";
export type { SpeechModel, TranscribeStream } from "./speech.ts";
export type { ChatStream } from "./stream.ts";
export * from "./types.ts";

export interface EngineOptions {
  /** Where the `core/` folder with the module's builds lies; the page's own folder if left out. */
  base?: string;
  /** Overrides detection. */
  variant?: Variant;
  threads?: number;
  /** `mock` answers from fixed texts without a model; only in builds made with it. */
  core?: "wasm" | "mock";
  /** Called before each start, so that a bundler or a test can supply the worker. */
  createWorker?: () => WorkerLike<EngineCalls>;
}

/** A file: picked or dropped, kept in the browser's own file system, or at an address to read it from. */
export type FileSource = Blob | FileSystemFileHandle | URL | string;
/** A model's file, or its files in any order, which then need their names. */
export type ModelSource = FileSource | FileSource[];

export interface LoadCallOptions extends LoadOptions {
  /** Of a single file. */
  name?: string;
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
}

export interface BenchCallOptions extends BenchOptions {
  signal?: AbortSignal;
}

/** A loaded chat model. It holds one context, in which the common beginning of successive calls is kept. */
export interface ChatModel {
  readonly info: ModelInfo;
  /**
   * Answers the last message; continues it if it is an assistant's. Aborting ends the answer with what was written
   * and stop_reason `cancelled`; it is no error.
   */
  send(
    messages: Message[],
    options?: ChatOptions,
    signal?: AbortSignal,
  ): ChatStream;
  countTokens(text: string): Promise<number>;
  unload(): Promise<void>;
}

export interface Engine {
  readonly info: EngineInfo;
  /**
   * Replaces the model loaded before, and ends its answers as they stand. A file whose header is no model's is refused
   * before that, and the model stays. The file is read by slices where it lies, never copied whole. The first progress
   * says that the header was accepted.
   */
  loadChat(source: ModelSource, options?: LoadCallOptions): Promise<ChatModel>;
  /**
   * Measures the kernels as `wick bench` does, in a worker of its own that ends with it: a loaded model stays, the memory
   * (some 600 MB) is given back, and the signal ends it at once, with the code `cancelled`. Begins when it is first
   * read. Let nothing else run meanwhile: it would take from the figures.
   */
  bench(options?: BenchCallOptions): AsyncIterable<BenchEvent>;
  /** As loadChat, for a model that writes down speech. An engine holds one model: who needs both has two engines. */
  loadSpeech(
    source: ModelSource,
    options?: LoadCallOptions,
  ): Promise<SpeechModel>;
  /** As loadChat, for a model that segments pictures. */
  loadSegment(
    source: ModelSource,
    options?: LoadCallOptions,
  ): Promise<SegmentModel>;
  /** With or without a model. */
  readonly masks: MaskTools;
  /**
   * Segments as a file's text; with or without a model, and while a transcript is being made. The language's code goes
   * into JSON.
   */
  exportTranscript(
    segments: TranscriptSegment[],
    format: TranscriptFormat,
    language?: string,
  ): Promise<string>;
  /** Ends the worker. The next load starts a fresh one. */
  kill(): void;
}

/** Starts the engine's worker with the best module this browser can run. */
export async function createEngine(
  options: EngineOptions = {},
): Promise<Engine> {
  const features = detectFeatures();
  if (!features.simd) {
    throw new WickError(
      "unsupported",
      "This browser lacks WebAssembly SIMD. Chromium 91, Firefox 89 and Safari 16.4 have it.",
    );
  }
  const chosen = chooseVariant(features);
  const variant = options.variant ?? chosen.variant;
  const wanted = options.threads ?? chosen.threads;
  const base = new URL(options.base ?? ".", document.baseURI).href;
  const info: EngineInfo = {
    variant,
    threads: wanted,
    isolated: features.isolated,
    limits: chosen.limits,
  };
  const jobs = new Set<AbortController>();
  let measuring = false;

  const createOne = () =>
    createClient<EngineCalls>((options.createWorker ?? createEngineWorker)());

  function startOne(fresh: Client<EngineCalls>, threads: number) {
    const core = options.core ?? "wasm";
    return fresh.call("start", { core, variant, threads, base });
  }

  async function start(): Promise<Client<EngineCalls>> {
    const fresh = createOne();
    info.threads = (await startOne(fresh, wanted)).threads;
    return fresh;
  }
  let client = await start();

  async function* bench({ signal, ...asked }: BenchCallOptions = {}) {
    const checked = checkBench(asked);
    const threads = threadsOfBench(asked, info.threads, variant);
    if (signal?.aborted)
      throw new WickError("cancelled", "Cancelled before it began.");
    if (measuring)
      throw new WickError(
        "bad_argument",
        "The engine is measuring already: two at once would disturb each other.",
      );
    measuring = true;
    const own = createOne();
    const stop = () => own.kill("Measuring has ended.");
    signal?.addEventListener("abort", stop, { once: true });
    try {
      yield* createStream<BenchEvent, null>(async (push) => {
        await startOne(own, threads);
        return own.call("bench", checked, { onEvent: push });
      });
    } catch (reason) {
      if (signal?.aborted)
        throw new WickError("cancelled", "Measuring was cancelled.");
      if (toWickError(reason).code === "crashed")
        throw new WickError(
          "crashed",
          "The engine broke off while it measured.",
        );
      throw reason;
    } finally {
      signal?.removeEventListener("abort", stop);
      stop();
      measuring = false;
    }
  }

  async function revive(): Promise<void> {
    if (client.dead) client = await start();
  }

  async function prepare(
    source: ModelSource,
    { name, signal, onProgress, ...options }: LoadCallOptions,
  ): Promise<[LoadInput, CallOptions<LoadProgress>]> {
    await revive();
    const files = await filesOf(source, name, signal);
    for (const job of jobs) job.abort(); // with what they have done
    return [
      { files, options },
      { signal, ...(onProgress && { onEvent: onProgress }) },
    ];
  }

  return {
    info,
    bench,
    kill: () => client.kill("The engine was stopped. Load the model again."),
    async loadChat(source, options = {}) {
      const [input, how] = await prepare(source, options);
      const model = await client.call("loadChat", input, how);
      return chatModel(client, model, jobs);
    },
    async loadSpeech(source, options = {}) {
      const [input, how] = await prepare(source, options);
      const model = await client.call("loadSpeech", input, how);
      return speechModel(client, model, jobs);
    },
    async loadSegment(source, options = {}) {
      const [input, how] = await prepare(source, options);
      return segmentModel(client, await client.call("loadSegment", input, how));
    },
    masks: {
      async text(rle, format, tolerance = 0) {
        await revive();
        return client.call("maskText", { rle, format, tolerance });
      },
      async pixels(rle, first = 0, rows = rle.size[0] - first) {
        await revive();
        return client.call("maskPixels", { rle, first, rows });
      },
      async union(rles) {
        await revive();
        return client.call("maskUnion", { rles });
      },
      async paint(rle, size, stroke) {
        await revive();
        return client.call("maskPaint", { rle, size, stroke });
      },
    },
    async exportTranscript(segments, format, language = "") {
      await revive();
      return client.call("exportTranscript", { segments, format, language });
    },
  };
}

function createEngineWorker(): WorkerLike<EngineCalls> {
  return new Worker(new URL("./engine_worker.ts", import.meta.url), {
    type: "module",
    name: "wick engine",
  });
}

function chatModel(
  client: Client<EngineCalls>,
  info: ModelInfo,
  jobs: Set<AbortController>,
): ChatModel {
  return {
    info,
    send: (messages, options = {}, signal) =>
      createStream((push) =>
        untilAborted(jobs, signal, (job) =>
          client.call(
            "send",
            { messages, options },
            { signal: job.signal, onEvent: push },
          ),
        ),
      ),
    countTokens: (text) => client.call("count", { text }),
    async unload() {
      await client.call("unload", null);
    },
  };
}

async function filesOf(
  source: ModelSource,
  name?: string,
  signal?: AbortSignal,
): Promise<ModelFile[]> {
  if (!Array.isArray(source)) {
    const file = await fileOf(source, signal);
    return [{ name: name ?? nameOf(file), file }];
  }
  const files = await Promise.all(source.map((one) => fileOf(one, signal)));
  return files.map((file) => ({ name: nameOf(file), file }));
}

const nameOf = (file: Blob) => (file instanceof File ? file.name : "model");

async function fileOf(source: FileSource, signal?: AbortSignal): Promise<Blob> {
  if (source instanceof Blob) return source;
  if (typeof source !== "string" && !(source instanceof URL))
    return source.getFile();
  // The browser keeps a large response on disk, so the blob is a file in all but name.
  const response = await fetch(source, signal ? { signal } : {}).catch(
    (reason: unknown) => {
      throw new WickError(
        "network",
        `${String(source)}: ${reason instanceof Error ? reason.message : "no answer"}.`,
      );
    },
  );
  if (!response.ok)
    throw new WickError(
      "network",
      `${String(source)}: the server answered ${response.status}.`,
    );
  return new File(
    [await response.blob()],
    new URL(String(source), document.baseURI).pathname.split("/").pop() ??
      "model",
  );
}
