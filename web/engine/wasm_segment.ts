import type { SegmentCore } from "./core.ts";
import { WickError } from "./errors.ts";
import type {
  MaskCandidate,
  MaskUnion,
  MaskPrompt,
  PictureSize,
  Rle,
  SegmentModelInfo,
} from "./types.ts";
import { checked, engineFacts, failure, toJson } from "./wasm_calls.ts";
import type { Module } from "./wasm_module.ts";

/** How far a shown outline may stray from its mask, in pixels of the picture as large as a screen is wide. */
const kShownTolerance = 0.75;
const kShownSide = 2048;

/** WICK_MASK_LOGITS of wasm/wick.h. */
const kMaskLogits = 256 * 256;

export interface WasmSegment {
  core: SegmentCore;
  info(): SegmentModelInfo;
  /** Takes over a loader that is done. */
  take(loader: number, bytes: number): void;
  free(): void;
}

/** Pictures to masks by the module; `step` is memory for a step's figures. */
export function createWasmSegment(
  module: Module,
  engine: number,
  step: number,
): WasmSegment {
  let loader = 0;
  let segmenter = 0;
  let everything = 0;
  /** Outlines of what it has found, by the run lengths. */
  let outlines = new Map<string, string>();
  let model: SegmentModelInfo | null = null;

  function info(): SegmentModelInfo {
    if (!model)
      throw new WickError(
        "bad_argument",
        "No model that segments pictures is loaded.",
      );
    return model;
  }

  function freeEverything(): void {
    module._wick_everything_free(everything);
    everything = 0;
    outlines = new Map();
  }

  const told = <Value>(length: number) =>
    JSON.parse(module.lastText(checked(module, length))) as Value;

  function ask({ points, box, mask }: MaskPrompt): {
    iou: number[];
    best: number;
  } {
    info();
    const prompt = {
      points: points.map(({ x, y, inside }) => [x, y, inside ? 1 : 0]),
      box: box ?? null,
    };
    const answer = (earlier: number) =>
      module.withTexts([toJson(prompt)], (at) =>
        told<{ iou: number[]; best: number }>(
          module._wick_segmenter_prompt(segmenter, at ?? 0, earlier),
        ),
      );
    if (!mask) return answer(0);
    if (mask.length !== kMaskLogits)
      throw new WickError(
        "bad_argument",
        `A mask of ${mask.length} logits, expected ${kMaskLogits}.`,
      );
    return module.withSamples(mask, answer);
  }

  function maskText(rle: object, format: string, tolerance: number): string {
    const texts = [toJson(rle), format];
    const length = module.withTexts(texts, (first, second) =>
      module._wick_mask_text(first ?? 0, second ?? 0, tolerance),
    );
    return module.lastText(checked(module, length));
  }

  function candidate(index: number): MaskCandidate {
    const mask = told<Omit<MaskCandidate, "path">>(
      module._wick_segmenter_mask(segmenter, index),
    );
    return { ...mask, path: shownPath(mask.rle) };
  }

  function shownPath(rle: Rle): string {
    const scale = Math.max(1, Math.max(...rle.size) / kShownSide);
    return maskText(rle, "svg", kShownTolerance * scale);
  }

  function logits(index: number): Float32Array {
    const bytes = new Uint8Array(4 * kMaskLogits);
    module.withRoom(bytes, (at) =>
      checked(module, module._wick_segmenter_logits(segmenter, index, at)),
    );
    return new Float32Array(bytes.buffer);
  }

  function found(): MaskCandidate[] {
    const masks = told<Omit<MaskCandidate, "path">[]>(
      module._wick_everything_masks(everything),
    );
    return masks.map((mask) => {
      const path = outlines.get(mask.rle.counts) ?? shownPath(mask.rle);
      outlines.set(mask.rle.counts, path);
      return { ...mask, path };
    });
  }

  return {
    info,
    take(ready, file_bytes) {
      loader = ready;
      const { name } = told<{ name: string }>(
        module._wick_segment_info(loader),
      );
      segmenter = module._wick_segmenter_new(loader);
      if (segmenter === 0) throw failure(module, "bad_file", name);
      const { memory_bytes } = engineFacts(module, engine);
      model = { name, file_bytes, memory_bytes };
    },
    free() {
      freeEverything();
      module._wick_segmenter_free(segmenter);
      module._wick_load_free(loader);
      loader = segmenter = 0;
      model = null;
    },
    core: {
      pictureBegin({ width, height, pixels, of }) {
        info();
        const size = of ?? { width, height };
        module.withBytes(pixels, (at) =>
          checked(
            module,
            module._wick_segmenter_start(
              ...([segmenter, at, width, height] as const),
              ...([size.width, size.height] as const),
            ),
          ),
        );
      },
      pictureStep() {
        const more = checked(
          module,
          module._wick_segmenter_step(segmenter, step),
        );
        return more > 0 ? module.view(step, 8).getFloat64(0, true) : 1;
      },
      pictureEmbedding() {
        const count = checked(
          module,
          module._wick_segmenter_embedding(segmenter, 0, 0),
        );
        const bytes = new Uint8Array(4 * count);
        module.withRoom(bytes, (at) =>
          checked(
            module,
            module._wick_segmenter_embedding(segmenter, at, count),
          ),
        );
        return new Float32Array(bytes.buffer);
      },
      pictureResume({ width, height, embedding }) {
        info();
        module.withSamples(embedding, (at) =>
          checked(
            module,
            module._wick_segmenter_resume(
              segmenter,
              width,
              height,
              at,
              embedding.length,
            ),
          ),
        );
      },
      segment(prompt) {
        const { iou, best } = ask(prompt);
        const offered = offeredOf(iou, best);
        const candidates = offered.map(candidate);
        return {
          candidates,
          best: offered.indexOf(best),
          logits: offered.map(logits),
        };
      },
      maskPreview(prompt) {
        const { iou, best } = ask(prompt);
        const outline = told<{ path: string; size: [number, number] }>(
          module._wick_segmenter_preview(segmenter, best),
        );
        return { ...outline, iou: Math.min(1, iou[best] ?? 0) };
      },
      everythingBegin({ width, height, embedding }, options) {
        info();
        freeEverything();
        everything = module.withTexts([toJson(options)], (asked) =>
          module.withSamples(embedding, (at) =>
            module._wick_everything_new(
              ...([loader, width, height, at, embedding.length] as const),
              ...([0, asked ?? 0] as const),
            ),
          ),
        );
        if (everything === 0) throw failure(module, "bad_argument");
      },
      everythingStep() {
        if (everything === 0)
          throw new WickError("bad_argument", "No search has been begun.");
        const more = checked(
          module,
          module._wick_everything_step(everything, step),
        );
        // A model's last step may be one that is still to tidy up.
        const share = module.view(step, 8).getFloat64(0, true);
        return more > 0 ? Math.min(share, 0.999) : 1;
      },
      everythingFound: found,
      everythingEnd() {
        const masks = found();
        freeEverything();
        return masks;
      },
      maskText,
      maskPixels(rle, first, rows) {
        const bytes = new Uint8Array(rle.size[1] * rows);
        module.withTexts([toJson(rle)], (text) =>
          module.withRoom(bytes, (at) =>
            checked(
              module,
              module._wick_mask_pixels(
                ...([text ?? 0, first, rows, at, bytes.length] as const),
              ),
            ),
          ),
        );
        return bytes;
      },
      maskUnion: (rles) =>
        module.withTexts([toJson(rles)], (at) =>
          told<MaskUnion>(module._wick_mask_union(at ?? 0)),
        ),
      maskPaint(rle, size, { places, radius, erase }) {
        const stroke = { places: places.map(({ x, y }) => [x, y]), radius };
        const texts = [toJson(rle ?? noMask(size)), toJson(stroke)];
        const mask = module.withTexts(texts, (first, second) =>
          told<Omit<MaskCandidate, "path" | "iou" | "stability">>(
            module._wick_mask_paint(first ?? 0, second ?? 0, erase ? 1 : 0),
          ),
        );
        return { ...mask, path: shownPath(mask.rle) };
      },
    },
  };
}

/**
 * Which of the four masks to choose from: the three for one point, or the one that many points or a box mean and the
 * two likeliest of the others.
 */
export function offeredOf(iou: readonly number[], best: number): number[] {
  const others = [1, 2, 3];
  if (best !== 0) return others;
  const likeliest = others.toSorted((a, b) => (iou[b] ?? 0) - (iou[a] ?? 0));
  return [0, ...likeliest.slice(0, 2)];
}

/** A mask without pixels: one run, as COCO packs its length. */
export function noMask({ width, height }: PictureSize): Rle {
  let counts = "";
  let left = width * height;
  for (;;) {
    const bits = left & 31;
    left >>= 5;
    const more = left > 0 || bits > 15; // the fifth bit would be a sign
    counts += String.fromCharCode(48 + bits + (more ? 32 : 0));
    if (!more) return { size: [height, width], counts };
  }
}
