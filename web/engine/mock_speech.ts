import type { SpeechCore } from "./core.ts";
import { WickError } from "./errors.ts";
import { idOf, randomOf, wait } from "./mock_tools.ts";
import { kSampleRate } from "./samples.ts";
import type {
  SpeechModelInfo,
  TranscribeEvent,
  TranscribeOptions,
  TranscriptFormat,
  TranscriptSegment,
  TranscriptWord,
} from "./types.ts";

const kSentences = [
  " And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
  " The boat that nobody owned lay on the beach all winter.",
  " Whoever needed it took it out, and whoever brought it back mended one thing before going home.",
  " On the longest night of the year the oil ran low.",
  " Every house in the village sent a cup of its own.",
];
const kPause = 0.7;
const kLanguages = [
  { code: "en", name: "English" },
  { code: "de", name: "German" },
  { code: "es", name: "Spanish" },
  { code: "fr", name: "French" },
  { code: "ja", name: "Japanese" },
];

export function mockSpeechInfo(name: string, bytes: number): SpeechModelInfo {
  return {
    name: name.replace(/\.model\.bin$|\.\w+$/, ""),
    architecture: "whisper",
    quantisation: "Q8_0",
    file_quantisation: "F16",
    languages: /\.en\b/.test(name) ? kLanguages.slice(0, 1) : kLanguages,
    file_bytes: bytes,
    memory_bytes: bytes,
  };
}

/**
 * Hears the same few sentences in every recording, over and over until it ends, and nothing in one of zeros. The
 * hotword `trap` breaks the module off.
 */
export function createMockSpeech(
  stepMs: number,
  model: () => SpeechModelInfo,
): SpeechCore {
  let options: TranscribeOptions = {};
  let samples = 0;
  let heard = false;
  let finished = false;
  let language: string | null = null;
  let sentence = 0;
  let words: TranscriptWord[] = []; // of the sentence, those still to be heard
  let spoken: TranscriptWord[] = [];
  let done = 0; // seconds

  function nextSentence(): void {
    words = wordsOf(
      kSentences[sentence % kSentences.length] ?? "",
      done + kPause,
    );
    spoken = [];
    sentence += 1;
  }

  function settle(): TranscriptSegment[] {
    const [first] = spoken;
    if (!first) return [];
    const text = spoken.map((word) => word.text).join("");
    const end = spoken.at(-1)?.end ?? first.end;
    return [
      {
        ...{ start: first.start, end, text },
        ...{ avg_logprob: -0.24, no_speech_prob: 0.01 },
        ...{ temperature: 0, compression_ratio: 1.4 },
        tokens: spoken.map((word) => idOf(word.text)),
        words: options.words ? spoken : [],
      },
    ];
  }

  const event = (segments: TranscriptSegment[] = []): TranscribeEvent => ({
    segments,
    preview: spoken.map((word) => word.text).join(""),
    seconds_done: done,
    seconds: samples / kSampleRate,
    language,
  });

  return {
    speechBegin(asked) {
      const { languages } = model();
      const wanted = asked.language ?? "auto";
      const known = languages.find(
        ({ code, name }) =>
          code === wanted || name.toLowerCase() === wanted.toLowerCase(),
      );
      if (wanted !== "auto" && !known)
        throw new WickError(
          "bad_argument",
          `[transcribe] the model does not know ${wanted}.`,
        );
      if (asked.hotwords === "trap")
        throw new WebAssembly.RuntimeError("unreachable");
      options = asked;
      language = known?.code ?? null;
      samples = sentence = done = 0;
      heard = finished = false;
      spoken = [];
      nextSentence();
    },
    speechPush(part) {
      if (!part.every(Number.isFinite))
        throw new WickError(
          "bad_argument",
          "[transcribe] the recording holds samples that are no numbers.",
        );
      samples += part.length;
      heard ||= part.some((sample) => sample !== 0);
    },
    speechFinish() {
      finished = true;
    },
    speechStep() {
      const seconds = samples / kSampleRate;
      if (!finished && !options.live) return { state: "waiting", ...event() };
      const next = words[0];
      if (next && heard && next.end <= seconds) {
        wait(stepMs);
        language ??= "en";
        spoken.push(next);
        done = next.end;
        words.shift();
        if (words.length > 0) return { state: "working", ...event() };
        const segments = settle();
        nextSentence();
        return { state: "working", ...event(segments) };
      }
      if (!finished) return { state: "waiting", ...event() };
      const segments = settle();
      spoken = [];
      done = seconds;
      return { state: "done", ...event(segments) };
    },
    transcriptText: textOf,
  };
}

/** A pace of some twelve letters a second. */
function wordsOf(text: string, begin: number): TranscriptWord[] {
  const random = randomOf(text.length);
  let at = begin;
  return (text.match(/\s*\S+/g) ?? []).map((word) => {
    const start = at;
    const end = start + 0.11 + 0.055 * word.length;
    at = end + (/[,.]$/.test(word) ? 0.3 : 0.02);
    const probability = 0.55 + 0.44 * random();
    return { text: word, start, end, probability };
  });
}

function textOf(
  segments: TranscriptSegment[],
  format: TranscriptFormat,
  language: string,
): string {
  if (format === "json") {
    const text = segments.map((segment) => segment.text).join("");
    return JSON.stringify({ text, language, segments });
  }
  const stamp = (seconds: number, mark: string) =>
    new Date(Math.round(seconds * 1000))
      .toISOString()
      .slice(11, 23)
      .replace(".", mark);
  const ms = (seconds: number) => Math.round(seconds * 1000);
  const line = ({ start, end, text }: TranscriptSegment, number: number) => {
    const words = text.trim();
    switch (format) {
      case "srt":
        return `${number + 1}\n${stamp(start, ",")} --> ${stamp(end, ",")}\n${words}\n\n`;
      case "vtt":
        return `${stamp(start, ".")} --> ${stamp(end, ".")}\n${words}\n\n`;
      case "tsv":
        return `${ms(start)}\t${ms(end)}\t${words}\n`;
      case "txt":
        return `${words}\n`;
    }
  };
  const head = {
    txt: "",
    srt: "",
    vtt: "WEBVTT\n\n",
    tsv: "start\tend\ttext\n",
  };
  return head[format] + segments.map(line).join("");
}
