import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startServer } from "./server.mjs";

const kFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const shots = fileURLToPath(new URL("../shots/", import.meta.url));

/** A file that the mock engine takes for a model: the magic, then noise. */
export function fakeModel(megabytes, magic = "GGUF") {
  const bytes = Buffer.alloc(megabytes << 20);
  for (let at = 0; at < bytes.length; at += 4)
    bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  bytes.write(magic, 0, "latin1");
  return bytes;
}

export function fakeFile(name, megabytes, magic) {
  const path = join(mkdtempSync(join(tmpdir(), "wick-e2e-")), name);
  writeFileSync(path, fakeModel(megabytes, magic));
  return path;
}

/** A catalogue of one small model that the server has, one that is too large, and one with a wrong checksum. */
export function fakeModels() {
  const files = {
    "small.Q4_1.gguf": fakeModel(24),
    "damaged.Q8_0.gguf": fakeModel(2),
  };
  const sha256 = (name) =>
    createHash("sha256").update(files[name]).digest("hex");
  const entry = (name, title, quantisation, file) => ({
    ...{
      name,
      title,
      task: "chat",
      architecture: "llama",
      licence: "Apache-2.0",
      quantisation,
    },
    files: [{ sources: [], ...file }],
  });
  const size = (name) => files[name].length;
  const small = {
    name: "small.Q4_1.gguf",
    size: size("small.Q4_1.gguf"),
    sha256: sha256("small.Q4_1.gguf"),
  };
  const damaged = {
    name: "damaged.Q8_0.gguf",
    size: size("damaged.Q8_0.gguf"),
    sha256: "0".repeat(64),
  };
  const large = { name: "large.Q4_K_M.gguf", size: 4_920_000_000 };
  return {
    files,
    catalog: {
      models: [
        {
          ...entry("small", "SmolLM2 135M Instruct", "Q4_1", small),
          default: true,
        },
        entry("damaged", "Qwen3 0.6B", "Q8_0", damaged),
        entry("large", "Llama 3.1 8B Instruct", "Q4_K_M", large),
      ],
    },
    index: [small, damaged].map((file) => ({ ...file, file: file.name })),
  };
}

/** A server and a browser; `page()` opens a fresh profile whose console errors and outside requests are kept. */
export async function startSite() {
  const root = fileURLToPath(new URL("../dist-e2e/", import.meta.url));
  const server = await startServer(root, fakeModels());
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: kFlags,
  });
  const url = (hash = "") => `${server.url}?core=mock${hash}`;
  async function page(options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: "light",
      serviceWorkers: "block",
      permissions: ["clipboard-read", "clipboard-write"],
      ...options,
    });
    const opened = await context.newPage();
    const trouble = [];
    opened.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        trouble.push(message.text());
    });
    opened.on("pageerror", (error) => trouble.push(String(error)));
    opened.on("request", (request) => {
      if (
        !/^(blob|data):/.test(request.url()) &&
        !request.url().startsWith(server.url)
      )
        trouble.push(request.url());
    });
    return Object.assign(opened, { trouble, leave: () => context.close() });
  }
  return {
    server,
    browser,
    url,
    page,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Sends a message and waits until the answer has ended. */
export async function ask(page, text) {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Stop writing" }).waitFor();
  await idle(page);
}

export async function idle(page) {
  await page.getByRole("button", { name: "Send" }).waitFor({ timeout: 30_000 });
}
