import { createPeaks } from "./peaks.ts";
import type { Recording } from "./recording.ts";
import { kSampleRate } from "../../engine/samples.ts";

type Measure = Pick<Recording, "seconds" | "peaks">;
const kDrawMs = 250;

/** Passes sound on, and shows its length and waveform as they grow; `over` when that is all of it. */
export async function* measured(
  pieces: AsyncIterable<Float32Array>,
  show: (measure: Measure, over: boolean) => void,
): AsyncGenerator<Float32Array, void, void> {
  const peaks = createPeaks();
  let samples = 0;
  let drawn = 0;
  const draw = (over: boolean) => {
    drawn = performance.now();
    show({ seconds: samples / kSampleRate, peaks: peaks.values() }, over);
  };
  for await (const piece of pieces) {
    peaks.add(piece);
    samples += piece.length;
    if (performance.now() - drawn > kDrawMs) draw(false);
    yield piece;
  }
  draw(true);
}
