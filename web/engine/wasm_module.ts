import type { ReadSlice } from "./core.ts";
import { WickError } from "./errors.ts";
import type { Variant } from "./types.ts";

/** An address in the module's memory. It comes back signed: `>>> 0` makes it an index. */
type Pointer = number;

/** What core.js exports: wasm/wick.h, wasm/module.cpp and the allocator. */
export interface Exports {
  _malloc(bytes: number): Pointer;
  _free(at: Pointer): void;
  _wick_error_kind(): number;
  _wick_error_message(): Pointer;
  _wick_text(buffer: Pointer, size: number): number;
  _wick_engine_new(threads: number): Pointer;
  _wick_engine_info(engine: Pointer): number;
  _wick_engine_trim(engine: Pointer): void;
  _wick_load_begin_files(
    engine: Pointer,
    files: Pointer,
    precise: number,
  ): Pointer;
  _wick_load_task(loader: Pointer): number;
  _wick_load_step(loader: Pointer, progress: Pointer): number;
  _wick_load_free(loader: Pointer): void;
  _wick_chat_new(loader: Pointer, context: number): Pointer;
  _wick_chat_free(chat: Pointer): void;
  _wick_chat_info(chat: Pointer): number;
  _wick_chat_count(chat: Pointer, messages: Pointer): number;
  _wick_chat_count_text(chat: Pointer, text: Pointer): number;
  _wick_chat_reply(chat: Pointer, messages: Pointer, options: Pointer): number;
  _wick_chat_step(chat: Pointer, step: Pointer): number;
  _wick_chat_token(chat: Pointer): number;
  _wick_chat_stop_reason(chat: Pointer): number;
  _wick_chat_cancel(chat: Pointer): void;
  _wick_speech_info(loader: Pointer): number;
  _wick_transcriber_new(loader: Pointer, options: Pointer): Pointer;
  _wick_transcriber_free(transcriber: Pointer): void;
  _wick_transcriber_start(transcriber: Pointer): number;
  _wick_transcriber_push(
    transcriber: Pointer,
    samples: Pointer,
    count: number,
  ): number;
  _wick_transcriber_finish(transcriber: Pointer): number;
  _wick_transcriber_step(transcriber: Pointer, step: Pointer): number;
  _wick_transcript_text(transcript: Pointer, format: Pointer): number;
  _wick_segmenter_new(loader: Pointer): Pointer;
  _wick_segmenter_free(segmenter: Pointer): void;
  _wick_segment_info(loader: Pointer): number;
  _wick_segmenter_start(
    segmenter: Pointer,
    rgba: Pointer,
    width: number,
    height: number,
    pictureWidth: number,
    pictureHeight: number,
  ): number;
  _wick_segmenter_step(segmenter: Pointer, progress: Pointer): number;
  _wick_segmenter_embedding(
    segmenter: Pointer,
    into: Pointer,
    count: number,
  ): number;
  _wick_segmenter_resume(
    segmenter: Pointer,
    width: number,
    height: number,
    embedding: Pointer,
    count: number,
  ): number;
  _wick_segmenter_prompt(
    segmenter: Pointer,
    prompt: Pointer,
    mask: Pointer,
  ): number;
  _wick_segmenter_logits(
    segmenter: Pointer,
    candidate: number,
    into: Pointer,
  ): number;
  _wick_segmenter_mask(segmenter: Pointer, candidate: number): number;
  _wick_segmenter_preview(segmenter: Pointer, candidate: number): number;
  _wick_everything_new(
    loader: Pointer,
    width: number,
    height: number,
    embedding: Pointer,
    count: number,
    rgba: Pointer,
    options: Pointer,
  ): Pointer;
  _wick_everything_free(everything: Pointer): void;
  _wick_everything_step(everything: Pointer, progress: Pointer): number;
  _wick_everything_masks(everything: Pointer): number;
  _wick_mask_text(rle: Pointer, format: Pointer, tolerance: number): number;
  _wick_mask_pixels(
    rle: Pointer,
    first: number,
    rows: number,
    pixels: Pointer,
    size: number,
  ): number;
  _wick_mask_union(rles: Pointer): number;
  _wick_mask_paint(rle: Pointer, stroke: Pointer, erase: number): number;
  _wick_bench_new(engine: Pointer, chat: Pointer, options: Pointer): Pointer;
  _wick_bench_free(bench: Pointer): void;
  _wick_bench_info(bench: Pointer): number;
  _wick_bench_step(bench: Pointer): number;
}

/** What Emscripten's start function is given. */
interface Settings {
  wasmMemory: WebAssembly.Memory;
  poolSize: number;
  readFile(file: number, offset: number, into: Pointer, count: number): number;
  print(line: string): void;
  printErr(line: string): void;
}
type Start = (settings: Settings) => Promise<Exports>;

/** The running module, with its memory seen as numbers and texts. */
export interface Module extends Exports {
  /** Blobs that the engine may read, under the numbers that wick_load_begin_files gives them. */
  readonly files: Map<number, Blob>;
  /** A view that holds until the next call into the module: its memory may grow, and its buffer is then another. */
  view(at: Pointer, bytes: number): DataView;
  /** Text of `bytes` bytes, or up to the first zero. */
  text(at: Pointer, bytes?: number): string;
  /** The text that the last call has made, of the length that it returned. */
  lastText(bytes: number): string;
  /** Calls with the addresses of zero-terminated copies of texts, which are freed afterwards. */
  withTexts<T>(texts: string[], call: (...at: Pointer[]) => T): T;
  /** Calls with the address of a copy of bytes, which is freed afterwards. */
  withBytes<T>(given: Uint8Array, call: (at: Pointer) => T): T;
  /** Calls with the address of as much room, from which what the call has written is copied into `result`. */
  withRoom<T>(result: Uint8Array, call: (at: Pointer) => T): T;
  /** Calls with the address of a copy of samples, which is freed afterwards. */
  withSamples<T>(samples: Float32Array, call: (at: Pointer) => T): T;
}

// Pages of 64 KiB.
const kInitialPages = 512;
// The module allows 4 GiB. A phone may refuse to set aside so many addresses for shared memory.
const kMaximumPages = [65_536, 32_768, 16_384];

/** Starts `base`/core/`variant`/core.js. Throws WickError if it is missing or the browser cannot run it. */
export async function startModule(
  variant: Variant,
  threads: number,
  base: string,
  read: ReadSlice,
): Promise<Module> {
  const url = new URL(`core/${variant}/core.js`, base).href;
  const memory = createMemory(variant !== "single");
  const files = new Map<number, Blob>();
  const bytes = (at: Pointer, count: number) =>
    new Uint8Array(memory.buffer, at >>> 0, count);
  let complaint = "";
  const start = await importStart(url);
  const exports = await start({
    wasmMemory: memory,
    // The worker itself is the first thread. But a module that waits for no other never starts.
    poolSize: Math.max(1, threads - 1),
    readFile(number, offset, into, count) {
      try {
        const file = files.get(number);
        if (!file) return -1;
        const part = read(file, offset, offset + (count >>> 0));
        if (part.length !== count >>> 0) return -1;
        bytes(into, part.length).set(part);
        return 0;
      } catch {
        return -1; // gone or changed since it was picked
      }
    },
    print: () => undefined,
    printErr: (line) => (complaint = line),
  }).catch((reason: unknown) => {
    const why = complaint || String(reason);
    throw new WickError(
      "unsupported",
      `The engine's module ${url} could not be started: ${why}`,
    );
  });
  return Object.assign(exports, textsOf(exports, bytes), { files });
}

function createMemory(shared: boolean): WebAssembly.Memory {
  let failure: unknown;
  for (const maximum of kMaximumPages) {
    try {
      return new WebAssembly.Memory({
        initial: kInitialPages,
        maximum,
        shared,
      });
    } catch (reason) {
      failure = reason;
    }
  }
  throw new WickError(
    "no_memory",
    `The browser gives this tab no memory for the engine: ${String(failure)}. Close other tabs and try again.`,
  );
}

async function importStart(url: string): Promise<Start> {
  try {
    const module = (await import(/* @vite-ignore */ url)) as { default: Start };
    return module.default;
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    throw new WickError(
      "not_found",
      `The engine's module ${url} cannot be loaded: ${why}. Was it built?`,
    );
  }
}

function textsOf(
  exports: Exports,
  bytes: (at: Pointer, count: number) => Uint8Array,
) {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let buffer: Pointer = 0;
  let size = 0;

  function alloc(count: number): Pointer {
    const at = exports._malloc(count);
    if (at === 0)
      throw new WickError(
        "no_memory",
        "The engine's memory is full. Load a smaller model or start the conversation anew.",
      );
    return at;
  }

  function withBytes<T>(given: Uint8Array, call: (at: Pointer) => T): T {
    const at = alloc(given.length);
    try {
      bytes(at, given.length).set(given);
      return call(at);
    } finally {
      exports._free(at);
    }
  }

  function text(at: Pointer, count?: number): string {
    // A decoder takes no shared memory: slice makes a copy.
    if (count !== undefined) return decoder.decode(bytes(at, count).slice());
    let length = 0;
    while (bytes((at >>> 0) + length, 1)[0] !== 0) length += 1;
    return decoder.decode(bytes(at, length).slice());
  }

  return {
    view: (at: Pointer, count: number) => {
      const part = bytes(at, count);
      return new DataView(part.buffer, part.byteOffset, count);
    },
    text,
    lastText(count: number): string {
      if (count > size) {
        exports._free(buffer);
        size = Math.max(1024, count * 2);
        buffer = alloc(size);
      }
      return text(buffer, exports._wick_text(buffer, size));
    },
    withBytes,
    withSamples<T>(samples: Float32Array, call: (at: Pointer) => T): T {
      const { buffer, byteOffset, byteLength } = samples;
      return withBytes(new Uint8Array(buffer, byteOffset, byteLength), call);
    },
    withRoom<T>(result: Uint8Array, call: (at: Pointer) => T): T {
      const at = alloc(result.length);
      try {
        const value = call(at);
        result.set(bytes(at, result.length));
        return value;
      } finally {
        exports._free(at);
      }
    },
    withTexts<T>(texts: string[], call: (...at: Pointer[]) => T): T {
      const places: Pointer[] = [];
      try {
        for (const one of texts) {
          const encoded = encoder.encode(one.replaceAll("\0", " "));
          const at = alloc(encoded.length + 1);
          places.push(at);
          const target = bytes(at, encoded.length + 1);
          target.set(encoded);
          target[encoded.length] = 0;
        }
        return call(...places);
      } finally {
        for (const at of places) exports._free(at);
      }
    },
  };
}
