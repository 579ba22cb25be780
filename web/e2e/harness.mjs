import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
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
const kNoServiceWorker = /Service Worker registration blocked/;
const kPages = fileURLToPath(new URL("../dist-e2e/", import.meta.url));
const kWick = fileURLToPath(
  new URL("../../build/native/bin/wick", import.meta.url),
);

/** How a file begins that the mock engine takes for a speech model. */
export const kSpeechMagic = "\x06\0\0\0\x0c\0WhisperSpec";

/** And one that it takes for a model that segments: as PyTorch's ONNX files begin. */
export const kSegmentMagic = "\x08\x07\x12\x07pytorch";

/** A file that the mock engine takes for a model: the magic, then noise. */
export function fakeModel(megabytes, magic = "GGUF") {
  const bytes = Buffer.alloc(megabytes << 20);
  for (let at = 0; at < bytes.length; at += 4)
    bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  bytes.write(magic, 0, "latin1");
  return bytes;
}

const kTemporary = mkdtempSync(join(tmpdir(), "wick-e2e-"));
process.on("exit", () => rmSync(kTemporary, { recursive: true, force: true }));

/** Writes bytes to a file of this name in a folder of its own, until the tests end; returns its path. */
export function tempFile(name, bytes) {
  const path = join(mkdtempSync(join(kTemporary, "file-")), name);
  writeFileSync(path, bytes);
  return path;
}

/**
 * A catalogue of one small model that the server has, one with a wrong checksum, and one that is too large; of two that
 * hear and one that segments, of two files each.
 */
export function fakeModels() {
  const files = {
    "small.Q4_1.gguf": fakeModel(24),
    "damaged.Q8_0.gguf": fakeModel(2),
    "tiny.en.model.bin": fakeModel(6, kSpeechMagic),
    "tiny.en.vocabulary.txt": Buffer.from("a vocabulary"),
    "base.model.bin": fakeModel(8, kSpeechMagic),
    "base.vocabulary.txt": Buffer.from("another vocabulary"),
    "mobile-sam.encoder.onnx": fakeModel(6, kSegmentMagic),
    "mobile-sam.decoder.onnx": fakeModel(2, kSegmentMagic),
  };
  const hash = (name) => createHash("sha256").update(files[name]).digest("hex");
  const entry = (name, title, quantisation, file) => ({
    ...{ name, title, task: "chat", architecture: "llama" },
    ...{ licence: "Apache-2.0", quantisation },
    files: [{ sources: [], ...file }],
  });
  const speech = (name, title, stem) => ({
    ...entry(name, title, "F16"),
    ...{ task: "transcribe", architecture: "whisper", licence: "MIT" },
    files: filesOf(`${stem}.model.bin`, `${stem}.vocabulary.txt`),
  });
  const filesOf = (...names) =>
    names.map((file) => ({ ...fileOf(file, hash(file)), sources: [] }));
  const fileOf = (name, sha256) => ({ name, size: files[name].length, sha256 });
  const small = fileOf("small.Q4_1.gguf", hash("small.Q4_1.gguf"));
  const damaged = fileOf("damaged.Q8_0.gguf", "0".repeat(64));
  const large = { name: "large.Q4_K_M.gguf", size: 4_920_000_000 };
  const models = [
    {
      ...entry("small", "SmolLM2 135M Instruct", "Q4_1", small),
      default: true,
    },
    entry("damaged", "Qwen3 0.6B", "Q8_0", damaged),
    entry("large", "Llama 3.1 8B Instruct", "Q4_K_M", large),
    {
      ...speech("whisper-tiny.en", "Whisper tiny, English", "tiny.en"),
      default: true,
    },
    speech("whisper-base", "Whisper base", "base"),
    {
      ...entry("mobile-sam", "MobileSAM", "F32"),
      ...{ task: "segment", architecture: "sam" },
      files: filesOf("mobile-sam.encoder.onnx", "mobile-sam.decoder.onnx"),
    },
  ];
  const heard = models.slice(3).flatMap((model) => model.files);
  const index = [small, damaged, ...heard].map((file) => ({
    ...file,
    file: file.name,
  }));
  return { files, catalog: { models }, index };
}

/** Where `wick models fetch` puts models. */
export const modelsHome = () =>
  process.env.WICK_MODELS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "wick/models");

/** The default model there; null if it is not there. */
export function realModel() {
  const path = join(modelsHome(), "SmolLM2-135M-Instruct.Q4_1.gguf");
  return existsSync(path) ? path : null;
}

/** The repository's catalogue, with a speech model that is there served from memory; null if it is not there. */
export const realSpeech = (name = "whisper-tiny.en") => realFiles(name);

/** The same of a model of any task. */
export function realFiles(name) {
  const { catalog } = realModels(null);
  const model = catalog.models.find((one) => one.name === name);
  const path = (file) => join(modelsHome(), file.name);
  if (!model?.files.every((file) => existsSync(path(file)))) return null;
  const read = (file) => [file.name, readFileSync(path(file))];
  const index = model.files.map((file) => ({ ...file, file: file.name }));
  return { catalog, files: Object.fromEntries(model.files.map(read)), index };
}

/** The repository's catalogue, with the real model served from memory. */
export function realModels(path) {
  const catalog = JSON.parse(
    readFileSync(new URL("../../models/catalog.json", import.meta.url), "utf8"),
  );
  const [file] = catalog.models[0].files;
  const files = path ? { [file.name]: readFileSync(path) } : {};
  return { catalog, files, index: path ? [{ ...file, file: file.name }] : [] };
}

/** `wick serve` of the native build, or null if that has not been built. */
export async function startNative() {
  if (!existsSync(kWick)) return null;
  const child = spawn(kWick, ["serve", "--port", "0", "--web", kPages]);
  const url = await new Promise((resolve, reject) => {
    child.stderr.on("data", (text) => {
      const found = /http:\/\/localhost:\d+/.exec(String(text));
      if (found) resolve(`${found[0]}/`);
    });
    child.on("exit", (code) =>
      reject(new Error(`wick serve ended with ${code}`)),
    );
  });
  return { url, close: () => child.kill() };
}

/** A browser over a server; `page()` opens a fresh profile, whose console errors and outside requests are kept. */
export async function startSite(server, flags = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Error(
      `no browser at ${executablePath}: install chromium or name one in CHROMIUM`,
    );
  const own = server ?? (await startServer(kPages, fakeModels()));
  const browser = await chromium.launch({
    executablePath,
    args: [...kFlags, ...flags],
  });
  async function page(options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: "light",
      serviceWorkers: "block",
      permissions: ["clipboard-read", "clipboard-write"],
      ...options,
    });
    const opened = await context.newPage();
    opened.setDefaultTimeout(15_000);
    const trouble = [];
    opened.on("console", (message) => {
      if (
        /error|warning/.test(message.type()) &&
        !kNoServiceWorker.test(message.text())
      )
        trouble.push(message.text());
    });
    opened.on("pageerror", (error) => trouble.push(String(error)));
    opened.on("request", (request) => {
      const url = request.url();
      if (!/^(blob|data):/.test(url) && !url.startsWith(own.url))
        trouble.push(url);
    });
    return Object.assign(opened, { trouble, leave: () => context.close() });
  }
  return {
    server: own,
    browser,
    page,
    /** An address of the site with the mock engine. */
    url: (hash = "") => `${own.url}?core=mock${hash}`,
    async close() {
      await browser.close();
      await own.close();
    },
  };
}

/** The field one writes in. */
export const field = (page) => page.getByLabel("Message", { exact: true });
export const lastAnswer = (page) =>
  page.locator("chat-turn article[aria-label^=Answer]").last();

/** Writes a message and sends it; returns when its answer has a place. */
export async function send(page, text) {
  const answers = page.locator("chat-turn article[aria-label^=Answer]");
  const before = await answers.count();
  await field(page).fill(text);
  await page.keyboard.press("Enter");
  await answers.nth(before).waitFor();
}

/** Waits until nothing is being written. */
export async function idle(page) {
  await page
    .getByRole("button", { name: "Send", exact: true })
    .waitFor({ timeout: 40_000 });
}

/** Sends a message and returns the text of the whole answer. */
export async function ask(page, text) {
  await send(page, text);
  await idle(page);
  return lastAnswer(page).locator(".prose").innerText();
}

/** Chooses a file by the page's button of this name. */
export async function choose(page, button, path) {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: button }).first().click();
  await (await chooser).setFiles(path);
}

/** Drops a file of this text on the page, once the page takes files: it may still be on its way. */
export async function drop(page, name, text) {
  const transfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName));
      return data;
    },
    [name, text],
  );
  await page.waitForFunction(
    (dataTransfer) =>
      !document.body.dispatchEvent(
        new DragEvent("dragover", {
          dataTransfer,
          bubbles: true,
          cancelable: true,
        }),
      ),
    transfer,
  );
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}
