// The kernels' rates in Chromium, through the API that the pages use, as `wick bench attention|matmul --json` prints
// them natively:
//   node bench/kernels.mjs [--rows TEXT,TEXT] [--threads N] [--variant relaxed|strict] [--repetitions N] [--seconds S]
// Rows are those whose names contain one of the texts; `strict` is the build without relaxed SIMD. CHROMIUM names the
// browser. `./dev build` makes the modules first.
import { parseArgs } from "node:util";
import { inChromium, kVariants } from "./chromium.mjs";

const kUsage =
  "usage: node bench/kernels.mjs [--rows TEXT,TEXT] [--threads N] [--variant relaxed|strict] [--repetitions N] [--seconds S]";

/** The options of createEngine and engine.bench; ends the program where they make no sense. */
function readArguments() {
  try {
    const text = { type: "string" };
    const { values } = parseArgs({
      options: {
        ...{ rows: text, threads: text, variant: text },
        ...{ repetitions: text, seconds: text },
      },
    });
    if (values.variant && !kVariants[values.variant])
      throw new Error(`no variant '${values.variant}'`);
    const numbers = ["threads", "repetitions", "seconds"]
      .filter((name) => values[name] !== undefined)
      .map((name) => [name, Number(values[name])]);
    return {
      engine: values.variant ? { variant: kVariants[values.variant] } : {},
      bench: {
        rows: values.rows?.split(",").filter(Boolean) ?? [],
        ...Object.fromEntries(numbers),
      },
    };
  } catch (error) {
    console.error(`${error.message}\n${kUsage}`);
    process.exit(2);
  }
}

/** Runs in the page. */
async function measure({ engine: options, bench }) {
  const { createEngine } = await import("/engine/api.ts");
  const engine = await createEngine(options);
  const rows = [];
  let told;
  for await (const { kind, info, row } of engine.bench(bench)) {
    if (kind === "info") told = info;
    else {
      rows.push(row);
      console.log(`${rows.length} of ${told.rows.length}: ${row.name}`);
    }
  }
  const { peaks, threads, ...rest } = told;
  return { ...rest, threads, peaks: { [threads]: peaks }, rows };
}

const asked = readArguments();
try {
  const report = await inChromium((page) => {
    page.on("console", (message) => {
      if (message.type() === "log") console.error(message.text());
    });
    return page.evaluate(measure, asked);
  });
  const missing = asked.bench.rows.filter(
    (wanted) => !report.rows.some(({ name }) => name.includes(wanted)),
  );
  if (missing.length > 0) throw new Error(`no row '${missing.join("', '")}'`);
  console.log(JSON.stringify(report));
} catch (error) {
  console.error(
    error.message.split("\n")[0].replace("page.evaluate: WickError: ", ""),
  );
  process.exitCode = 1;
}
