// How long the engine takes in Chromium to embed a picture and to answer a point, through the API that the pages use:
//   node bench/segment.mjs MODEL PICTURE [threads] [relaxed|strict] [repeats] [everything]
// MODEL: a checkpoint, or the encoder of an ONNX model with the decoder beside it. The picture is handed over as pixels:
// `encoder` is from there to the embedding, `preview` a point's likeliest mask as an outline, as it follows a pointer,
// `answer` its three masks in the picture's size, each without its first run, and `memory` what the tab's process has
// taken at most. With the last word also `everything`, once, and `hover`, the previews while that goes on. Prints a line
// of JSON for each figure. `./dev build` makes the modules first.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  engineOptions,
  giveFiles,
  inChromium,
  peakMemory,
  printRow,
} from "./chromium.mjs";

const [model, picture, threads, variant, repeats = "5", everything] =
  process.argv.slice(2);
if (!model || !picture || (everything ?? "everything") !== "everything") {
  console.error(
    "usage: node bench/segment.mjs MODEL PICTURE [threads] [relaxed|strict] [repeats] [everything]",
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

/** Runs in the page: {info, rows: {name: milliseconds of each run}}. */
async function measure({ repeats, options, everything }) {
  const { createEngine } = await import("/engine/api.ts");
  const { openPicture, readPixels } =
    await import("/pages/segment/open_picture.ts");
  const [picture, ...files] = document.querySelector("#bench-files").files;
  const { shown, width, height } = await openPicture(picture);
  const { pixels } = await readPixels(shown, { width, height });

  const timed = async (run) => {
    const begun = performance.now();
    await run();
    return performance.now() - begun;
  };
  const repeated = async (count, run) => {
    await run();
    const values = [];
    while (values.length < count) values.push(await timed(run));
    return values;
  };
  const engine = await createEngine(options);
  let model, embedding;
  const load = await timed(async () => {
    model = await engine.loadSegment(files);
  });
  const embed = async () => {
    embedding = await model.embed({ width, height, pixels: pixels.slice() });
  };
  const prompt = { points: [{ x: width / 2, y: height / 2, inside: true }] };
  const preview = () => model.preview(prompt);
  const rows = {
    load: [load],
    encoder: await repeated(repeats, embed),
    preview: await repeated(3 * repeats, preview),
    answer: await repeated(3 * repeats, () => model.segment(prompt)),
  };
  if (everything) {
    rows.hover = [];
    let busy = true;
    const all = timed(() =>
      model.everything({ width, height }, embedding),
    ).finally(() => (busy = false));
    while (busy) rows.hover.push(await timed(preview));
    rows.everything = [await all];
  }
  return { info: engine.info, rows };
}

const { info, rows, memory } = await inChromium(async (page) => {
  await giveFiles(page, [picture, ...files]);
  const options = engineOptions(variant, threads);
  const asked = { repeats: Number(repeats), options, everything };
  return { ...(await page.evaluate(measure, asked)), memory: peakMemory() };
});
const about = { variant: info.variant, threads: info.threads };
for (const [what, values] of Object.entries(rows))
  printRow({ what, ...about, unit: "ms" }, values);
if (memory > 0) printRow({ what: "memory", ...about, unit: "MB" }, [memory]);
