// A page of the web folder in Chromium, for what measures the engine there, and how the figures are printed.
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { createServer } from "vite";

/** Calls `use` with the page, and closes everything after it. CHROMIUM names the browser. */
export async function inChromium(use) {
  const vite = await createServer({
    root: fileURLToPath(new URL("..", import.meta.url)),
    logLevel: "error",
    server: { port: 0 },
  });
  await vite.listen();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    const page = await browser.newPage();
    await page.goto(vite.resolvedUrls.local[0]);
    return await use(page);
  } finally {
    await browser.close();
    await vite.close();
  }
}

/** Gives files to the page, where they are `document.querySelector("#bench-files").files`, in the same order. */
export async function giveFiles(page, paths) {
  await page.evaluate(() => {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", id: "bench-files", multiple: true });
    document.body.append(input);
  });
  await page.locator("#bench-files").setInputFiles(paths);
}

/** What the measuring programs call the module's builds: `strict` is the one without relaxed SIMD. */
export const kVariants = { relaxed: "relaxed", strict: "threads" };

/** Of createEngine, from a command line on which either may be missing. */
export const engineOptions = (variant, threads) => ({
  ...(variant && { variant: kVariants[variant] ?? variant }),
  ...(threads && { threads: Number(threads) }),
});

/** A line of JSON: what was measured, and min, median and max of its values. */
export function printRow(what, values) {
  const sorted = values.toSorted((a, b) => a - b);
  const round = (x) => Number(x.toFixed(1));
  const [min, median, max] = [0, sorted.length >> 1, sorted.length - 1].map(
    (index) => round(sorted[index]),
  );
  console.log(JSON.stringify({ ...what, min, median, max }));
}
