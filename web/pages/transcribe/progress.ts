import type { TranscribeEvent } from "../../engine/types.ts";

/** How far a transcription is, in seconds of sound. */
export interface Progress {
  done: number;
  /** That have been read: all of them, before the first is transcribed. */
  read: number;
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
  let most = from; // that was read
  let heard = 0;
  let risen = now; // when more was heard
  return {
    take({ seconds, seconds_done }, at) {
      const read = from + seconds;
      if (seconds_done === 0 && read > most) begun = at; // reading the sound is not transcribing it
      most = read;
      if (seconds_done !== heard) risen = at;
      heard = seconds_done;
      const done = from + heard;
      const all = Math.max(total, read);
      const spent = risen - begun;
      const rate = heard > 0 && spent >= kSettleMs ? heard / (spent / 1000) : 0;
      const left = rate > 0 ? (all - done) / rate - (at - risen) / 1000 : 0;
      return { done, read, total: all, rate, left: Math.max(0, left) };
    },
  };
}

/** '14 × real time', '0.6 × real time'. */
export function rateWords(rate: number): string {
  if (rate <= 0) return "";
  return `${rate < 9.95 ? rate.toFixed(1) : Math.round(rate)} × real time`;
}
