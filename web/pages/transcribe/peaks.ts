import { kSampleRate } from "../../engine/samples.ts";

/** Loudest sample of each stretch of 20 ms, as the square root in a byte, so that quiet speech keeps its shape. */
export const kPeaksPerSecond = 50;
const kHop = kSampleRate / kPeaksPerSecond;

export interface Peaks {
  add(samples: Float32Array): void;
  /** Of what has been added so far. Replaced by a longer one when it grows; never written to after it was given. */
  values(): Uint8Array<ArrayBuffer>;
}

export function createPeaks(): Peaks {
  let store = new Uint8Array(kPeaksPerSecond * 60);
  let count = 0; // samples
  let loudest = 0;

  return {
    add(samples) {
      for (const sample of samples) {
        loudest = Math.max(loudest, Math.abs(sample));
        count += 1;
        if (count % kHop > 0) continue;
        const at = count / kHop - 1;
        if (at >= store.length) {
          const longer = new Uint8Array(store.length * 2);
          longer.set(store);
          store = longer;
        }
        store[at] = Math.round(255 * Math.sqrt(Math.min(1, loudest)));
        loudest = 0;
      }
    },
    values: () => store.slice(0, Math.floor(count / kHop)),
  };
}

/** The square root of 0.01, a hundredth of full scale. */
const kQuiet = 0.1;

/** Whether no sample reaches a hundredth of full scale. */
export function isQuiet(peaks: Uint8Array): boolean {
  return peaks.every((peak) => peak < 255 * kQuiet);
}

/** Heights from 0 to 1 of `count` bars over a stretch in seconds; 0 where nothing has been heard yet. */
export function bars(
  peaks: Uint8Array,
  from: number,
  to: number,
  count: number,
): Float32Array {
  const heights = new Float32Array(count);
  const scale = 1 / Math.max(1, loudestOf(peaks));
  const first = from * kPeaksPerSecond;
  const step = ((to - from) * kPeaksPerSecond) / count;
  for (let bar = 0; bar < count; bar += 1) {
    const begin = Math.floor(first + bar * step);
    const end = Math.max(begin + 1, Math.floor(first + (bar + 1) * step));
    let high = 0;
    for (let at = begin; at < end; at += 1)
      high = Math.max(high, peaks[at] ?? 0);
    heights[bar] = (high * scale) ** 2;
  }
  return heights;
}

/** The loudest but for the top half percent, so that one bang does not flatten an hour of speech. */
function loudestOf(peaks: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const peak of peaks) counts[peak] = (counts[peak] ?? 0) + 1;
  let rest = Math.floor(peaks.length / 200);
  for (let level = 255; level > 0; level -= 1) {
    rest -= counts[level] ?? 0;
    if (rest < 0) return level;
  }
  return 0;
}

/** The bars as strokes of an SVG path, `pitch` apart, around the middle of `height`. */
export function pathOfBars(
  heights: Float32Array,
  pitch: number,
  height: number,
): string {
  const middle = height / 2;
  let path = "";
  heights.forEach((share, bar) => {
    const x = (bar + 0.5) * pitch;
    const reach = 1.1 + share * (middle - 2.4); // silence is a dot
    path += `M${x.toFixed(1)} ${(middle - reach).toFixed(1)}V${(middle + reach).toFixed(1)}`;
  });
  return path;
}
