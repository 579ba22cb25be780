import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { TranscriptSegment } from "../engine/types.ts";
import { clock, clockTenths, spokenTime } from "../pages/transcribe/clock.ts";
import { withSource } from "../pages/transcribe/export.ts";
import { kCodes, languageName, sorted } from "../pages/transcribe/languages.ts";
import { createMeter, rateWords } from "../pages/transcribe/progress.ts";
import { splitWords, withText } from "../pages/transcribe/realign.ts";
import {
  createRecording,
  figuresOf,
  segmentAt,
  shifted,
  soundOf,
  textOf,
  titleOfFile,
  wordAt,
} from "../pages/transcribe/recording.ts";
import { findHits, nextHit, wordsOfHit } from "../pages/transcribe/search.ts";
import {
  kDefaultSettings,
  optionsOf,
  parseSettings,
} from "../pages/transcribe/settings.ts";
import { windowOf, zoomed } from "../pages/transcribe/window.ts";

/** A segment of these words, half a second each, from a second on. */
function segment(start: number, text: string): TranscriptSegment {
  const words = splitWords(text).map((word, at) => ({
    ...{ text: word, start: start + at / 2, end: start + (at + 1) / 2 },
    probability: word.includes("shrink") ? 0.3 : 0.9,
  }));
  const end = words.at(-1)?.end ?? start;
  return {
    ...{ start, end, text, words },
    ...{ avg_logprob: -0.2, no_speech_prob: 0 },
  };
}
const said = [
  segment(0, " In the long history of the world,"),
  segment(10, " I do not shrink from this."),
  segment(20, " The Élan of the   WORLD"),
];

test("clock: seconds, minutes, hours, and for the ear", () => {
  expect([0, 61, 3723].map(clock)).toEqual(["0:00", "1:01", "1:02:03"]);
  expect([0, 59.96, 761.04].map(clockTenths)).toEqual([
    "0:00.0",
    "0:59.9",
    "12:41.0",
  ]);
  expect([0, 1, 767, 3601].map(spokenTime)).toEqual([
    "0 seconds",
    "1 second",
    "12 minutes 47 seconds",
    "1 hour 1 second",
  ]);
});

test("realign: words that stay keep their times, new ones share those of the old", () => {
  const before = segment(4, " ask not what your country can do");
  const after = withText(before, " ask not what our own country can do!");
  expect(after.words.map(({ text }) => text).join("")).toBe(after.text);
  expect(after.words.at(-1)).toMatchObject({
    text: " do!",
    start: 7,
    end: 7.5,
  });
  const [our, own] = after.words.slice(3, 5);
  expect(our).toMatchObject({ text: " our", start: 5.5, end: 5.75 });
  expect(own).toMatchObject({ text: " own", start: 5.75, end: 6 });
  expect(own?.probability).toBe(1);
  expect(after.words[0]?.probability).toBe(0.9);
  expect(after.tokens).toEqual([]); // which were another text's
});

test.each([
  ["everything replaced", " wholly other words here"],
  ["words added at the end", " ask not what more can be added"],
  ["words added at the beginning", " But do ask not what"],
  ["one word left", " not"],
  ["only marks", " …"],
])("realign: %s: times go forward and stay inside", (_, text) => {
  const before = segment(4, " ask not what");
  const { words } = withText(before, text);
  expect(words.map((word) => word.text).join("")).toBe(text);
  let at = before.start;
  for (const { start, end } of words) {
    expect(start).toBeGreaterThanOrEqual(at);
    expect(end).toBeGreaterThanOrEqual(start);
    at = end;
  }
  expect(at).toBeLessThanOrEqual(before.end);
});

test("realign: a segment without words stays so", () => {
  const bare = { ...segment(4, " ask"), words: [] };
  expect(withText(bare, " tell")).toEqual({
    ...bare,
    text: " tell",
    tokens: [],
  });
});

test("search: without regard to case, accents and blanks; around the end", () => {
  const hits = findHits(said, "WORLD");
  expect(hits.map(({ segment: at }) => at)).toEqual([0, 2]);
  expect(wordsOfHit(said[0] as TranscriptSegment, hits[0] as never)).toEqual([
    6,
  ]);
  expect(findHits(said, "elan of")).toHaveLength(1);
  const [phrase] = findHits(said, "of the world");
  expect(wordsOfHit(said[0] as TranscriptSegment, phrase as never)).toEqual([
    4, 5, 6,
  ]);
  expect(findHits(said, "of the world")).toHaveLength(2);
  expect(findHits(said, " ")).toEqual([]);
  expect([nextHit(2, 1, 1), nextHit(2, 0, -1), nextHit(0, -1, 1)]).toEqual([
    0, 1, -1,
  ]);
});

test("what is heard at a time: the last that has begun, to the word", () => {
  expect([-1, 0, 9, 10, 99].map((time) => segmentAt(said, time))).toEqual([
    -1, 0, 0, 1, 2,
  ]);
  expect(wordAt(said, 11.2)).toEqual({ segment: 1, word: 2 });
  expect(wordAt(said, 19)).toEqual({ segment: 1, word: 5 });
  expect(wordAt(said, -1)).toBeNull();
  expect(wordAt([], 3)).toBeNull();
});

test("figures count words, and those the model is unsure of", () => {
  expect(figuresOf(said)).toMatchObject({ words: 18, unsure: 1 });
  const bare = said.map((one) => ({ ...one, words: [] }));
  expect(figuresOf(bare)).toEqual({ words: 18, unsure: 0, confidence: 0 });
  expect(figuresOf([])).toEqual({ words: 0, unsure: 0, confidence: 0 });
});

test("a part's times move to its place in the whole", () => {
  const moved = shifted(said[1] as TranscriptSegment, 30);
  expect([moved.start, moved.end, moved.words[1]?.start]).toEqual([
    40, 43, 40.5,
  ]);
  expect(shifted(moved, 0)).toBe(moved);
});

test("names and sound in words", () => {
  expect(titleOfFile("team_meeting 3.final.m4a")).toBe("team meeting 3.final");
  expect(titleOfFile(".wav")).toBe(".wav");
  expect([soundOf(1, 44_100), soundOf(2, 48_000), soundOf(8, 8000)]).toEqual([
    "mono 44.1 kHz",
    "stereo 48 kHz",
    "8 channels 8 kHz",
  ]);
});

test("export: the engine's JSON, and where its text is from", () => {
  const file = { name: "jfk.wav", size: 1 };
  const recording = createRecording("id", "sample", file, "Kennedy", 0);
  const text = textOf(said);
  const engine = JSON.stringify({ text, language: "en", segments: said });
  const json = withSource(engine, { ...recording, seconds: 22.00001 });
  expect(JSON.parse(json)).toEqual({
    text,
    language: "en",
    title: "Kennedy",
    file: "jfk.wav",
    seconds: 22,
    model: "",
    segments: said,
  });
});

test("settings: what is out of range or of another type takes the default", () => {
  expect(parseSettings(null)).toEqual(kDefaultSettings);
  expect(parseSettings("{")).toEqual(kDefaultSettings);
  expect(parseSettings('{"beam":99,"words":"yes","hotwords":"Nixon"}')).toEqual(
    {
      ...kDefaultSettings,
      hotwords: "Nixon",
    },
  );
});

test("settings: an English-only model is not asked for German, nor to translate", () => {
  const english = [{ code: "en", name: "English" }];
  const two = [...english, { code: "de", name: "German" }];
  const wish = {
    ...kDefaultSettings,
    language: "de",
    translate: true,
    hotwords: " ",
  };
  expect(optionsOf(wish, english, false)).toEqual({
    ...{
      language: "en",
      task: "transcribe",
      beam: 5,
      words: true,
      live: false,
    },
  });
  expect(optionsOf(wish, two, true)).toMatchObject({
    ...{ language: "de", task: "translate", live: true, beam: 1 },
  });
  expect(optionsOf({ ...wish, language: "fr" }, two, false).language).toBe(
    "auto",
  );
});

test("progress: reading the sound does not count as transcribing it", () => {
  const meter = createMeter(100, 0, 0);
  expect(meter.take({ seconds: 50, seconds_done: 0 }, 2000).rate).toBe(0);
  expect(meter.take({ seconds: 100, seconds_done: 0 }, 5000).rate).toBe(0);
  expect(meter.take({ seconds: 100, seconds_done: 0 }, 7000).rate).toBe(0);
  expect(meter.take({ seconds: 100, seconds_done: 30 }, 8000)).toEqual({
    ...{ done: 30, read: 100, total: 100, rate: 10, left: 7 },
  });
  // Until more is heard the rate stays, and the time left passes.
  expect(meter.take({ seconds: 100, seconds_done: 30 }, 10_000)).toMatchObject({
    ...{ rate: 10, left: 5 },
  });
  expect([0, 0.62, 9.96, 14.2].map(rateWords)).toEqual([
    ...["", "0.6 × real time", "10 × real time", "14 × real time"],
  ]);
});

test("progress: what goes on from a place counts from there", () => {
  const meter = createMeter(100, 40, 0);
  const progress = meter.take({ seconds: 60, seconds_done: 30 }, 3000);
  expect(progress).toEqual({
    ...{ done: 70, read: 100, total: 100, rate: 10, left: 3 },
  });
});

test("the waveform's window turns its page, and never leaves the recording", () => {
  expect(zoomed(60, 1, 1)).toBe(2);
  expect(zoomed(60, 8, 1)).toBe(8);
  expect(zoomed(60, 1, -1)).toBe(1);
  const whole = windowOf(60, 1, 30, { from: 0, to: 0 });
  expect(whole).toEqual({ from: 0, to: 60 });
  const near = windowOf(60, 4, 30, whole);
  expect(near).toEqual({ from: 22.5, to: 37.5 });
  expect(windowOf(60, 4, 31, near)).toBe(near);
  expect(windowOf(60, 4, 38, near)).toEqual({ from: 38, to: 53 });
  expect(windowOf(60, 4, 59, near)).toEqual({ from: 45, to: 60 });
});

test("languages are those of the engine, and are shown by their names", () => {
  const source = readFileSync(
    new URL("../../models/whisper_tokens.cpp", import.meta.url),
    "utf8",
  );
  const table = /kLanguages = [^;]*;/.exec(source)?.[0] ?? "";
  const codes = [...table.matchAll(/\{"(\w+)", *"/g)].map(([, code]) => code);
  expect(kCodes).toEqual(codes);
  expect(sorted(["de", "zh", "en"]).map(languageName)).toEqual([
    ...["Chinese", "English", "German"],
  ]);
});
