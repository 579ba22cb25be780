import type { TranscriptSegment, TranscriptWord } from "../../engine/types.ts";

/**
 * A segment with another text. Words that stay keep their times; new ones share the time of those they replace, in
 * proportion to their letters, and are certain: a person wrote them.
 */
export function withText(
  segment: TranscriptSegment,
  text: string,
): TranscriptSegment {
  const wanted = splitWords(text);
  const edited = { ...segment, text, tokens: [] }; // which were those of the model's text
  if (segment.words.length === 0) return edited;
  const before = segment.words;
  const words: TranscriptWord[] = [];
  let old = 0;
  let fresh = 0;
  const replace = (oldEnd: number, freshEnd: number) => {
    const [start, end] = spanOf(segment, old, oldEnd);
    words.push(...spread(wanted.slice(fresh, freshEnd), start, end));
    old = oldEnd;
    fresh = freshEnd;
  };
  for (const [oldAt, freshAt] of common(before.map(keyOf), wanted.map(key))) {
    replace(oldAt, freshAt);
    const kept = before[oldAt];
    const now = wanted[freshAt];
    if (kept && now !== undefined) words.push({ ...kept, text: now });
    old = oldAt + 1;
    fresh = freshAt + 1;
  }
  replace(before.length, wanted.length);
  return { ...edited, words };
}

/** Segments of which one has another text; an empty one removes it. */
export function withSegmentText(
  segments: readonly TranscriptSegment[],
  at: number,
  text: string,
): TranscriptSegment[] {
  return segments.flatMap((segment, index) => {
    if (index !== at) return [segment];
    const blank = segment.text.startsWith(" ") ? " " : "";
    return text.trim() ? [withText(segment, blank + text.trim())] : [];
  });
}

/** Words with the blanks before them, as the engine has them; joined they are the text. */
export function splitWords(text: string): string[] {
  const words = text.match(/\s*\S+/g) ?? [];
  return words;
}

/** What makes two words the same: not their case, nor the marks around them. */
function key(text: string): string {
  const bare = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  return bare || text.trim();
}
const keyOf = ({ text }: TranscriptWord) => key(text);

/** The time of the words from `first` to `end`; of none, the gap between its neighbours. */
function spanOf(
  { start, end, words }: TranscriptSegment,
  first: number,
  last: number,
): [number, number] {
  if (first < last)
    return [words[first]?.start ?? start, words[last - 1]?.end ?? end];
  return [words[first - 1]?.end ?? start, words[first]?.start ?? end];
}

function spread(texts: string[], start: number, end: number): TranscriptWord[] {
  const letters = texts.reduce((sum, text) => sum + text.trim().length, 0);
  let at = start;
  return texts.map((text) => {
    const from = at;
    at += ((end - start) * text.trim().length) / letters;
    return { text, start: from, end: at, probability: 1 };
  });
}

/** The longest common subsequence, as pairs of places. Segments have tens of words, so the plain table will do. */
function common(a: string[], b: string[]): [number, number][] {
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  const of = (i: number, j: number) => length[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      length[i * width + j] =
        a[i] === b[j]
          ? of(i + 1, j + 1) + 1
          : Math.max(of(i + 1, j), of(i, j + 1));
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (of(i + 1, j) >= of(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}
