// What holds on every page: axe-core, both themes, a phone, no isolation, no request to elsewhere.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { ask, drop, startSite, tempFile } from "./harness.mjs";

const jfk = readFileSync(new URL("../public/samples/jfk.wav", import.meta.url));

const axe = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);
const phone = {
  ...{ viewport: { width: 390, height: 844 }, hasTouch: true },
  ...{ isMobile: true, deviceScaleFactor: 2 },
};
let site;
before(async () => {
  site = await startSite();
});
after(() => site.close());

/** Goes through the pages and calls `look` in each state. */
async function tour(page, look) {
  await page.goto(site.url());
  await page.getByRole("heading", { name: /What runs where/ }).waitFor();
  await look("home");
  await page.goto(site.url("#/models"));
  await page.getByRole("article", { name: "SmolLM2" }).waitFor();
  await look("models");
  await page.goto(site.url("#/transcribe"));
  await page.getByText("Drop a recording here").waitFor();
  await drop(page, "notes.txt", "Dear diary");
  await page.getByRole("alert").waitFor();
  await look("transcribe, empty, with an error");
  await page.getByRole("button", { name: "Try a sample" }).click();
  await page.getByRole("button", { name: "Transcribe again" }).waitFor();
  await page.getByLabel("Search the transcript").fill("country");
  await page.getByText("1 of 2").waitFor();
  await look("transcribe");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel(/^Text at/).waitFor();
  await look("transcribe, editing");
  await page.reload();
  const names = ["one.wav", "two.wav", "three.wav"];
  await page
    .getByLabel("Drop, paste or choose another recording")
    .setInputFiles(names.map((name) => tempFile(name, jfk)));
  await page.getByText(/Transcribing two/).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Waiting: three.wav").waitFor();
  await look("transcribe, with a queue");
  await page.goto(site.url("#/segment"));
  await page.getByText("Drop a picture here").waitFor();
  await drop(page, "notes.txt", "Dear diary");
  await page.getByRole("alert").waitFor();
  await look("segment, empty, with an error");
  await page.getByRole("button", { name: "Try a sample" }).click();
  const answering = page.getByText("Click adds");
  await answering.waitFor({ state: "attached" });
  await page.locator(".stage img").click({ force: true });
  await page.getByText("Which did you mean?").waitFor();
  await look("segment");
  await page.goto(site.url("#/bench"));
  await page.getByRole("button", { name: "Measure" }).waitFor();
  await look("bench");
  await page.getByRole("button", { name: "Measure" }).click();
  await page.locator(".rate b").nth(2).waitFor();
  await look("bench, measuring");
  await page.getByRole("button", { name: "Copy as JSON" }).waitFor();
  await look("bench, measured");
  await page.goto(site.url("#/chat"));
  await page.getByText("Ask it something").waitFor();
  await drop(page, "notes.txt", "Dear diary");
  await page.getByRole("alert").waitFor();
  await look("chat, empty, with an error");
  await drop(page, "small.gguf", "GGUF and some more");
  await page.getByText("small is loaded").waitFor();
  await ask(page, "Count words in Python");
  await ask(page, "A table about bread");
  await look("chat");
  await page.getByRole("button", { name: "Alternatives" }).last().click();
  await page.getByRole("dialog").waitFor();
  await look("chat, alternatives");
}

async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() =>
    globalThis.axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("; ")}`,
  );
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, ${colorScheme}`, async () => {
    const page = await site.page({ colorScheme, reducedMotion: "reduce" });
    await tour(page, async (state) =>
      assert.deepEqual(await violations(page), [], state),
    );
    assert.deepEqual(page.trouble, []);
    await page.leave();
  });
}

/** Controls that stand outside the screen to the left or right. */
const outside = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("button, a, input, textarea, [role=dialog]")]
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 1 && (left < 0 || right > innerWidth);
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );

test("a phone never scrolls sideways, and axe finds nothing there", async () => {
  const page = await site.page({ ...phone, reducedMotion: "reduce" });
  await tour(page, async (state) => {
    const [inner, outer] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    assert.ok(inner <= outer, `${state}: ${inner} in ${outer} px`);
    assert.deepEqual(await outside(page), [], state);
    assert.deepEqual(await violations(page), [], state);
  });
  await page.leave();
});

test("a page that is not isolated says that it is slower, and why", async () => {
  site.server.behaviour.isolated = false;
  const page = await site.page();
  await page.goto(site.url("#/chat"));
  await page
    .getByText(/1 thread: this page is not cross-origin isolated/)
    .waitFor();
  await drop(page, "small.gguf", "GGUF and some more");
  await page.getByText("small is loaded").waitFor();
  assert.match(await ask(page, "Hello"), /\w/);
  await page.leave();
  site.server.behaviour.isolated = true;
});
