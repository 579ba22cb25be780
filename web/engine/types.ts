/** The builds of the module: plain SIMD on one thread; with threads; with threads and relaxed SIMD. */
export type Variant = "single" | "threads" | "relaxed";

/** What the engine runs on, and why it is not faster (one sentence a page can show), if it could be. */
export interface EngineInfo {
  variant: Variant;
  threads: number;
  isolated: boolean;
  limits: string[];
}

export interface LoadOptions {
  /** Tokens of context to make room for; the model's own size, at most 8192, if left out. */
  context_size?: number;
  /** f32 activations and cache, for comparing with references; slower. */
  precise?: boolean;
}

export interface LoadProgress {
  /** Bytes. */
  done: number;
  total: number;
}

export interface ModelInfo {
  name: string;
  architecture: string;
  quantisation: string;
  vocab_size: number;
  /** Tokens that the loaded context holds, and that the model was trained for. */
  context_size: number;
  train_context_size: number;
  file_bytes: number;
  memory_bytes: number;
}

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

/** Sampling and length. What is left out takes the engine's default. */
export interface ChatOptions {
  max_tokens?: number;
  /** 0 is greedy: always the most likely token. */
  temperature?: number;
  top_k?: number;
  top_p?: number;
  min_p?: number;
  typical_p?: number;
  repeat_penalty?: number;
  repeat_last_n?: number;
  presence_penalty?: number;
  frequency_penalty?: number;
  /** Same seed, same model, same options: same answer on every build. */
  seed?: number;
  stop?: string[];
  /** Pairs of token id and the number added to its logit. */
  logit_bias?: [number, number][];
  /** How many of the most likely tokens to report with each token; 0 reports none. */
  top?: number;
}

export interface TokenChoice {
  id: number;
  text: string;
  /** Of the model itself: after softmax at temperature 1, before any filter. 0 to 1. */
  probability: number;
}

export interface Token extends TokenChoice {
  /** Most likely first; empty unless ChatOptions.top asks for them. */
  top: TokenChoice[];
}

/** A part of an answer as it comes. The texts of all pieces, joined, are the answer. */
export interface ChatPiece {
  /** Whole characters only; may be empty while the prompt is read. */
  text: string;
  /** Their texts, joined, are `text`; one that ends amid a character has none, the next one has it all. */
  tokens: Token[];
  /** Prompt tokens read so far, out of all that are not reused. */
  prompt: { done: number; total: number };
  /** Tokens of the context that are taken now. */
  context_used: number;
}

export type StopReason = "end" | "length" | "stop" | "context" | "cancelled";

export interface ChatStats {
  prompt_tokens: number;
  /** Of the prompt tokens, those still in the cache from an earlier call. */
  reused_tokens: number;
  prompt_ms: number;
  generated_tokens: number;
  generate_ms: number;
  stop_reason: StopReason;
  context_used: number;
  context_size: number;
}

/** What a speech model says of itself. */
export interface SpeechModelInfo {
  name: string;
  architecture: string;
  /** Of its weights, as they run and as the file has them: `Q8_0` of `F16`. */
  quantisation: string;
  file_quantisation: string;
  /** What it can hear, in its own order; one for an English-only model. */
  languages: SpeechLanguage[];
  file_bytes: number;
  memory_bytes: number;
}

export interface SpeechLanguage {
  code: string;
  name: string;
}

/** What is left out takes the engine's default. */
export interface TranscribeOptions {
  /** A code or a name; `auto`, or left out: what the first half minute sounds like. */
  language?: string;
  /** `translate`: into English. */
  task?: "transcribe" | "translate";
  /** Texts that are followed at a time: slower, and often better; 1 follows the likeliest alone. */
  beam?: number;
  /** What came before the recording, as if it had been said. */
  prompt?: string;
  /** Names and words that occur, told to every half minute. */
  hotwords?: string;
  /** Also the times of every word. */
  words?: boolean;
  /** Begins before all sound has come, as for a microphone. */
  live?: boolean;
}

/** Times are seconds from the beginning of the recording. */
export interface TranscriptWord {
  text: string;
  start: number;
  end: number;
  probability: number;
}

export interface TranscriptSegment {
  start: number;
  end: number;
  text: string;
  avg_logprob: number;
  no_speech_prob: number;
  /** What its text was made of, how it was drawn, and how well the text compresses; absent in older transcripts. */
  tokens?: number[];
  temperature?: number;
  compression_ratio?: number;
  /** Empty unless TranscribeOptions.words asks for them. Their texts, joined, are the segment's. */
  words: TranscriptWord[];
}

export interface TranscribeEvent {
  /** That are settled since the last event. */
  segments: TranscriptSegment[];
  /** What is heard after them so far; the next event may have another text. */
  preview: string;
  /** Of the sound, transcribed, and that has come so far. */
  seconds_done: number;
  seconds: number;
  /** Its code, once it is known. */
  language: string | null;
}

export interface TranscribeStats {
  /** Of sound, transcribed. */
  seconds: number;
  /** Of work, without waiting for sound. */
  transcribe_ms: number;
  stop_reason: "end" | "cancelled";
}

/** `json` is what `wick transcribe --json` tells of the text. */
export type TranscriptFormat = "txt" | "srt" | "vtt" | "tsv" | "json";

/** What a model that segments says of itself. */
export interface SegmentModelInfo {
  name: string;
  file_bytes: number;
  memory_bytes: number;
}

export interface PictureSize {
  width: number;
  height: number;
}

/** RGBA, [height, width]. */
export interface PicturePixels extends PictureSize {
  pixels: Uint8Array<ArrayBuffer>;
  /** The picture's own size, where these are the pixels of a smaller copy: prompts and masks are in its own pixels. */
  of?: PictureSize;
}

/** Corners: x0, y0, x1, y1. */
export type MaskBox = [number, number, number, number];

/** What one points at, in pixels of the picture: points, a box, or both. */
export interface MaskPrompt {
  points: MaskPoint[];
  box?: MaskBox | null;
  /** Logits of an earlier answer's candidate, which the prompt refines. */
  mask?: Float32Array | null;
}

export interface MaskPoint {
  x: number;
  y: number;
  /** Else it is to be left out. */
  inside: boolean;
}

/** A mask as COCO's files have it. */
export interface Rle {
  /** Height, width. */
  size: [number, number];
  counts: string;
}

/** What several masks have together; the area in pixels. */
export interface MaskUnion {
  area: number;
  rle: Rle;
}

export interface MaskCandidate {
  /** As the model predicts it, and how little the mask depends on its threshold; 0 to 1. */
  iou: number;
  stability: number;
  /** In pixels. */
  area: number;
  box: MaskBox;
  rle: Rle;
  /** Its outline, an SVG path in pixels of the picture that is filled even-odd. */
  path: string;
}

export interface SegmentAnswer {
  /** Three to choose from. */
  candidates: MaskCandidate[];
  /** Which of them is meant most likely. */
  best: number;
  /** Of each candidate, for a prompt that refines it. */
  logits: Float32Array[];
}

export interface MaskPreview {
  path: string;
  /** Height and width of what the path lies in. */
  size: [number, number];
  iou: number;
}

export interface EverythingProgress {
  share: number;
  /** All that is found by now, now and then. Some of it may give way to what is found later. */
  found: MaskCandidate[] | null;
}

/** The stroke of a round brush, in pixels of the picture. */
export interface BrushStroke {
  places: readonly { x: number; y: number }[];
  radius: number;
  erase: boolean;
}

/** What is left out takes the engine's default. */
export interface EverythingOptions {
  /** Of the grid of points that are asked about; 32. */
  points_per_side?: number;
  /** A mask with less is left out; 0.88 and 0.95. */
  least_iou?: number;
  least_stability?: number;
  /** In pixels: smaller holes and islands vanish. */
  min_region_area?: number;
}

/** An SVG path, or JSON of polygons with holes. */
export type MaskFormat = "svg" | "polygons";

/** What the engine measures of itself. What is left out takes the engine's default. */
export interface BenchOptions {
  /** Only rows whose names contain one of these, as `matmul/q4_0` or `/gemv`; all, if there are none. */
  rows?: string[];
  /** The engine's own number if left out. */
  threads?: number;
  /** How often a row is measured, for its min, median and max; 5. */
  repetitions?: number;
  /** A row's least time in all; 0.3. */
  seconds?: number;
}

/** The most that this machine does, all threads together, measured just before the rows. */
export interface BenchPeaks {
  /** Multiplications and additions of 32-bit floats. */
  fma_gflops: number;
  /** Products and sums of 8-bit integers. */
  int8_gops: number;
  bf16_gflops: number;
  /** Memory far beyond the caches. */
  read_gbs: number;
}

export interface BenchInfo {
  /** Instruction set and threads, in the engine's own words. */
  device: string;
  variant: Variant;
  threads: number;
  peaks: BenchPeaks;
  /** The names of the rows to come, in their order. */
  rows: string[];
}

/** One kernel's rate: larger is better. */
export interface BenchRow {
  /** As `wick bench` has it: attention/prefill/f16/hd64/s512/t2, matmul/q4_0/gemv/t2. */
  name: string;
  unit: string;
  min: number;
  median: number;
  max: number;
  /** `max` as a part of the machine's peak in this unit. */
  peak_fraction?: number;
}

/** First the info, then each row when it has been measured. */
export type BenchEvent =
  { kind: "info"; info: BenchInfo } | { kind: "row"; row: BenchRow };
