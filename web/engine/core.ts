import type { CheckedBench } from "./bench.ts";
import type { ModelFile } from "./protocol.ts";
import type { PaintedMask } from "./segment.ts";
import type { Task } from "./task.ts";
import type {
  BenchInfo,
  BrushStroke,
  BenchRow,
  ChatOptions,
  ChatStats,
  EverythingOptions,
  LoadOptions,
  LoadProgress,
  MaskCandidate,
  MaskFormat,
  MaskPreview,
  MaskUnion,
  MaskPrompt,
  Message,
  ModelInfo,
  PicturePixels,
  PictureSize,
  Rle,
  SegmentAnswer,
  SegmentModelInfo,
  SpeechModelInfo,
  Token,
  TranscribeEvent,
  TranscribeOptions,
  TranscriptFormat,
  TranscriptSegment,
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

/** `waiting`: there is nothing to do until more sound, or its end, has come. */
export interface SpeechStep extends TranscribeEvent {
  state: "working" | "waiting" | "done";
}

/**
 * What the worker needs of the module: synchronous calls of some tens of milliseconds at most (of some seconds, where
 * they measure), which throw WickError.
 * Two implement it: the WebAssembly module behind the C interface of wasm/wick.h, and the mock of mock_core.ts.
 */
export interface Core extends SpeechCore, SegmentCore, BenchCore {
  readonly threads: number;

  /**
   * Reads the headers. Once they are accepted the model that was loaded before is gone; if it throws, as for a model
   * that is for another task, it stays.
   */
  loadBegin(files: ModelFile[], task: Task, options: LoadOptions): void;
  loadStep(): LoadProgress;
  unload(): void;
  info(): ModelInfo;
  speechInfo(): SpeechModelInfo;
  segmentInfo(): SegmentModelInfo;
  countTokens(text: string): number;

  chatBegin(request: ChatRequest): void;
  chatStep(): ChatStep;
  chatStop(): void;
  chatStats(): ChatStats;
}

export interface SpeechCore {
  /** Begins a recording, in the place of one that has not ended. */
  speechBegin(options: TranscribeOptions): void;
  /** 16 kHz, mono. */
  speechPush(samples: Float32Array): void;
  speechFinish(): void;
  speechStep(): SpeechStep;
  transcriptText(
    segments: TranscriptSegment[],
    format: TranscriptFormat,
    language: string,
  ): string;
}

export interface SegmentCore {
  /** Begins to embed a picture, in the place of the one before. */
  pictureBegin(picture: PicturePixels): void;
  /** How much is done; 1 when the picture can be asked about. */
  pictureStep(): number;
  pictureEmbedding(): Float32Array<ArrayBuffer>;
  pictureResume(picture: PictureSize & { embedding: Float32Array }): void;
  segment(prompt: MaskPrompt): SegmentAnswer;
  maskPreview(prompt: MaskPrompt): MaskPreview;
  /** Begins to find everything in a picture whose embedding is known. */
  everythingBegin(
    picture: PictureSize & { embedding: Float32Array },
    options: EverythingOptions,
  ): void;
  /** How much is done. */
  everythingStep(): number;
  /** What is found so far. */
  everythingFound(): MaskCandidate[];
  /** The same; ends it. */
  everythingEnd(): MaskCandidate[];
  maskText(rle: Rle, format: MaskFormat, tolerance: number): string;
  maskPixels(rle: Rle, first: number, rows: number): Uint8Array<ArrayBuffer>;
  maskUnion(rles: Rle[]): MaskUnion;
  maskPaint(
    rle: Rle | null,
    size: PictureSize,
    stroke: BrushStroke,
  ): PaintedMask;
}

export interface BenchCore {
  /** Measures the machine's peaks. */
  benchBegin(options: CheckedBench): BenchInfo;
  /** Measures the next row; null after the last. */
  benchStep(): BenchRow | null;
  /** Frees what measuring has left, whether or not all rows are done. */
  benchEnd(): void;
}
