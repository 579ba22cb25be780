/** Speed and time left of a transfer, smoothed over the last few seconds. */
export interface SpeedMeter {
  /** Bytes done at a time in ms; returns bytes per second and seconds left, 0 until it can be told. */
  measure(
    done: number,
    total: number,
    now: number,
  ): { speed: number; left: number };
}

const kWindowMs = 4000;

export function createSpeedMeter(): SpeedMeter {
  let marks: { done: number; at: number }[] = [];
  return {
    measure(done, total, now) {
      marks.push({ done, at: now });
      marks = marks.filter(({ at }) => now - at <= kWindowMs);
      const first = marks[0];
      if (!first || now - first.at < 250) return { speed: 0, left: 0 };
      const speed = ((done - first.done) / (now - first.at)) * 1000;
      return { speed, left: speed > 0 ? (total - done) / speed : 0 };
    },
  };
}
