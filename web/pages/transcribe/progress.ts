import type { TranscribeEvent } from "../../engine/types.ts";

/** How far a transcription is, in seconds of sound. */
export interface Progress {
  done: number;
  /** Of all there is, as far as is known. */
  total: number;
  /** Seconds of sound in a second; 0 until it can be told. */
  rate: number;
  /** Seconds of waiting that are left; 0 until it can be told. */
  left: number;
}

export interface Meter {
  take(
    event: Pick<TranscribeEvent, "seconds" | "seconds_done">,
    at: number,
  ): Progress;
}

// The first window of half a minute alone tells little of the speed of a short recording's rest.
const kSettleMs = 400;

/** `total` as the file says, 0 if it does not; `from` is where it goes on. Times in ms. */
export function createMeter(total: number, from: number, now: number): Meter {
  let begun = now;
  return {
    take({ seconds, seconds_done }, at) {
      if (seconds_done === 0) begun = at; // reading the sound is not transcribing it
      const done = from + seconds_done;
      const all = Math.max(total, from + seconds);
      const spent = (at - begun) / 1000;
      const rate =
        seconds_done > 0 && at - begun >= kSettleMs ? seconds_done / spent : 0;
      return {
        done,
        total: all,
        rate,
        left: rate > 0 ? (all - done) / rate : 0,
      };
    },
  };
}

/** '14 × real time', '0.6 × real time'. */
export function rateWords(rate: number): string {
  if (rate <= 0) return "";
  return `${rate < 9.95 ? rate.toFixed(1) : Math.round(rate)} × real time`;
}
