// A page of the web folder in Chromium, for what measures the engine there, and how the figures are printed.
import { readdirSync, readFileSync } from "node:fs";
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

/** What Linux tells of a process; nothing where it has ended. */
function told(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** A number of its status; 0 where it has none. */
const statusOf = (id, field) =>
  Number(
    new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(told(id, "status"))?.[1] ?? 0,
  );

function isOurs(id) {
  const parent = statusOf(id, "PPid");
  return parent === process.pid || (parent > 0 && isOurs(parent));
}

/** MB that the open tab's process has taken at most so far; 0 where the system does not tell. */
export function peakMemory() {
  if (process.platform !== "linux") return 0;
  const tabs = readdirSync("/proc").filter(
    (name) =>
      /^\d+$/.test(name) &&
      told(name, "cmdline").includes("--type=renderer") &&
      isOurs(name),
  );
  // Chromium may keep another one ready, which has little.
  return Math.max(0, ...tabs.map((id) => (statusOf(id, "VmHWM") * 1024) / 1e6));
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
