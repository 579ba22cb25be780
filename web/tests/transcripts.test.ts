import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import type { SpeechModel } from "../engine/api.ts";
import { WickError } from "../engine/errors.ts";
import { createStream } from "../engine/stream.ts";
import type {
  TranscribeEvent,
  TranscribeOptions,
  TranscribeStats,
} from "../engine/types.ts";
import type { SpeechRoom } from "../pages/engine_room.ts";
import {
  memoryRecordings,
  openRecordings,
  type Recordings,
} from "../pages/transcribe/recordings.ts";
import { kSampleRate } from "../engine/samples.ts";
import { createSession } from "../pages/transcribe/session.ts";
import { kDefaultSettings } from "../pages/transcribe/settings.ts";
import type { Sound } from "../pages/transcribe/sound.ts";
import { settle } from "./tools.ts";

const asked: TranscribeOptions[] = [];
let missing: Error | null = null;
let pace = 0; // ms a second of sound

/** Hears "one", "two", ... in every second of sound. */
const model = {
  info: { languages: [{ code: "en", name: "English" }] },
  transcribe: (
    audio: AsyncIterable<Float32Array>,
    options: TranscribeOptions = {},
    signal?: AbortSignal,
  ) =>
    createStream<TranscribeEvent, TranscribeStats>(async (push) => {
      asked.push(options);
      let samples = 0;
      for await (const piece of audio) {
        if (signal?.aborted) break;
        samples += piece.length;
      }
      const seconds = samples / kSampleRate;
      const names = ["one", "two", "three", "four", "five", "six"];
      let done = 0;
      while (done + 1 <= seconds && !signal?.aborted) {
        if (pace > 0) await new Promise((resolve) => setTimeout(resolve, pace));
        else await settle();
        const part = { start: done, end: done + 1, text: ` ${names[done]}` };
        const segment = { ...part, avg_logprob: 0, no_speech_prob: 0 };
        const words = [{ ...part, probability: 0.9 }];
        done += 1;
        push({
          ...{ segments: [{ ...segment, words }], preview: "" },
          ...{ seconds_done: done, seconds, language: "en" },
        });
      }
      const stop_reason = signal?.aborted ? "cancelled" : "end";
      return { seconds: done, transcribe_ms: 1, stop_reason };
    }),
} as unknown as SpeechModel;

const room = {
  get state() {
    return { value: { title: "Whisper tiny", model: missing ? null : model } };
  },
  ensure: () => (missing ? Promise.reject(missing) : Promise.resolve(model)),
  report: () => undefined,
  forget: () => undefined,
  cancelLoad: () => undefined,
} as unknown as SpeechRoom;

/** The file's size is its length in seconds, a wav lasts two; those whose names begin with "bad" are none. */
function openSound(file: File): Promise<Sound> {
  if (file.name.startsWith("bad"))
    return Promise.reject(new WickError("bad_file", `${file.name}: no sound.`));
  const seconds = file.name.endsWith(".wav") ? 2 : file.size;
  return Promise.resolve({
    ...{ seconds, channels: 2, rate: 44_100 },
    async *pieces(onProblem: (words: string) => void) {
      for (let at = 0; at < seconds; at += 1)
        yield await Promise.resolve(new Float32Array(kSampleRate).fill(0.1));
      if (file.name.startsWith("cut")) onProblem(`${file.name} breaks off.`);
    },
  });
}

function sessionWith(kept: Recordings, part = {}) {
  return createSession({
    ...{ room, kept, openSound, settings: () => kDefaultSettings },
    canPlay: () => Promise.resolve(true),
    openMicrophone: (device, onPiece) => {
      if (device === "refused")
        return Promise.reject(new WickError("unsupported", "Not allowed."));
      onPiece(new Float32Array(2 * kSampleRate).fill(0.2));
      return Promise.resolve({ device, close: () => Promise.resolve() });
    },
    ...part,
  });
}
const file = (name: string, seconds: number) =>
  new File(["x".repeat(seconds)], name);
const texts = ({ state }: ReturnType<typeof sessionWith>) =>
  state.value.recording?.segments.map(({ text }) => text);

beforeEach(() => {
  asked.length = 0;
  missing = null;
  pace = 0;
});

test("a file is transcribed, with what is known of it", async () => {
  const session = sessionWith(memoryRecordings());
  await session.openFile(file("team_meeting.mp3", 3));
  const { recording, job, sound } = session.state.value;
  expect(texts(session)).toEqual([" one", " two", " three"]);
  expect(recording).toMatchObject({
    ...{ title: "team meeting", seconds: 3, done: 3, complete: true },
    ...{ sound: "stereo 44.1 kHz", language: "en", model: "Whisper tiny" },
  });
  expect(recording?.peaks).toHaveLength(150);
  expect([job, (sound as File).name]).toEqual([null, "team_meeting.mp3"]);
  expect(asked).toEqual([
    { language: "en", task: "transcribe", beam: 5, words: true, live: false },
  ]);
});

test("a file that is none leaves what is there, and says why", async () => {
  const session = sessionWith(memoryRecordings());
  await session.openFile(file("a.mp3", 1));
  await session.openFile(file("bad.txt", 1));
  expect(session.state.value.problem).toBe("bad.txt: no sound.");
  expect(session.state.value.recording?.title).toBe("a");
  await session.openFile(file("b.mp3", 1));
  expect(session.state.value.problem).toBe("");
});

test("a file that breaks off gives what it has, and says so", async () => {
  const session = sessionWith(memoryRecordings());
  await session.openFile(file("cut.mp3", 2));
  expect(texts(session)).toEqual([" one", " two"]);
  expect(session.state.value.recording?.problem).toBe("cut.mp3 breaks off.");
});

test("what is stopped keeps its text, and goes on where it was", async () => {
  pace = 20;
  const session = sessionWith(memoryRecordings());
  const work = session.openFile(file("long.mp3", 5));
  while ((texts(session)?.length ?? 0) < 2) await settle();
  await session.stop();
  await work;
  const stopped = session.state.value.recording;
  expect(stopped).toMatchObject({ complete: false, problem: "" });
  const had = stopped?.segments.length ?? 0;
  expect(had).toBeGreaterThanOrEqual(2);
  expect(had).toBeLessThan(5);
  await session.goOn();
  const { segments = [], complete } = session.state.value.recording ?? {};
  expect(complete).toBe(true);
  expect(segments.map(({ start }) => start)).toEqual([0, 1, 2, 3, 4]);
});

test("another file ends the work on the one before, which stays among the earlier ones", async () => {
  pace = 20;
  const session = sessionWith(memoryRecordings());
  const first = session.openFile(file("first.mp3", 6));
  while (!texts(session)?.length) await settle();
  const id = session.state.value.recording?.id ?? "";
  await session.openFile(file("second.mp3", 1));
  await first;
  expect(session.state.value.recording?.title).toBe("second");
  expect(session.state.value.heads.map(({ title }) => title)).toEqual([
    "second",
    "first",
  ]);
  expect(await session.open(id)).toBe(true);
  expect(texts(session)?.length).toBeGreaterThan(0);
  expect((session.state.value.sound as File).name).toBe("first.mp3");
});

test("a microphone is transcribed as it hears, and its recording stays", async () => {
  const session = sessionWith(memoryRecordings());
  const work = session.record("");
  while (session.state.value.job?.phase !== "transcribing") await settle();
  expect(session.state.value.job.hearing).toBe(true);
  await session.stop();
  await work;
  await settle();
  const { recording, sound, job } = session.state.value;
  expect(asked[0]?.live).toBe(true);
  expect(recording).toMatchObject({ origin: "microphone", seconds: 2 });
  expect(texts(session)).toEqual([" one", " two"]);
  expect([sound?.type, sound?.size, job]).toEqual(["audio/wav", 64_044, null]);
});

test("a microphone that is refused leaves what is there, and says why", async () => {
  const session = sessionWith(memoryRecordings());
  await session.openFile(file("a.mp3", 1));
  await session.record("refused");
  expect(session.state.value).toMatchObject({
    problem: "Not allowed.",
    job: null,
  });
  expect(session.state.value.recording?.title).toBe("a");
});

test("without a model, what is said is kept all the same, and can be transcribed later", async () => {
  missing = new WickError("network", "No connection.");
  const session = sessionWith(memoryRecordings());
  const work = session.record("");
  while (!session.state.value.recording?.problem) await settle();
  expect(session.state.value.job?.hearing).toBe(true);
  await session.stop();
  await work;
  await settle();
  expect(session.state.value.sound?.size).toBe(64_044);
  expect(session.state.value.recording?.problem).toBe("No connection.");
  missing = null;
  await session.goOn();
  expect(session.state.value.recording).toMatchObject({
    complete: true,
    problem: "",
  });
});

test("a sound that the browser cannot play is played from what was decoded", async () => {
  const session = sessionWith(memoryRecordings(), {
    canPlay: () => Promise.resolve(false),
  });
  await session.openFile(file("odd.mka", 2));
  expect(session.state.value.sound?.type).toBe("audio/wav");
  expect(session.state.value.sound?.size).toBe(44 + 2 * 2 * kSampleRate);
});

test("edits re-align words, can be undone, and a line without text goes", async () => {
  const session = sessionWith(memoryRecordings());
  await session.openFile(file("a.mp3", 3));
  const undo = session.edit(1, "too");
  expect(texts(session)).toEqual([" one", " too", " three"]);
  expect(session.state.value.recording?.segments[1]?.words).toEqual([
    { text: " too", start: 1, end: 2, probability: 1 },
  ]);
  undo();
  expect(texts(session)).toEqual([" one", " two", " three"]);
  const back = session.edit(1, " ");
  expect(texts(session)).toEqual([" one", " three"]);
  back();
  expect(texts(session)).toEqual([" one", " two", " three"]);
});

test("an edit is undone also when another recording shows meanwhile", async () => {
  const session = sessionWith(memoryRecordings());
  await session.openFile(file("a.mp3", 2));
  const id = session.state.value.recording?.id ?? "";
  const undo = session.edit(0, "mine");
  await session.openFile(file("b.mp3", 1));
  undo();
  await settle();
  await session.open(id);
  expect(texts(session)).toEqual([" one", " two"]);
});

test("of files that are opened at once, one is transcribed at a time", async () => {
  pace = 5;
  let most = 0;
  let now = 0;
  const counting = {
    ...room,
    ensure: () => {
      now += 1;
      most = Math.max(most, now);
      return Promise.resolve(model);
    },
    report: (phase: string) => void (now -= phase === "ready" ? 1 : 0),
  };
  const session = sessionWith(memoryRecordings(), { room: counting });
  await Promise.all(
    ["a.mp3", "b.mp3"].map((name) => session.openFile(file(name, 2))),
  );
  expect(most).toBe(1);
  expect(texts(session)).toEqual([" one", " two"]);
});

const titles = ({ state }: ReturnType<typeof sessionWith>) =>
  state.value.heads.map(({ title }) => title).toSorted();

test("files that come together are transcribed one after another, each as its own recording", async () => {
  pace = 1;
  const session = sessionWith(memoryRecordings());
  const names = ["bad.txt", "a.mp3", "b.mp3", "bad.pdf", "c.mp3"];
  const waited: number[] = [];
  session.state.subscribe(({ waiting }) => waited.push(waiting.length));
  await session.openFiles(names.map((name) => file(name, 2)));
  expect(titles(session)).toEqual(["a", "b", "c"]);
  for (const { id } of session.state.value.heads) {
    if (id !== session.state.value.recording?.id) await session.open(id);
    expect(texts(session)).toEqual([" one", " two"]);
    expect(session.state.value.recording?.complete).toBe(true);
  }
  expect(new Set(waited)).toEqual(new Set([5, 4, 3, 2, 1, 0]));
});

test("of files that come together the first is shown and stays; what is none is told by name", async () => {
  const session = sessionWith(memoryRecordings());
  const names = ["bad.txt", "a.mp3", "b.mp3", "bad.pdf"];
  await session.openFiles(names.map((name) => file(name, 2)));
  const { recording, sound, problem } = session.state.value;
  expect(recording?.title).toBe("a");
  expect((sound as File).name).toBe("a.mp3");
  expect(problem).toBe("bad.txt: no sound.\nbad.pdf: no sound.");
});

test("files that come while one is in work wait for their turn", async () => {
  pace = 5;
  const session = sessionWith(memoryRecordings());
  const work = session.openFiles([file("a.mp3", 4)]);
  while (!texts(session)?.length) await settle();
  await session.openFiles([file("b.mp3", 1), file("c.mp3", 1)]);
  expect(session.state.value.waiting).toHaveLength(2);
  await work;
  expect(texts(session)).toHaveLength(4);
  expect(titles(session)).toEqual(["a", "b", "c"]);
});

test("stop ends the file in work; those that wait stay until they are asked for or left out", async () => {
  pace = 20;
  const session = sessionWith(memoryRecordings());
  const names = ["a.mp3", "b.mp3", "c.mp3"];
  const work = session.openFiles(names.map((name) => file(name, 6)));
  while (!texts(session)?.length) await settle();
  await session.stop();
  await work;
  const { recording, waiting } = session.state.value;
  expect(recording).toMatchObject({ title: "a", complete: false });
  expect(waiting.map(({ name }) => name)).toEqual(["b.mp3", "c.mp3"]);

  pace = 0;
  await session.goOn(); // ends nothing that waits, and begins none of it
  expect(session.state.value.waiting).toHaveLength(2);
  await session.openFiles([]);
  expect(session.state.value.recording?.title).toBe("b");
  expect(titles(session)).toEqual(["a", "b", "c"]);

  pace = 20;
  const more = session.openFiles([file("d.mp3", 6), file("e.mp3", 1)]);
  while (session.state.value.recording?.title !== "d") await settle();
  session.clearWaiting();
  await more;
  expect(titles(session)).toEqual(["a", "b", "c", "d"]);
});

test("without a model, the files after the first wait until there is one", async () => {
  missing = new WickError("network", "No connection.");
  const session = sessionWith(memoryRecordings());
  await session.openFiles([file("a.mp3", 1), file("b.mp3", 1)]);
  expect(session.state.value.taking).toBe(false);
  expect(session.state.value.recording?.problem).toBe("No connection.");
  expect(session.state.value.waiting).toHaveLength(1);
  missing = null;
  await session.openFiles([]);
  expect(titles(session)).toEqual(["a", "b"]);
  expect(texts(session)).toEqual([" one"]);
});

test("a microphone ends the file in work, and those that wait do not end the microphone", async () => {
  pace = 20;
  const session = sessionWith(memoryRecordings());
  const work = session.openFiles([file("a.mp3", 6), file("b.mp3", 6)]);
  while (!texts(session)?.length) await settle();
  const recording = session.record("");
  await work;
  await settle();
  expect(session.state.value.job?.hearing).toBe(true);
  expect(session.state.value).toMatchObject({ taking: false });
  expect(session.state.value.waiting).toHaveLength(1);
  await session.stop();
  await recording;
  expect(texts(session)).toEqual([" one", " two"]);
});

test("transcribing again replaces the text; undo brings it back", async () => {
  const session = sessionWith(memoryRecordings());
  await session.openFile(file("a.mp3", 2));
  session.edit(0, "mine");
  const undo = await session.again();
  while (!session.state.value.job) await settle();
  while (session.state.value.job) await settle();
  expect(texts(session)).toEqual([" one", " two"]);
  undo();
  await settle();
  expect(texts(session)).toEqual([" mine", " two"]);
});

test("transcript and sound survive a reload; a removed one comes back by undo", async () => {
  const first = sessionWith(await openRecordings("reload"));
  await first.openFile(file("a.mp3", 2));
  await settle();
  const { id = "" } = first.state.value.recording ?? {};
  first.rename("My title");
  await settle();

  const second = sessionWith(await openRecordings("reload"));
  await settle();
  expect(second.state.value.heads).toMatchObject([{ id, title: "My title" }]);
  expect(await second.open(id)).toBe(true);
  expect(texts(second)).toEqual([" one", " two"]);
  expect(second.state.value.sound?.size).toBe(2);
  const undo = await second.remove(id);
  expect(second.state.value).toMatchObject({ recording: null, heads: [] });
  expect(await second.open(id)).toBe(false);
  await undo();
  expect(texts(second)).toEqual([" one", " two"]);
});

test("a recording whose sound was not kept takes it from its file again", async () => {
  const kept = memoryRecordings();
  kept.writeSound = () =>
    Promise.reject(new DOMException("", "QuotaExceededError"));
  const first = sessionWith(kept);
  await first.openFile(file("a.mp3", 2));
  const { id = "" } = first.state.value.recording ?? {};
  const second = sessionWith(kept);
  await second.open(id);
  expect(second.state.value.sound).toBeNull();
  asked.length = 0;
  await second.openFile(file("a.mp3", 2));
  expect((second.state.value.sound as File).name).toBe("a.mp3");
  expect(second.state.value.recording?.id).toBe(id);
  expect(asked).toEqual([]);
});

test("a full store ends no work, says so, and loses nothing while the page lives", async () => {
  const kept = memoryRecordings();
  kept.write = () => Promise.reject(new DOMException("", "QuotaExceededError"));
  const session = sessionWith(kept);
  await session.openFile(file("a.mp3", 2));
  const { recording, unkept } = session.state.value;
  expect(unkept).toMatch(/storage is full/);
  session.fresh();
  expect(await session.open(recording?.id ?? "")).toBe(true);
  expect(texts(session)).toEqual([" one", " two"]);
});

test("what a full store refused is saved once there is room", async () => {
  const kept = memoryRecordings();
  const { write } = kept;
  kept.write = () => Promise.reject(new DOMException("", "QuotaExceededError"));
  const session = sessionWith(kept);
  await session.openFile(file("a.mp3", 1));
  await session.openFile(file("b.mp3", 1));
  kept.write = write;
  session.rename("there is room");
  await settle();
  expect((await kept.heads()).map(({ title }) => title).toSorted()).toEqual([
    ...["a", "there is room"],
  ]);
  expect(session.state.value.unkept).toBe(kept.refused);
});
