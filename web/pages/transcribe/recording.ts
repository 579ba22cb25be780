import type { TranscriptSegment, TranscriptWord } from "../../engine/types.ts";

/** Where the sound came from. */
export type Origin = "file" | "sample" | "microphone";

/** A recording and what has been made of it. All functions return a new one. */
export interface Recording {
  id: string;
  title: string;
  created: number;
  updated: number;
  origin: Origin;
  /** Of the file, to know it again when it is chosen once more. */
  file: { name: string; size: number };
  /** Seconds, or 0 until known. */
  seconds: number;
  /** '2 channels, 44.1 kHz', in words. */
  sound: string;
  /** See peaks.ts. */
  peaks: Uint8Array<ArrayBuffer>;
  /** Seconds that are transcribed; whether that is all. */
  done: number;
  complete: boolean;
  segments: TranscriptSegment[];
  language: string | null;
  model: string;
  /** Why it ended early, in words; empty if it did not. */
  problem: string;
}

export function createRecording(
  id: string,
  origin: Origin,
  file: { name: string; size: number },
  title: string,
  now: number,
): Recording {
  return {
    ...{ id, title, created: now, updated: now, origin, file },
    ...{ seconds: 0, sound: "", peaks: new Uint8Array(0) },
    ...{ done: 0, complete: false, segments: [], language: null },
    ...{ model: "", problem: "" },
  };
}

/** The place of a word. */
export interface WordAt {
  segment: number;
  word: number;
}

/** The segment that is heard at a time: the last that has begun. -1 before the first. */
export function segmentAt(
  segments: readonly TranscriptSegment[],
  time: number,
): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.start ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The word that is heard at a time, or the last one before a pause; -1 in a segment without times of words. */
export function wordAt(
  segments: readonly TranscriptSegment[],
  time: number,
): WordAt | null {
  const segment = segmentAt(segments, time);
  const found = segments[segment];
  if (!found) return null;
  const word = found.words.findLastIndex(({ start }) => start <= time);
  return { segment, word };
}

/** Below this a word counts as unsure. */
export const kUnsure = 0.5;

export function isUnsure({ probability }: TranscriptWord): boolean {
  return probability < kUnsure;
}

export interface Figures {
  words: number;
  unsure: number;
  /** Mean probability of the words; 0 where none is known. */
  confidence: number;
}

export function figuresOf(segments: readonly TranscriptSegment[]): Figures {
  let count = 0;
  let unsure = 0;
  let sum = 0;
  let known = 0;
  for (const { text, words } of segments) {
    count += words.length || (text.match(/\S+/g)?.length ?? 0);
    known += words.length;
    for (const word of words) {
      if (isUnsure(word)) unsure += 1;
      sum += word.probability;
    }
  }
  return { words: count, unsure, confidence: known > 0 ? sum / known : 0 };
}

export function textOf(segments: readonly TranscriptSegment[]): string {
  return segments.map(({ text }) => text.trim()).join("\n");
}

/** Later by `seconds`: what was heard of a part, at its place in the whole. */
export function shifted(
  segment: TranscriptSegment,
  seconds: number,
): TranscriptSegment {
  if (seconds === 0) return segment;
  const move = <T extends { start: number; end: number }>(part: T): T => ({
    ...part,
    start: part.start + seconds,
    end: part.end + seconds,
  });
  return { ...move(segment), words: segment.words.map(move) };
}

/** A file's name without its extension and with blanks, as a title. */
export function titleOfFile(name: string): string {
  const stem = name.replace(/\.[a-z0-9]{1,5}$/i, "");
  return stem.replace(/[_\s]+/g, " ").trim() || name;
}

/** '2 channels, 44.1 kHz'. */
export function soundOf(channels: number, rate: number): string {
  const width =
    channels === 1
      ? "mono"
      : channels === 2
        ? "stereo"
        : `${channels} channels`;
  return `${width} ${Number((rate / 1000).toFixed(1))} kHz`;
}
