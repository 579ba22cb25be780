// How long the engine takes in Chromium to embed a picture and to answer a point, through the API that the pages use:
//   node bench/segment.mjs MODEL PICTURE [threads] [relaxed|strict] [repeats]
// MODEL: a checkpoint, or the encoder of an ONNX model with the decoder beside it. The picture is handed over as pixels:
// `encoder` is from there to the embedding, `preview` a point's likeliest mask as an outline, as it follows a pointer,
// `answer` its three masks in the picture's size. A first run of each is not counted. Prints a line of JSON for each
// figure. `./dev build` makes the modules first.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { engineOptions, giveFiles, inChromium, printRow } from "./chromium.mjs";

const [model, picture, threads, variant, repeats = "5"] = process.argv.slice(2);
if (!model || !picture) {
  console.error(
    "usage: node bench/segment.mjs MODEL PICTURE [threads] [relaxed|strict] [repeats]",
  );
  process.exit(2);
}
const decoders = ["decoder", "sam"]
  .map((half) => basename(model).replace("encoder", half))
  .filter((name) => name !== basename(model))
  .map((name) => join(dirname(model), name));
const files = [
  model,
  ...decoders.filter((path) => existsSync(path)).slice(0, 1),
];

/** Runs in the page. */
async function measure({ repeats, options }) {
  const { createEngine } = await import("/engine/api.ts");
  const { openPicture, readPixels } =
    await import("/pages/segment/open_picture.ts");
  const [picture, ...files] = document.querySelector("#bench-files").files;
  const timed = async (count, run) => {
    await run();
    const values = [];
    for (let i = 0; i < count; i += 1) {
      const begun = performance.now();
      await run();
      values.push(performance.now() - begun);
    }
    return values;
  };
  const engine = await createEngine(options);
  const begun = performance.now();
  const model = await engine.loadSegment(files);
  const load = [performance.now() - begun];
  const { shown, ...opened } = await openPicture(picture);
  const { width, height, pixels } = await readPixels(shown, opened);
  const point = { x: width / 2, y: height / 2, inside: true };
  const prompt = { points: [point] };
  const embed = () => model.embed({ width, height, pixels: pixels.slice() });
  return {
    info: engine.info,
    rows: {
      load,
      encoder: await timed(repeats, embed),
      preview: await timed(3 * repeats, () => model.preview(prompt)),
      answer: await timed(3 * repeats, () => model.segment(prompt)),
    },
  };
}

const { info, rows } = await inChromium(async (page) => {
  await giveFiles(page, [picture, ...files]);
  const options = engineOptions(variant, threads);
  return page.evaluate(measure, { repeats: Number(repeats), options });
});
const what = { variant: info.variant, threads: info.threads, unit: "ms" };
for (const [name, values] of Object.entries(rows))
  printRow({ what: name, ...what }, values);
