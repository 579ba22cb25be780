import type { TranscriptSegment } from "../../engine/types.ts";

/** Something found: characters [from, to) of a segment's text. */
export interface Hit {
  segment: number;
  from: number;
  to: number;
}

/** Every place that has the query, without regard to case and accents; blanks stand for any blanks. */
export function findHits(
  segments: readonly TranscriptSegment[],
  query: string,
): Hit[] {
  const wanted = fold(query).text.trim().replace(/\s+/g, " ");
  if (!wanted) return [];
  return segments.flatMap(({ text }, segment) => {
    const { text: folded, places } = fold(text);
    const hits: Hit[] = [];
    for (
      let at = folded.indexOf(wanted);
      at >= 0;
      at = folded.indexOf(wanted, at + wanted.length)
    ) {
      const from = places[at] ?? 0;
      const to = places[at + wanted.length] ?? text.length;
      hits.push({ segment, from, to });
    }
    return hits;
  });
}

/** The words of a segment that a hit touches, of words whose texts joined are the segment's. */
export function wordsOfHit(
  { words }: TranscriptSegment,
  { from, to }: Hit,
): number[] {
  const touched: number[] = [];
  let at = 0;
  words.forEach(({ text }, index) => {
    const begin = at + (text.length - text.trimStart().length);
    at += text.length;
    if (begin < to && at > from) touched.push(index);
  });
  return touched;
}

/** The hit `step` places further, around the end. */
export function nextHit(count: number, at: number, step: number): number {
  return count === 0 ? -1 : (((at + step) % count) + count) % count;
}

/** Lower case without accents, one blank for several; with each character's place in the text, and the end's. */
function fold(text: string): { text: string; places: number[] } {
  let folded = "";
  const places: number[] = [];
  let at = 0;
  for (const char of text) {
    const plain = /\s/.test(char)
      ? folded.endsWith(" ")
        ? ""
        : " "
      : char.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    for (let i = 0; i < plain.length; i += 1) places.push(at);
    folded += plain;
    at += char.length;
  }
  places.push(text.length);
  return { text: folded, places };
}
