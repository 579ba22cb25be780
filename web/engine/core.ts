import type { CheckedBench } from "./bench.ts";
import type {
  BenchInfo,
  BenchRow,
  ChatOptions,
  ChatStats,
  LoadOptions,
  LoadProgress,
  Message,
  ModelInfo,
  Token,
} from "./types.ts";

/** Reads bytes of a Blob at once, as FileReaderSync does in a worker. */
export type ReadSlice = (file: Blob, from: number, to: number) => Uint8Array;

/** Messages and options of one answer. If the last message is an assistant's, it is continued. */
export interface ChatRequest {
  messages: Message[];
  options: ChatOptions;
}

export interface ChatStep {
  state: "prompt" | "writing" | "done";
  prompt: { done: number; total: number };
  context_used: number;
  text: string;
  tokens: Token[];
}

/**
 * What the worker needs of the module: synchronous calls of some tens of milliseconds at most (of some seconds, where
 * they measure), which throw WickError.
 * Two implement it: the WebAssembly module behind the C interface of wasm/wick.h, and the mock of mock_core.ts.
 */
export interface Core {
  readonly threads: number;

  /** Reads the file's header. Once that is accepted the model that was loaded before is gone; if it throws, it stays. */
  loadBegin(file: Blob, name: string, options: LoadOptions): void;
  loadStep(): LoadProgress;
  unload(): void;
  info(): ModelInfo;
  countTokens(text: string): number;

  chatBegin(request: ChatRequest): void;
  chatStep(): ChatStep;
  chatStop(): void;
  chatStats(): ChatStats;

  /** Measures the machine's peaks. */
  benchBegin(options: CheckedBench): BenchInfo;
  /** Measures the next row; null after the last. */
  benchStep(): BenchRow | null;
  /** Frees what measuring has left, whether or not all rows are done. */
  benchEnd(): void;
}
