// A page of the web folder in Chromium, for what measures the engine there.
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
