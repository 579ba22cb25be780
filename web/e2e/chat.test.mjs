// The chat page with the mock engine: what it does, whatever the model says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import {
  ask,
  choose,
  drop,
  fakeModel,
  field,
  idle,
  lastAnswer,
  send,
  startSite,
  tempFile,
} from "./harness.mjs";

let site;
let page;
before(async () => {
  site = await startSite();
});
after(() => site.close());
afterEach(async () => {
  site.server.behaviour.bytesPerSecond = 0;
  await page.leave();
});
const open = async (options) => {
  page = await site.page(options);
  await page.goto(site.url("#/chat"));
  await field(page).waitFor();
};
/** A page whose model is loaded: the mock takes any file that begins as a GGUF does. */
const ready = async () => {
  await open();
  await drop(page, "small.gguf", "GGUF and some more");
  await page.getByText("small is loaded").waitFor();
};
const button = (name) => page.getByRole("button", { name, exact: true });
const noTrouble = () => assert.deepEqual(page.trouble, []);

test("an example fetches the model with bytes, speed and Cancel, then is answered", async () => {
  await open();
  site.server.behaviour.bytesPerSecond = 9e6;
  await page.getByRole("button", { name: /Explain page tables/ }).click();
  await page
    .getByText(/Fetching SmolLM2/)
    .first()
    .waitFor();
  await page.getByText(/[\d.]+ of 25\.2 MB/).waitFor();
  await page.getByText(/[\d.]+ MB\/s/).waitFor();
  await button("Cancel").waitFor();
  await idle(page);
  assert.match(await lastAnswer(page).innerText(), /\w{4}/);
  assert.match(await page.locator(".under").innerText(), /[\d.]+ tokens\/s/);
  const meter = page.getByRole("meter", { name: "Context used" });
  assert.ok(Number(await meter.getAttribute("aria-valuenow")) > 10);
  noTrouble();
});

test("Cancel ends a fetch and keeps what has arrived", async () => {
  await open();
  site.server.behaviour.bytesPerSecond = 9e6;
  await send(page, "Hello");
  await page.getByText(/[\d.]+ of 25\.2 MB/).waitFor();
  await button("Cancel").click();
  await idle(page);
  await page.getByText("Stopped before the first word.").waitFor();
  site.server.behaviour.bytesPerSecond = 0;
  await button("Regenerate").click();
  await lastAnswer(page).locator(".prose").waitFor();
  await idle(page);
  assert.ok(
    site.server.requests.some(({ range }) => /^bytes=[1-9]/.test(range ?? "")),
  );
});

test("a picked file is used in place", async () => {
  await open();
  const path = tempFile("picked.Q8_0.gguf", fakeModel(6));
  await choose(page, "Choose a GGUF file", path);
  await page.getByText("picked.Q8_0 is loaded").waitFor();
  assert.match(await ask(page, "Hello"), /\w/);
});

test("a dropped file that is no model is told inline, and the page goes on", async () => {
  await open();
  await drop(page, "notes.txt", "Dear diary");
  await page
    .getByRole("alert")
    .filter({ hasText: "notes.txt: starts with 'Dear', expected 'GGUF'" })
    .waitFor();
  await drop(page, "small.gguf", "GGUF and some more");
  await page.getByText("small is loaded").waitFor();
  assert.match(await ask(page, "Hello"), /\w/);
});

test("a file that is no model leaves the model that is loaded", async () => {
  await ready();
  await ask(page, "Hello");
  await drop(page, "notes.txt", "Dear diary");
  await page.getByText("notes.txt: starts with 'Dear'").first().waitFor();
  const before = site.server.requests.length;
  assert.match(await ask(page, "Hello again"), /\w/);
  await page.locator("model-menu").getByText("small").first().waitFor();
  assert.equal(site.server.requests.length, before, "nothing was fetched");
});

test("another model ends the answer in work, which keeps its words", async () => {
  await ready();
  await send(page, "A long answer, please");
  await lastAnswer(page).getByText("Line 1 of").waitFor();
  await drop(page, "other.gguf", "GGUF and some more");
  await idle(page);
  await page.locator("model-menu").getByText("other").first().waitFor();
  assert.match(
    await lastAnswer(page).locator(".prose").innerText(),
    /^Line 1 of/,
  );
  assert.match(await ask(page, "Hello"), /\w/);
  noTrouble();
});

/** Opens the chat with a browser whose storage fails as `script` makes it. */
const openWithout = async (script) => {
  page = await site.page();
  await page.addInitScript(script);
  await page.goto(site.url("#/chat"));
  await field(page).waitFor();
  await drop(page, "small.gguf", "GGUF and some more");
  await page.getByText("small is loaded").waitFor();
};

test("a full store is told inline, and the answer is written all the same", async () => {
  await openWithout(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  assert.match(await ask(page, "Hello"), /\w/);
  await page
    .getByRole("status")
    .filter({ hasText: "storage is full" })
    .waitFor();
  noTrouble();
});

test("a browser that refuses all storage still talks, and says so", async () => {
  await openWithout(() => {
    const refuse = () => {
      throw new DOMException("denied", "SecurityError");
    };
    IDBFactory.prototype.open = refuse;
    Storage.prototype.setItem = refuse;
    Storage.prototype.getItem = refuse;
  });
  await page
    .getByRole("status")
    .filter({ hasText: "conversations end with it" })
    .waitFor();
  assert.match(await ask(page, "Hello"), /\w/);
  noTrouble();
});

test("an answer streams, Stop keeps what was written, Continue goes on", async () => {
  await ready();
  await send(page, "A long answer, please");
  await lastAnswer(page).getByText("Line 1 of").waitFor();
  const used = await page.getByRole("meter").getAttribute("aria-valuenow");
  assert.ok(Number(used) > 4, "the meter grows while the answer does");
  await button("Stop writing").click();
  await idle(page);
  const stopped = await lastAnswer(page).locator(".prose").innerText();
  assert.match(stopped, /^Line 1 of/);
  assert.ok(stopped.length < 1000);
  await page.getByText("stopped", { exact: true }).waitFor();
  await button("Continue").click();
  await button("Stop writing").waitFor();
  await page.waitForFunction(
    (length) => document.querySelector(".prose").innerText.length > length + 20,
    stopped.length,
  );
  await page.keyboard.press("Escape");
  await idle(page);
  noTrouble();
});

test("regenerating and editing keep the earlier versions", async () => {
  await ready();
  await ask(page, "Tell me a story");
  await button("Regenerate").click();
  await page.getByRole("img", { name: "Version 2 of 2" }).waitFor();
  await button("Previous version").click();
  await page.getByRole("img", { name: "Version 1 of 2" }).waitFor();

  await page.locator("chat-turn").first().hover();
  await button("Edit").first().click();
  await page.getByLabel("Edit message 1").fill("Tell me about bread");
  await page.keyboard.press("Enter");
  await lastAnswer(page).locator("table").waitFor();
  await idle(page);
  await page.locator("chat-turn").first().hover();
  await button("Previous version").click();
  await page.getByText("Tell me a story", { exact: true }).waitFor();
});

test("system prompt and sampling settings are used and kept", async () => {
  await ready();
  const system = page.getByLabel("System prompt");
  await system.fill("Answer in one word.");
  await page.getByText("Exact", { exact: true }).click();
  assert.match(await ask(page, "Capital of France?"), /Paris/);
  const slider = page.getByLabel("Temperature");
  assert.equal(await slider.getAttribute("aria-valuetext"), "greedy");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await page.reload();
  await page.getByText("Capital of France?").first().waitFor();
  assert.equal(await system.inputValue(), "Answer in one word.");
  assert.equal(await slider.getAttribute("aria-valuetext"), "0.05");
});

test("a second turn reuses the first", async () => {
  await ready();
  await ask(page, "Hello");
  await ask(page, "And now?");
  const words = await page.locator(".under").innerText();
  const [, reused] = /(\d+) of \d+ reused/.exec(words);
  assert.ok(Number(reused) > 0);
});

test("a code block has its language, colours and Copy", async () => {
  await ready();
  await ask(page, "Count words in Python");
  const block = page.locator("figure.codeblock");
  await block.getByText("Python").waitFor();
  await block.locator("[class^=hljs]").first().waitFor();
  await block.getByRole("button", { name: "Copy" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^import re\nfrom collections import Counter\n/);
  noTrouble();
});

test("HTML in an answer does nothing", async () => {
  await ready();
  await ask(page, "Answer with raw HTML");
  await page.getByText('<img src="x" onerror=').waitFor();
  assert.equal(await page.locator(".prose :is(img, script)").count(), 0);
  assert.equal(await page.evaluate(() => "hit" in window), false);
});

test("another token can be chosen, and the answer branches there", async () => {
  await ready();
  await ask(page, "Tell me a story");
  await button("Alternatives").click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await page.keyboard.press("ArrowRight");
  await dialog.getByText("token 2").waitFor();
  await dialog.locator(".alt:not([aria-current])").first().click();
  await page.getByRole("img", { name: "Version 2 of 2" }).waitFor();
  await idle(page);
});

test("conversations are kept over a reload, found, deleted and brought back", async () => {
  await ready();
  await ask(page, "First subject");
  await page.getByRole("button", { name: /New conversation/ }).click();
  await ask(page, "Second subject");
  await page.reload();
  const list = page.getByRole("navigation", { name: "Conversations" });
  await list.getByRole("link", { name: "Second subject" }).waitFor();
  await page.getByLabel("Search conversations").fill("first");
  await list.getByRole("link", { name: "First subject" }).click();
  await page.getByRole("article", { name: "Answer" }).waitFor();
  await page.getByLabel("Search conversations").fill("");
  await list.getByRole("link", { name: "First subject" }).hover();
  await button("Delete First subject").click();
  await list
    .getByRole("link", { name: "First subject" })
    .waitFor({ state: "detached" });
  await button("Undo").click();
  await list.getByRole("link", { name: "First subject" }).waitFor();
  noTrouble();
});

test("a conversation saved as JSON opens again", async () => {
  await ready();
  await ask(page, "Keep this one");
  await page.getByLabel("More for this conversation").click();
  const download = page.waitForEvent("download");
  await button("Save as JSON").click();
  const saved = await download;
  assert.equal(saved.suggestedFilename(), "keep-this-one.json");
  const text = readFileSync(await saved.path(), "utf8");
  await choose(page, "Open a saved conversation", tempFile("saved.json", text));
  const list = page.getByRole("navigation", { name: "Conversations" });
  await list.getByRole("link", { name: "Keep this one" }).nth(1).waitFor();
  await drop(page, "broken.json", text.slice(0, 40));
  await page.getByText(/broken\.json: .*not valid JSON/).waitFor();
});

test("a trap of the engine is told inline; the next question starts it afresh", async () => {
  await ready();
  await send(page, "trap");
  await lastAnswer(page)
    .getByText(/The engine broke off: unreachable/)
    .waitFor();
  await idle(page);
  assert.match(await ask(page, "Hello"), /\w/);
});

test("an engine that hangs is ended by Stop; the next question starts it afresh", async () => {
  await ready();
  await send(page, "hang");
  await button("Stop writing").click();
  await lastAnswer(page)
    .getByText(/did not stop in time/)
    .waitFor();
  await idle(page);
  assert.match(await ask(page, "Hello"), /\w/);
});

test("the keyboard alone will do", async () => {
  page = await site.page();
  await page.goto(site.url());
  await page.keyboard.press("Tab");
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  assert.equal(await focused(), "Skip to content");
  await page.goto(site.url("#/chat"));
  await field(page).focus();
  await page.keyboard.type("A long answer");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("please");
  await page.keyboard.press("Enter");
  await lastAnswer(page).getByText("Line 1 of").waitFor();
  await page.keyboard.press("Escape");
  await idle(page);
  await field(page).focus();
  await page.keyboard.press("ArrowUp");
  const editor = page.getByLabel("Edit message 1");
  assert.equal(await editor.inputValue(), "A long answer\nplease");
  await page.keyboard.press("Escape");
  await editor.waitFor({ state: "detached" });
  await page.locator(".thread").focus();
  await page.keyboard.press("n");
  await page.getByText("Ask it something").waitFor();
});
