// How long the engine takes in Chromium to write down a recording, through the API that the pages use:
//   node bench/speech.mjs MODEL.bin AUDIO.wav [repeats] [variant] [threads]
// AUDIO.wav: 16 kHz, mono, 16 bits. MODEL.bin: CTranslate2's, with its vocabulary beside it, or whisper.cpp's.
// Prints a line of JSON for each figure. `./dev build` makes the modules first.
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { engineOptions, giveFiles, inChromium, printRow } from "./chromium.mjs";

const [model, audio, repeats = "5", variant, threads] = process.argv.slice(2);
if (!model || !audio) {
  console.error(
    "usage: node bench/speech.mjs MODEL.bin AUDIO.wav [repeats] [variant] [threads]",
  );
  process.exit(2);
}
const prefix = /^(.*\.)?model\.bin$/.exec(basename(model))?.[1] ?? "";
const beside = readdirSync(dirname(model)).filter((name) =>
  [`${prefix}vocabulary`, `${prefix}config.json`].some((start) =>
    name.startsWith(start),
  ),
);

const measured = await inChromium(async (page) => {
  const others = beside.map((name) => join(dirname(model), name));
  await giveFiles(page, [audio, model, ...others]);
  return page.evaluate(
    async ({ repeats, options }) => {
      const { createEngine } = await import("/engine/api.ts");
      const engine = await createEngine(options);
      const [audio, ...files] = document.querySelector("#bench-files").files;
      const begun = performance.now();
      const model = await engine.loadSpeech(files);
      const load = performance.now() - begun;
      const bytes = await audio.arrayBuffer();
      const found = new TextDecoder("latin1").decode(bytes).indexOf("data");
      const wave = new Int16Array(bytes.slice(found + 8));
      const samples = Float32Array.from(wave, (value) => value / 32768);
      const rates = { total: [], encoder: [], token: [] };
      let text = "";
      for (let round = 0; round < repeats; round += 1) {
        const stream = model.transcribe(
          (async function* () {
            yield samples;
          })(),
        );
        text = "";
        let last = performance.now();
        let longest = 0; // of all steps: the encoder's
        const tokens = [];
        for await (const { segments, preview } of stream) {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          if (preview) tokens.push(now - last);
          last = now;
          for (const segment of segments) text += segment.text;
        }
        rates.total.push((await stream.stats).transcribe_ms);
        rates.encoder.push(longest);
        // The first one has read the prompt.
        rates.token.push(
          tokens.slice(1).sort((a, b) => a - b)[tokens.length >> 1],
        );
      }
      return { info: engine.info, load: [load], text, rates };
    },
    { repeats: Number(repeats), options: engineOptions(variant, threads) },
  );
});

const { info, rates, load, text } = measured;
const what = { variant: info.variant, threads: info.threads, unit: "ms" };
for (const [name, values] of Object.entries({ ...rates, load }))
  printRow({ what: name, ...what }, values);
console.log(JSON.stringify({ what: "text", text }));
