// Prompt and generation rate of the engine in Chromium, through the API that the pages use:
//   node bench/engine.mjs MODEL.gguf [repeats] [variant] [threads]
// Prints a line of JSON for each figure. `./dev build` makes the modules first.
import { engineOptions, giveFiles, inChromium, printRow } from "./chromium.mjs";

const [model, repeats = "5", variant, threads] = process.argv.slice(2);
if (!model) {
  console.error(
    "usage: node bench/engine.mjs MODEL.gguf [repeats] [variant] [threads]",
  );
  process.exit(2);
}

const rows = await inChromium(async (page) => {
  await giveFiles(page, [model]);
  return page.evaluate(
    async ({ repeats, options }) => {
      const { createEngine } = await import("/engine/api.ts");
      const engine = await createEngine(options);
      const file = document.querySelector("#bench-files").files[0];
      const begun = performance.now();
      const chat = await engine.loadChat(file, { context_size: 2048 });
      const load_ms = performance.now() - begun;
      const words = ["sea", "wind", "tree", "house", "stone", "river", "bread"];
      const rates = { prompt: [], generate: [] };
      for (let round = 0; round < repeats; ++round) {
        // Nothing but the template's own beginning is in the cache: each round begins with another word.
        const text = Array.from(
          { length: 480 },
          (_, i) => words[(i * 3 + round) % words.length],
        );
        const content = `${text.join(" ")}. Write a very long story about these.`;
        const stream = chat.send([{ role: "user", content }], {
          temperature: 0,
          max_tokens: 64,
        });
        const stats = await stream.stats;
        rates.prompt.push(
          ((stats.prompt_tokens - stats.reused_tokens) / stats.prompt_ms) * 1e3,
        );
        rates.generate.push(
          ((stats.generated_tokens - 1) / stats.generate_ms) * 1e3,
        );
        rates.tokens = [
          stats.prompt_tokens,
          stats.reused_tokens,
          stats.generated_tokens,
        ];
      }
      return { info: engine.info, load_ms, ...rates };
    },
    { repeats: Number(repeats), options: engineOptions(variant, threads) },
  );
});

const what = { variant: rows.info.variant, threads: rows.info.threads };
for (const name of ["prompt", "generate"])
  printRow({ what: name, ...what, unit: "tokens/s" }, rows[name]);
console.log(
  JSON.stringify({
    what: "load",
    ...what,
    unit: "ms",
    value: Math.round(rows.load_ms),
    tokens: rows.tokens,
  }),
);
