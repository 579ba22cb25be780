// The whole way with the real engine and SmolLM2-135M: module, worker, page. Skipped where the model is not on this
// machine (`./dev models` fetches it) or the modules are not built.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  ask,
  choose,
  drop,
  field,
  idle,
  lastAnswer,
  realModel,
  realModels,
  send,
  startNative,
  startSite,
  tempFile,
} from "./harness.mjs";
import { startServer } from "./server.mjs";

const pages = fileURLToPath(new URL("../dist-e2e/", import.meta.url));
const model = realModel();
const missing = ["single", "threads", "relaxed"].filter(
  (variant) => !existsSync(`${pages}core/${variant}/core.js`),
);
const skip = !model
  ? "the model is not on this machine: ./dev models"
  : missing.length > 0 && `modules not built: ${missing.join(", ")}`;

// "What is the capital of France?" would not do: its first word is a near-tie of this model (logits 25.33 for "The",
// 25.24 for "L"), which 8-bit activations turn, here as in llama.cpp.
const kQuestion = "Tell me the capital of France.";
const button = (page, name) => page.getByRole("button", { name, exact: true });
const figures = (page) => page.locator(".under").innerText();
/** Greedy and short: the same answer every time. */
async function exact(page, longest = 48) {
  await page.getByText("Exact", { exact: true }).click();
  const field = page.getByLabel("Longest answer");
  await field.fill(String(longest));
  await field.press("Tab");
}
async function load(page, path) {
  await choose(page, "Choose a GGUF file", path);
  await page.getByText(/ is loaded$/).waitFor({ timeout: 60_000 });
}

describe(
  "served by wick serve, or in its stead by the test's server",
  { skip },
  () => {
    let site;
    before(async () => {
      const server =
        (await startNative()) ?? (await startServer(pages, realModels(model)));
      site = await startSite(server);
    });
    after(() => site.close());

    test("the first question fetches the default model; the second reuses the first", async () => {
      const page = await site.page();
      await page.goto(`${site.server.url}#/chat`);
      await exact(page);
      const fetching = page.getByText(/Fetching SmolLM2/).first();
      await send(page, kQuestion);
      await fetching.waitFor();
      await idle(page);
      assert.match(await lastAnswer(page).innerText(), /Paris/);
      const first = await figures(page);
      assert.match(first, /\d tokens\/s/);
      assert.match(first, /\b0 of \d+ reused/);

      await ask(page, "And of Italy?");
      const [, reused] = /(\d+) of \d+ reused/.exec(await figures(page));
      assert.ok(Number(reused) > 30, `${reused} tokens reused`);
      assert.deepEqual(page.trouble, []);
      await page.leave();
    });

    test("Stop ends an answer at once; alternatives are told; the answer can branch", async () => {
      const page = await site.page();
      await page.goto(`${site.server.url}#/chat`);
      await load(page, model);
      await exact(page, 2000);
      await send(page, "Write a very long story about the sea.");
      await lastAnswer(page)
        .locator(".prose")
        .getByText(/\w+ \w+/)
        .waitFor();
      await button(page, "Stop writing").click();
      await idle(page);
      await page.getByText("stopped", { exact: true }).waitFor();
      const text = await lastAnswer(page).locator(".prose").innerText();
      assert.ok(text.length > 0 && text.length < 2000);
      await button(page, "Alternatives").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("%").first().waitFor();
      await dialog.locator(".alt:not([aria-current])").first().click();
      await button(page, "Stop writing").click();
      await page.getByRole("img", { name: "Version 2 of 2" }).waitFor();
      assert.deepEqual(page.trouble, []);
      await page.leave();
    });

    test("bad files are told inline, and the page goes on working", async () => {
      const page = await site.page();
      await page.goto(`${site.server.url}#/chat`);
      const alert = page.getByRole("alert");
      await drop(page, "notes.txt", "This is no model.");
      await alert.getByText(/notes\.txt: /).waitFor();
      assert.match(await alert.innerText(), /GGUF/);

      const cut = tempFile(
        "cut.gguf",
        readFileSync(model).subarray(0, 40 << 20),
      );
      await choose(page, "Choose a GGUF file", cut);
      await alert.getByText(/cut\.gguf: /).waitFor();
      const head = tempFile("head.gguf", readFileSync(model).subarray(0, 5000));
      await choose(page, "Choose a GGUF file", head);
      await alert.getByText(/head\.gguf: /).waitFor();

      await load(page, model);
      await exact(page);
      assert.match(await ask(page, kQuestion), /Paris/);
      await loadAgain(page);
      assert.deepEqual(page.trouble, []);
      await page.leave();
    });

    /** Loads the model a second time in the same worker, by the menu, and asks again. */
    async function loadAgain(page) {
      await page.getByLabel(/^Model: /).click();
      await choose(page, "Choose a GGUF file…", model);
      await page.getByText(/^Ready · /).waitFor({ timeout: 60_000 });
      assert.match(await ask(page, kQuestion), /Paris/);
    }

    test("a question longer than the context is told inline", async () => {
      const page = await site.page();
      await page.goto(`${site.server.url}#/chat`);
      await load(page, model);
      await exact(page);
      await send(page, "many words ".repeat(6000));
      await lastAnswer(page)
        .getByText(/The conversation has \d+ tokens, the context holds \d+/)
        .waitFor();
      await idle(page);
      await page.getByRole("button", { name: /New conversation/ }).click();
      assert.match(await ask(page, kQuestion), /Paris/);
      await page.leave();
    });
  },
);

describe("every build of the module", { skip }, () => {
  let site;
  before(async () => {
    site = await startSite(await startServer(pages, realModels(null)));
  });
  after(() => site.close());

  for (const variant of ["single", "threads", "relaxed"]) {
    test(`${variant} answers`, async () => {
      site.server.behaviour.isolated = variant !== "single";
      const page = await site.page();
      const asked = variant === "threads" ? "?variant=threads" : "";
      await page.goto(`${site.server.url}${asked}#/chat`);
      await field(page).waitFor();
      await load(page, model);
      await exact(page);
      const answer = await ask(page, kQuestion);
      assert.match(answer, /Paris/);
      const used = site.server.requests.map(({ path }) => path);
      assert.ok(used.includes(`/core/${variant}/core.wasm`));
      site.server.requests.length = 0;
      await page.leave();
    });
  }
});

test(
  "a tab that gets no more memory says so, and the page goes on",
  { skip },
  async () => {
    const site = await startSite(
      await startServer(pages, realModels(null)),
      ["--js-flags=--wasm-max-mem-pages=1000"], // of 64 KiB
    );
    const page = await site.page();
    await page.goto(`${site.server.url}#/chat`);
    const alert = page.getByRole("alert");
    await choose(page, "Choose a GGUF file", model);
    await alert
      .getByText(/SmolLM2.*out of memory.*The tab can get no more/)
      .waitFor();
    await drop(page, "notes.txt", "This is no model.");
    await alert.getByText(/notes\.txt: /).waitFor();
    await site.close();
  },
);
