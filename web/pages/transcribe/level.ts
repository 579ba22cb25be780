/** How loud a microphone is, for a meter. */
export interface Level {
  /** Decibels below full scale, -60 to 0: now, and the loudest of the last second or so. */
  now: number;
  peak: number;
}

export const kQuiet = -60;
export const kSilent: Level = { now: kQuiet, peak: kQuiet };
/** Both fall by this many decibels a second, as meters do. */
const kFall = 24;

export function nextLevel(
  before: Level,
  samples: Float32Array,
  seconds: number,
): Level {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const heard =
    samples.length > 0 ? decibels(Math.sqrt(sum / samples.length)) : kQuiet;
  return {
    now: Math.max(heard, before.now - 2 * kFall * seconds, kQuiet),
    peak: Math.max(heard, before.peak - kFall * seconds, kQuiet),
  };
}

export function decibels(amplitude: number): number {
  return amplitude > 0 ? Math.max(kQuiet, 20 * Math.log10(amplitude)) : kQuiet;
}

/** How many of `bars` are lit at a level. */
export function litBars(db: number, bars: number): number {
  return Math.round(((db - kQuiet) / -kQuiet) * bars);
}
