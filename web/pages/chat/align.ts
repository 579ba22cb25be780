import type { Token } from "../../engine/types.ts";

// A rendered character is looked for this far ahead in the source; syntax between two visible ones is shorter, but
// for the address of a link.
const kReach = 600;

/**
 * For each character of the rendered text, where it stands in the Markdown source. Rendering only leaves out syntax
 * and changes white space, so walking both texts in step finds every letter; one that rendering has made up (from an
 * entity, say) takes the place of the one before it.
 */
export function alignToSource(rendered: string, source: string): Uint32Array {
  const places = new Uint32Array(rendered.length);
  let at = 0;
  for (let i = 0; i < rendered.length; i += 1) {
    const char = rendered.charAt(i);
    if (/\s/.test(char)) {
      places[i] = Math.min(at, Math.max(0, source.length - 1));
      if (/\s/.test(source.charAt(at))) at += 1;
      continue;
    }
    const found = source.indexOf(char, at);
    if (found >= 0 && found - at <= kReach) {
      places[i] = found;
      at = found + 1;
    } else {
      places[i] = Math.max(0, at - 1);
    }
  }
  return places;
}

/** The start of each token in the text, in characters, and the end of the last. */
export function tokenStarts(
  tokens: readonly Token[],
  from: number,
): Uint32Array {
  const starts = new Uint32Array(tokens.length + 1);
  let at = from;
  tokens.forEach((token, index) => {
    starts[index] = at;
    at += token.text.length;
  });
  starts[tokens.length] = at;
  return starts;
}

/** The token that holds a place in the text, or -1. Tokens without text are passed over. */
export function tokenAt(starts: Uint32Array, place: number): number {
  for (let index = 0; index + 1 < starts.length; index += 1) {
    if (place >= (starts[index] ?? 0) && place < (starts[index + 1] ?? 0))
      return index;
  }
  return -1;
}

/** The stretch of rendered characters [from, to) that stand for a token's non-blank characters, or null. */
export function renderedRange(
  places: Uint32Array,
  rendered: string,
  from: number,
  to: number,
): [number, number] | null {
  let first = -1;
  let last = -1;
  for (let i = 0; i < places.length; i += 1) {
    const place = places[i] ?? 0;
    if (place < from || place >= to || /\s/.test(rendered.charAt(i))) continue;
    if (first < 0) first = i;
    last = i;
  }
  return first < 0 ? null : [first, last + 1];
}
