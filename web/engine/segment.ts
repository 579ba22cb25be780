import type { Client } from "./client.ts";
import type { EngineCalls } from "./protocol.ts";
import type {
  BrushStroke,
  EverythingOptions,
  EverythingProgress,
  MaskCandidate,
  MaskFormat,
  MaskPrompt,
  MaskPreview,
  MaskUnion,
  PicturePixels,
  PictureSize,
  Rle,
  SegmentAnswer,
  SegmentModelInfo,
} from "./types.ts";

/** A loaded model that segments pictures, one at a time. */
export interface SegmentModel {
  readonly info: SegmentModelInfo;
  /**
   * Embeds a picture, after which it can be asked about. The pixels are handed over, not copied. Resolves with the
   * embedding, to be kept for resume(); aborting ends it with `cancelled`, and there is no picture then.
   */
  embed(
    picture: PicturePixels,
    options?: { signal?: AbortSignal; onProgress?: (share: number) => void },
  ): Promise<Float32Array>;
  /** Takes a picture up again by what embed() made of it with the same model. */
  resume(size: PictureSize, embedding: Float32Array): Promise<void>;
  /** The masks that a prompt may mean. */
  segment(prompt: MaskPrompt): Promise<SegmentAnswer>;
  /** The likeliest of them as an outline at the size in which the model sees the picture: fast enough to follow a pointer. */
  preview(prompt: MaskPrompt): Promise<MaskPreview>;
  /**
   * Everything in a picture, by the embedding that embed() gave of it: each thing's mask once. Prompts are answered
   * meanwhile. Aborting ends it with what was found; it is no error.
   */
  everything(
    size: PictureSize,
    embedding: Float32Array,
    options?: EverythingOptions & {
      signal?: AbortSignal;
      onProgress?: (progress: EverythingProgress) => void;
    },
  ): Promise<MaskCandidate[]>;
  unload(): Promise<void>;
}

/** What can be done with masks, whether or not a model is loaded. */
export interface MaskTools {
  /** `tolerance`: pixels that the outlines may stray, none if left out. */
  text(rle: Rle, format: MaskFormat, tolerance?: number): Promise<string>;
  /** 0 or 1 in [rows, width]; all rows of the mask if none are named. */
  pixels(
    rle: Rle,
    first?: number,
    rows?: number,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** What is in any of these masks of one picture, one at least. */
  union(rles: Rle[]): Promise<MaskUnion>;
  /** A mask, or none as yet, with a stroke added or erased. */
  paint(
    rle: Rle | null,
    size: PictureSize,
    stroke: BrushStroke,
  ): Promise<PaintedMask>;
}

export interface PaintedMask {
  area: number;
  box: [number, number, number, number];
  rle: Rle;
  path: string;
}

export function segmentModel(
  client: Client<EngineCalls>,
  info: SegmentModelInfo,
): SegmentModel {
  return {
    info,
    embed(picture, { signal, onProgress } = {}) {
      return client.call("embed", picture, {
        signal,
        ...(onProgress && { onEvent: onProgress }),
        transfer: [picture.pixels.buffer],
        patience: Infinity, // a step of a large encoder takes a slow machine long
      });
    },
    async resume(size, embedding) {
      await client.call("resumePicture", { ...size, embedding });
    },
    segment: (prompt) => client.call("segment", prompt),
    preview: (prompt) => client.call("previewMask", prompt),
    everything(size, embedding, { signal, onProgress, ...options } = {}) {
      return client.call(
        "everything",
        { ...size, embedding, options },
        { signal, ...(onProgress && { onEvent: onProgress }) },
      );
    },
    async unload() {
      await client.call("unload", null);
    },
  };
}
