/** The stretch of a recording that the waveform shows, in seconds. */
export interface Window {
  from: number;
  to: number;
}

/** The closest look: 5 seconds. */
const kLeast = 5;

/** The next power of two in or out. */
export function zoomed(seconds: number, zoom: number, step: 1 | -1): number {
  const next = step > 0 ? zoom * 2 : zoom / 2;
  return next < 1 || seconds / next < kLeast ? zoom : next;
}

/** Stays while the time is inside; else turns the page, so that it does not crawl. */
export function windowOf(
  seconds: number,
  zoom: number,
  time: number,
  before: Window,
): Window {
  const width = seconds / zoom;
  const same = Math.abs(before.to - before.from - width) < 1e-6;
  if (same && time >= before.from && time <= before.to) return before;
  const forward = same && time > before.to;
  const wanted = forward ? time : time - width / 2;
  const from = Math.min(Math.max(0, wanted), seconds - width);
  return { from, to: from + width };
}
