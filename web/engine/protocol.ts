import type { CheckedBench } from "./bench.ts";
import type { ErrorData } from "./errors.ts";
import type { PaintedMask } from "./segment.ts";
import type {
  BenchEvent,
  BrushStroke,
  ChatOptions,
  ChatPiece,
  ChatStats,
  EverythingOptions,
  EverythingProgress,
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
  TranscribeEvent,
  TranscribeOptions,
  TranscribeStats,
  TranscriptFormat,
  TranscriptSegment,
  Variant,
} from "./types.ts";

/** One call: what goes in, what comes back once, and what comes before it any number of times. */
export interface CallShape {
  input: unknown;
  event: unknown;
  output: unknown;
}
export type CallTable = Record<string, CallShape>;

/** A model's files, in any order. */
export interface LoadInput {
  files: ModelFile[];
  options: LoadOptions;
}

export interface ModelFile {
  name: string;
  file: Blob;
}

/** The calls of the engine worker. */
export type EngineCalls = {
  start: {
    input: {
      core: "wasm" | "mock";
      variant: Variant;
      threads: number;
      base: string;
    };
    event: never;
    output: { threads: number };
  };
  loadChat: { input: LoadInput; event: LoadProgress; output: ModelInfo };
  loadSpeech: {
    input: LoadInput;
    event: LoadProgress;
    output: SpeechModelInfo;
  };
  loadSegment: {
    input: LoadInput;
    event: LoadProgress;
    output: SegmentModelInfo;
  };
  unload: { input: null; event: never; output: null };
  count: { input: { text: string }; event: never; output: number };
  send: {
    input: { messages: Message[]; options: ChatOptions };
    event: ChatPiece;
    output: ChatStats;
  };
  /** The sound comes by the port, as samples.ts sends it. */
  transcribe: {
    input: { options: TranscribeOptions; samples: MessagePort };
    event: TranscribeEvent;
    output: TranscribeStats;
  };
  /** Answered at once, beside a call that runs. */
  exportTranscript: {
    input: {
      segments: TranscriptSegment[];
      format: TranscriptFormat;
      language: string;
    };
    event: never;
    output: string;
  };
  /** Events are shares of the work, from 0 to 1. */
  embed: { input: PicturePixels; event: number; output: Float32Array };
  resumePicture: {
    input: PictureSize & { embedding: Float32Array };
    event: never;
    output: null;
  };
  /** Answered at once, beside a call that runs. */
  segment: { input: MaskPrompt; event: never; output: SegmentAnswer };
  previewMask: { input: MaskPrompt; event: never; output: MaskPreview };
  /** Ends early with what was found. */
  everything: {
    input: PictureSize & {
      embedding: Float32Array;
      options: EverythingOptions;
    };
    event: EverythingProgress;
    output: MaskCandidate[];
  };
  /** Of masks, each answered at once. */
  maskText: {
    input: { rle: Rle; format: MaskFormat; tolerance: number };
    event: never;
    output: string;
  };
  maskPixels: {
    input: { rle: Rle; first: number; rows: number };
    event: never;
    output: Uint8Array<ArrayBuffer>;
  };
  maskUnion: { input: { rles: Rle[] }; event: never; output: MaskUnion };
  maskPaint: {
    input: { rle: Rle | null; size: PictureSize; stroke: BrushStroke };
    event: never;
    output: PaintedMask;
  };
  /** With the threads of the worker. Whoever would stop it amid a row ends the worker. */
  bench: { input: CheckedBench; event: BenchEvent; output: null };
};

/** What a window sends to a worker. A cancel names the id of the call that is to end early. */
export type Request<Calls extends CallTable> =
  | {
      [Name in keyof Calls & string]: {
        id: number;
        call: Name;
        input: Calls[Name]["input"];
      };
    }[keyof Calls & string]
  | { id: number; call: "cancel" };

/** What a worker sends back: any number of events, then one result or one error, for each id. */
export type Reply<Calls extends CallTable> =
  | { id: number; kind: "event"; value: Calls[keyof Calls]["event"] }
  | { id: number; kind: "result"; value: Calls[keyof Calls]["output"] }
  | { id: number; kind: "error"; error: ErrorData };
