import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createEngine,
  type Engine,
  type SpeechModel,
  type TranscribeEvent,
  type TranscribeStream,
} from "../engine/api.ts";
import { createHandlers } from "../engine/handlers.ts";
import { createMockCore } from "../engine/mock_core.ts";
import type { EngineCalls } from "../engine/protocol.ts";
import { expectCode, failureOf, fakeWorker, settle } from "./tools.ts";

beforeAll(() => vi.stubGlobal("document", { baseURI: "http://localhost/" }));

const kSecond = 16_000;
const kSpeech = "\x06\0\0\0\x0c\0WhisperSpec";
const kChat = "GGUF";
const kJfk = /^ And so, my fellow Americans, ask not .* for your country\.$/;

/** The mock core, which takes no time; a file of four bytes is a chat model. */
const core = () =>
  createMockCore((file, from, to) => {
    const text = file.size === kChat.length ? kChat : kSpeech;
    return new TextEncoder().encode(text.slice(from, to));
  }, 0);
const createOne = () =>
  createEngine({
    createWorker: () =>
      fakeWorker<EngineCalls>(
        createHandlers(() => Promise.resolve(core())),
        1,
        ["exportTranscript"],
      ),
  });

let engine: Engine;
let model: SpeechModel;
beforeEach(async () => {
  engine = await createOne();
  model = await engine.loadSpeech([
    new File(["{}"], "tiny.config.json"),
    new File([kSpeech], "tiny.model.bin"),
  ]);
});

async function* sound(seconds: number, value = 0.1) {
  for (let second = 0; second < seconds; second += 1) {
    await settle();
    yield new Float32Array(kSecond).fill(value);
  }
}

async function read(stream: TranscribeStream) {
  const events: TranscribeEvent[] = [];
  for await (const event of stream) events.push(event);
  const segments = events.flatMap((event) => event.segments);
  return { events, segments, text: segments.map(({ text }) => text).join("") };
}

describe("transcribe", () => {
  test("segments, previews and figures come in order, and words where they are asked for", async () => {
    const stream = model.transcribe(sound(11), { words: true });
    const { events, segments, text } = await read(stream);
    expect(text).toMatch(kJfk);
    expect(events.some(({ preview }) => preview === " And so,")).toBe(true);
    const done = events.map(({ seconds_done }) => seconds_done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ seconds: 11, language: "en" });
    for (const { text: whole, words } of segments)
      expect(words.map((word) => word.text).join("")).toBe(whole);
    expect(await stream.stats).toMatchObject({
      seconds: 11,
      stop_reason: "end",
    });
  });

  test("live, segments come before the sound ends; else none does", async () => {
    for (const live of [true, false]) {
      let ended = false;
      const stream = model.transcribe(
        (async function* () {
          yield* sound(20);
          for (let i = 0; i < 9; i += 1) await settle();
          ended = true;
        })(),
        { live },
      );
      for await (const { segments } of stream) if (segments.length > 0) break;
      expect(ended).toBe(!live);
    }
  });

  test("aborting keeps what was done, and lets go of the sound", async () => {
    const controller = new AbortController();
    let left = false;
    const stream = model.transcribe(
      (async function* () {
        try {
          yield* sound(1e6);
        } finally {
          left = true;
        }
      })(),
      { live: true },
      controller.signal,
    );
    const events: TranscribeEvent[] = [];
    for await (const event of stream) {
      events.push(event);
      if (event.segments.length > 0) controller.abort();
    }
    expect(events.flatMap(({ segments }) => segments)[0]?.text).toMatch(kJfk);
    expect((await stream.stats).stop_reason).toBe("cancelled");
    await settle();
    expect(left).toBe(true);
  });

  test("sound that is awaited for ever can be aborted", async () => {
    const controller = new AbortController();
    const silent = { next: () => new Promise<never>(() => undefined) };
    const stream = model.transcribe(
      { [Symbol.asyncIterator]: () => silent },
      { live: true },
      controller.signal,
    );
    setTimeout(() => controller.abort(), 20);
    expect((await stream.stats).stop_reason).toBe("cancelled");
  });

  test("no more than half a minute goes ahead of the worker", async () => {
    let taken = 0;
    let most = 0;
    const stream = model.transcribe(
      (async function* () {
        for await (const part of sound(100)) {
          taken += 1;
          yield part;
        }
      })(),
      { live: true },
    );
    for await (const { seconds } of stream)
      most = Math.max(most, taken - seconds);
    expect(most).toBeLessThanOrEqual(31);
  });

  test("the caller's arrays stay its own", async () => {
    const whole = new Float32Array(11 * kSecond).fill(0.1);
    const once = (async function* () {
      await settle();
      yield whole;
    })();
    expect((await read(model.transcribe(once))).text).toMatch(kJfk);
    expect(whole.length).toBe(11 * kSecond);
  });

  test("what the sound throws, the stream throws", async () => {
    const stream = model.transcribe(
      (async function* () {
        yield* sound(2);
        throw new Error("The microphone was unplugged.");
      })(),
      { live: true },
    );
    const error = await failureOf(read(stream));
    expect(error.message).toBe("The microphone was unplugged.");
    expect((await read(model.transcribe(sound(11)))).text).toMatch(kJfk);
  });

  test("samples that are no numbers, and sound of another kind, are refused", async () => {
    const error = await failureOf(read(model.transcribe(sound(2, Number.NaN))));
    expect(error.code).toBe("bad_argument");
    expect(error.message).toMatch(/no numbers/);
    const texts = ["la la"] as unknown as Float32Array[];
    const sung = (async function* () {
      await settle();
      yield* texts;
    })();
    await expectCode(read(model.transcribe(sung)), "bad_argument");
  });

  test("a recording of zeros, and an empty one, end without text", async () => {
    for (const silence of [sound(5, 0), sound(0)])
      expect((await read(model.transcribe(silence))).segments).toEqual([]);
  });
});

test("a transcript is exported, also without a model and while one is being made", async () => {
  const { segments } = await read(model.transcribe(sound(11)));
  const controller = new AbortController();
  const stream = model.transcribe(
    sound(1e6),
    { live: true },
    controller.signal,
  );
  expect(await engine.exportTranscript(segments, "srt")).toMatch(
    /^1\n00:00:00,700 --> 00:00:\d\d,\d{3}\nAnd so, my .*country\.\n\n$/,
  );
  expect(await engine.exportTranscript(segments, "txt")).toMatch(/^And so, my/);
  controller.abort();
  await stream.stats;
  const json = await engine.exportTranscript(segments, "json", "en");
  expect(JSON.parse(json)).toMatchObject({ language: "en", segments });
  expect(segments[0]).toMatchObject({ temperature: 0, compression_ratio: 1.4 });
  expect(segments[0]?.tokens).not.toHaveLength(0);
  const bare = await createOne();
  expect(await bare.exportTranscript(segments, "txt")).toMatch(/^And so, my/);
  bare.kill();
  expect(await bare.exportTranscript(segments, "txt")).toMatch(/^And so, my/);
});

test("a model for the other task is refused, and the one that is loaded stays", async () => {
  const chat = new File([kChat], "talk.gguf");
  const error = await failureOf(engine.loadSpeech(chat));
  expect(error.code).toBe("bad_file");
  expect(error.message).toMatch(/^talk\.gguf: a language model/);
  expect((await read(model.transcribe(sound(11)))).text).toMatch(kJfk);
  const refused = failureOf(engine.loadChat(new File([kSpeech], "hear.bin")));
  expect((await refused).message).toMatch(/^hear\.bin: a Whisper model/);
});

test("another model in its place ends a transcript as it stands", async () => {
  const stream = model.transcribe(sound(1e6), { live: true });
  await engine.loadChat(new File([kChat], "talk.gguf"));
  expect((await stream.stats).stop_reason).toBe("cancelled");
  await expectCode(read(model.transcribe(sound(1))), "bad_argument");
});
