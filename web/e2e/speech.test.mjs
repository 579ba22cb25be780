// Speech to text by the real engine and whisper-tiny.en, through the API that the pages use. Skipped where the model or
// the recording is not on this machine (`./dev models`) or the modules are not built.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inChromium } from "../bench/chromium.mjs";
import { modelsHome, realModel } from "./harness.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const wick = at("../../build/native/bin/wick");
const jfk = at("../../../shared/data/speech/jfk.wav");
const files = ["vocabulary.txt", "model.bin", "config.json"].map((name) =>
  join(modelsHome(), `whisper-tiny.en.${name}`),
);
const needed = [jfk, ...files];
const missing = needed.find((path) => !existsSync(path));
const skip = missing ? `not on this machine: ${missing}` : false;
const kText = /^ And so,? my fellow Americans,? ask(ed)? not what your country/;

/** The words alone: marks may hang on the last bit of a sum, which differs from one instruction set to another. */
const said = (text) => text.toLowerCase().replace(/[^a-z ]/g, "");

/** What the page does with the files: transcripts and refusals of one engine. */
async function hear({ variant, chat }) {
  const { createEngine } = await import("/engine/api.ts");
  const engine = await createEngine({ variant, threads: 2 });
  const [audio, ...picked] = document.querySelector("#files").files;
  const models = picked.filter(({ name }) => name.startsWith("whisper"));
  const talks = picked.filter(({ name }) => name.endsWith(".gguf"));
  const bytes = await audio.arrayBuffer();
  const found = new TextDecoder("latin1").decode(bytes).indexOf("data");
  const wave = new Int16Array(bytes.slice(found + 8));
  const samples = Float32Array.from(wave, (value) => value / 32768);
  const refusal = (promise) =>
    promise.then(
      () => "",
      (error) => `${error.code}: ${error.message}`,
    );
  async function* pieces(seconds, values = samples) {
    for (let from = 0; from < seconds * 16_000; from += 4096) {
      const piece = values.slice(from, Math.min(from + 4096, seconds * 16_000));
      if (piece.length > 0) yield piece;
    }
  }
  async function read(stream) {
    const events = [];
    for await (const event of stream) events.push(event);
    const segments = events.flatMap((event) => event.segments);
    const text = segments.map((segment) => segment.text).join("");
    return { events, segments, text, stats: await stream.stats };
  }

  const model = await engine.loadSpeech(models);
  const told = { info: model.info, engine: engine.info };
  told.whole = await read(
    model.transcribe(pieces(11), { beam: 5, words: true }),
  );
  const json = await engine.exportTranscript(told.whole.segments, "json", "en");
  told.json = JSON.parse(json);
  told.srt = await engine.exportTranscript(told.whole.segments, "srt");

  // A minute and a half, aborted when its first half minute is written down.
  const controller = new AbortController();
  const long = new Float32Array(90 * 16_000);
  for (let second = 0; second < 88; second += 11)
    long.set(samples, second * 16_000);
  const stream = model.transcribe(pieces(90, long), {}, controller.signal);
  let cut = "";
  for await (const { segments } of stream) {
    for (const { text } of segments) cut += text;
    if (segments.length > 0) controller.abort();
  }
  told.cut = { text: cut, stats: await stream.stats };

  const wrong = samples.slice().fill(Number.NaN, 5000, 5001);
  told.nan = await refusal(read(model.transcribe(pieces(1, wrong))));
  const asked = (options) =>
    refusal(read(model.transcribe(pieces(1), options)));
  told.german = await asked({ language: "de" });
  told.unknown = await asked({ beems: 5 });
  told.lonely = await refusal(
    engine.loadSpeech(models.filter(({ name }) => name.endsWith(".bin"))),
  );
  told.talks = await refusal(engine.loadChat(models));
  if (chat) told.hears = await refusal(engine.loadSpeech(talks));
  told.again = await read(
    model.transcribe(pieces(11), { live: true, hotwords: "Kennedy, Nixon" }),
  );
  return told;
}

for (const variant of ["threads", "relaxed"]) {
  const unbuilt = existsSync(at(`../public/core/${variant}/core.js`))
    ? false
    : `module not built: ${variant}`;
  test(
    `${variant}: speech becomes the text that it natively does`,
    {
      skip: skip || unbuilt,
    },
    async () => {
      const chat = realModel();
      const told = await inChromium(async (page) => {
        await page.evaluate(() => {
          const input = document.createElement("input");
          Object.assign(input, { type: "file", id: "files", multiple: true });
          document.body.append(input);
        });
        const all = [jfk, ...files, ...(chat ? [chat] : [])];
        await page.locator("#files").setInputFiles(all);
        return page.evaluate(hear, { variant, chat: chat !== null });
      });
      const { whole, cut } = told;

      assert.equal(told.engine.variant, variant);
      assert.equal(told.info.name, "whisper-tiny.en.model.bin");
      assert.equal(told.info.quantisation, "Q8_0");
      assert.equal(told.info.file_quantisation, "F16");
      assert.deepEqual(told.info.languages, [{ code: "en", name: "English" }]);
      assert.match(whole.text, kText);
      if (existsSync(wick)) {
        const args = ["transcribe", files[1], jfk, "--words", "--json"];
        const native = JSON.parse(execFileSync(wick, args, { stdio: "pipe" }));
        assert.equal(said(whole.text), said(native.text));
        assert.equal(said(told.json.text), said(native.text));
        const names = ([segment]) => Object.keys(segment);
        assert.deepEqual(names(told.json.segments), names(native.segments));
      }
      const words = whole.segments.flatMap((segment) => segment.words);
      assert.equal(words.map(({ text }) => text).join(""), whole.text);
      let last = 0;
      for (const { start, end } of words) {
        assert.ok(start >= last - 1e-6 && end >= start, `${start} to ${end}`);
        last = end;
      }
      assert.ok(last > 9 && last <= 11);
      assert.equal(whole.stats.stop_reason, "end");
      assert.equal(whole.stats.seconds, 11);
      assert.ok(whole.events.some(({ preview }) => preview.includes("fellow")));
      assert.match(
        told.srt,
        /^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\nAnd so/,
      );

      assert.match(cut.text, kText);
      assert.equal(cut.stats.stop_reason, "cancelled");
      assert.ok(cut.stats.seconds < 60, `${cut.stats.seconds} s done`);

      assert.match(told.nan, /^bad_argument: .*no numbers/);
      assert.match(told.german, /^bad_argument: .*English-only/);
      assert.match(told.unknown, /^bad_argument: .*no option 'beems'/);
      assert.match(told.lonely, /^bad_file: .*vocabulary is missing/);
      assert.match(
        told.talks,
        /^bad_file: .*Whisper model, made to transcribe/,
      );
      if (chat) assert.match(told.hears, /^bad_file: .*language model/);
      assert.match(told.again.text, kText);
    },
  );
}
