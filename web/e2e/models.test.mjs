// The models page: downloads that break, resume, are checked, paused and removed.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { drop, kSpeechMagic, startSite } from "./harness.mjs";

let site;
let page;
before(async () => {
  site = await startSite();
});
after(() => site.close());
afterEach(async () => {
  Object.assign(site.server.behaviour, { bytesPerSecond: 0, dropAfter: 0 });
  await page.leave();
});
const open = async () => {
  page = await site.page();
  await page.goto(site.url("#/models"));
  await row("SmolLM2").waitFor();
  site.server.requests.length = 0;
};
const row = (title) => page.getByRole("article", { name: title });
const act = (title, name) => row(title).getByRole("button", { name });
const ranges = () =>
  site.server.requests
    .filter(({ path }) => path.endsWith(".gguf"))
    .map(({ range }) => range);

test("a connection that breaks is told, and the rest is fetched on Resume", async () => {
  await open();
  site.server.behaviour.dropAfter = 8 << 20;
  site.server.behaviour.bytesPerSecond = 60e6;
  await act("SmolLM2", "Get").click();
  await row("SmolLM2")
    .getByRole("alert")
    .filter({ hasText: /connection was lost at \d+ of 25165824 bytes/ })
    .waitFor();
  await row("SmolLM2")
    .getByText(/Paused at [\d.]+ of 25\.2 MB/)
    .waitFor();
  site.server.behaviour.dropAfter = 0;
  await act("SmolLM2", "Resume").click();
  await row("SmolLM2").getByText("On this device, verified").waitFor();
  const [first, second] = ranges();
  assert.equal(first, undefined);
  assert.match(second, /^bytes=[1-9]\d+-$/);
  assert.equal(await row("SmolLM2").getByRole("alert").count(), 0);
});

test("a wrong checksum is told, nothing of the file stays", async () => {
  await open();
  await act("Qwen3", "Get").click();
  await row("Qwen3")
    .getByRole("alert")
    .filter({ hasText: /sha256 is [0-9a-f]{12}…, expected 000000000000…/ })
    .waitFor();
  await act("Qwen3", "Fetch again").waitFor();
});

test("what cannot fit is not fetched", async () => {
  await open();
  await row("Llama 3.1")
    .getByText(/Too large for a tab/)
    .waitFor();
  assert.ok(await act("Llama 3.1", "Get").isDisabled());
});

test("a download shows its figures, pauses, survives a reload, resumes", async () => {
  await open();
  site.server.behaviour.bytesPerSecond = 10e6;
  await act("SmolLM2", "Get").click();
  const line = row("SmolLM2").locator(".progress .facts");
  await line.getByText(/of 25\.2 MB/).waitFor();
  await line.getByText(/MB\/s/).waitFor();
  await line.getByText(/\d s left/).waitFor();
  await act("SmolLM2", "Pause").click();
  await row("SmolLM2")
    .getByText(/Paused at/)
    .waitFor();
  await page.reload();
  site.server.behaviour.bytesPerSecond = 0;
  await act("SmolLM2", "Resume").click();
  await row("SmolLM2").getByText("On this device, verified").waitFor();
  assert.match(ranges().at(-1), /^bytes=[1-9]/);
});

test("a model is removed, and Undo fetches it again", async () => {
  await open();
  await act("SmolLM2", "Get").click();
  await row("SmolLM2").getByText("On this device, verified").waitFor();
  await act("SmolLM2", "Remove").click();
  await page.getByText(/Removed SmolLM2/).waitFor();
  await act("SmolLM2", "Get").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await row("SmolLM2").getByText("On this device, verified").waitFor();
  assert.deepEqual(page.trouble, []);
});

test("a model opens the page that it is for; a dropped file too", async () => {
  await open();
  await act("SmolLM2", "Get").click();
  await act("SmolLM2", "Open").click();
  await page.getByText("SmolLM2 135M Instruct is loaded").waitFor();
  await page.goto(site.url("#/models"));
  await row("SmolLM2").waitFor();
  await drop(page, "mine.gguf", "GGUF of mine");
  await page.getByText("mine is loaded").waitFor();
  await page.goto(site.url("#/models"));
  await drop(page, "hears.bin", kSpeechMagic);
  await page.getByText(/Uses hears, a file of yours/).waitFor();
});
