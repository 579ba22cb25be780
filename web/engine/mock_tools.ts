/** Keeps the thread busy, as work would. */
export function wait(ms: number): number {
  const start = performance.now();
  while (performance.now() - start < ms);
  return performance.now() - start;
}

export function idOf(text: string): number {
  let hash = 7;
  for (const char of text)
    hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 49_152;
  return hash;
}

/** Mulberry32: a small seeded generator, uniform in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
