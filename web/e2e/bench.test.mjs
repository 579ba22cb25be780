// The page that measures: with the mock engine, and where the modules are built, with the real one.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ask, drop, field, send, startSite } from "./harness.mjs";

const built = existsSync(
  fileURLToPath(new URL("../dist-e2e/core/relaxed/core.js", import.meta.url)),
);
const skip = !built && "module not built: relaxed";

let site;
let page;
before(async () => {
  site = await startSite();
});
after(() => site.close());
afterEach(() => page.leave());

const button = (name) => page.getByRole("button", { name, exact: true });
const figures = () => page.locator(".rate b");
const progress = () => page.getByRole("progressbar", { name: "Measuring" });
async function open(address = site.url("#/bench"), options = {}) {
  page = await site.page(options);
  await page.goto(address);
  await button("Measure").waitFor();
}
async function measured() {
  await button("Measure").waitFor({ timeout: 60_000 });
}
const copied = async (name) => {
  await button(name).click();
  await button("Copied").waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  await button(name).waitFor(); // says what it does again
  return text;
};

test("a quick look shows each row with its part of the peak, and copies as Markdown and JSON", async () => {
  await open();
  await page.getByText("Nothing is uploaded").waitFor();
  await button("Measure").press("Enter");
  await progress().waitFor();
  await page.getByRole("status").getByText("Measuring").waitFor();
  assert.ok(await page.getByLabel("Everything").isDisabled());
  await measured();
  assert.ok(
    await button("Measure").evaluate((it) => it === document.activeElement),
  );
  assert.equal(await figures().count(), 10);
  const row = page
    .getByRole("listitem")
    .filter({ hasText: "Reading a prompt of 512 tokens, head 64" });
  assert.match(
    await row.innerText(),
    /attention\/prefill\/f16\/hd64\/s512\/t1[^]*\d %[^]*GFLOP\/s/,
  );
  await page.getByText(/This tab used 1 thread with SIMD/).waitFor();
  assert.match(
    await copied("Copy as Markdown"),
    /\| `matmul\/q4_1\/gemv\/t1` \|/,
  );
  const report = JSON.parse(await copied("Copy as JSON"));
  assert.equal(report.rows.length, 10);
  assert.ok(report.peaks["1"].read_gbs > 0);
  assert.deepEqual(page.trouble, []);
});

test("Stop keeps the rows so far; leaving the page stops too; the figures are there on return", async () => {
  await open();
  await page.getByText("Everything", { exact: true }).click();
  await button("Measure").click();
  await figures().nth(1).waitFor();
  await button("Stop").click();
  await measured();
  const kept = await figures().count();
  assert.ok(kept >= 2 && kept < 14, `${kept} rows`);
  await page.getByText(`${kept} of 14 figures`).waitFor();

  await button("Measure").click();
  await figures().nth(0).waitFor();
  await page.getByRole("link", { name: "Models" }).first().click();
  await page.getByRole("heading", { name: "Models", exact: true }).waitFor();
  await page.getByRole("status").getByText("Ready", { exact: true }).waitFor();
  await page.goBack();
  await page.getByText(/\d of 14 figures/).waitFor();
  await page.reload();
  await page.getByText(/\d of 14 figures/).waitFor();
  assert.deepEqual(page.trouble, []);
});

test("home leads there; a loaded model stays, and one measures when nothing is being written", async () => {
  page = await site.page();
  await page.goto(site.url("#/chat"));
  await field(page).waitFor();
  await drop(page, "small.gguf", "GGUF and some more");
  await page.getByText("small is loaded").waitFor();
  await send(page, "Count words in Python");
  await page.getByRole("link", { name: "Wick, home" }).click();
  await page.getByRole("link", { name: "How fast is that?" }).click();
  await page.getByText("small stays loaded").waitFor();
  await page.getByText(/An answer is being written\. Measure when/).waitFor();
  assert.ok(await button("Measure").isDisabled());
  await page.getByText(/^Ready · small/).waitFor({ timeout: 30_000 });
  await button("Measure").click();
  await figures().nth(0).waitFor();
  await button("Stop").click();
  await measured();
  await page.goto(site.url("#/chat"));
  await field(page).waitFor();
  assert.match(await ask(page, "Hello"), /\w/);
  await page.getByText(/^Ready · small/).waitFor();
  assert.deepEqual(page.trouble, []);
});

test("on a phone with reduced motion", async () => {
  await open(site.url("#/bench"), {
    ...{ viewport: { width: 390, height: 844 }, hasTouch: true },
    ...{ isMobile: true, reducedMotion: "reduce" },
  });
  await button("Measure").tap();
  await figures().nth(3).waitFor();
  await button("Stop").tap();
  await measured();
  assert.ok(
    await page.evaluate(
      () => document.documentElement.scrollWidth <= innerWidth,
    ),
  );
});

test("the real kernels", { skip }, async () => {
  await open(`${site.server.url}#/bench`);
  await button("Measure").click();
  await measured();
  assert.equal(await figures().count(), 10);
  await page
    .getByText(/This tab used \d+ threads? with relaxed SIMD/)
    .waitFor();
  const { device, rows } = JSON.parse(await copied("Copy as JSON"));
  assert.match(device, /relaxed/);
  for (const { min, median, max } of rows)
    assert.ok(0 < min && min <= median && median <= max);
  assert.deepEqual(page.trouble, []);
});

test("the real kernels on a page that is not isolated", { skip }, async () => {
  site.server.behaviour.isolated = false;
  await open(`${site.server.url}#/bench`);
  await button("Measure").click();
  await figures().nth(0).waitFor();
  await button("Stop").click();
  await measured();
  await page.getByText("This tab used 1 thread with SIMD.").waitFor();
  await page.getByText(/1 thread: this page is not cross-origin/).waitFor();
  site.server.behaviour.isolated = true;
  assert.deepEqual(page.trouble, []);
});

test("a tab that gets too little memory says so", { skip }, async () => {
  const small = await startSite(undefined, [
    "--js-flags=--wasm-max-mem-pages=2000", // of 64 KiB
  ]);
  page = await small.page();
  await page.goto(`${small.server.url}#/bench`);
  await button("Measure").click();
  await page
    .getByRole("alert")
    .getByText(/memory.*close other tabs/)
    .waitFor();
  await button("Measure").waitFor();
  await small.close();
});
