// The service worker: the site without a network, and isolation on a host that sends no headers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, drop, field, startSite } from "./harness.mjs";

let site;
before(async () => {
  site = await startSite();
});
after(() => site.close());
const controlled = (page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller !== null);

test("after the first visit the site works with the network off", async () => {
  const page = await site.page({ serviceWorkers: "allow" });
  await page.goto(site.url("#/chat"));
  await controlled(page);
  await page.context().setOffline(true);
  await page.reload();
  await field(page).waitFor();
  assert.ok(await page.evaluate(() => crossOriginIsolated));
  await drop(page, "small.gguf", "GGUF and some more");
  await page.getByText("small is loaded").waitFor();
  assert.match(await ask(page, "Count words in Python"), /import re/);
  await page.goto(site.url("#/models"));
  await page.getByRole("heading", { name: "Models", exact: true }).waitFor();
  await page.context().close();
});

test("a host without isolation headers gets them from the service worker", async () => {
  site.server.behaviour.isolated = false;
  const page = await site.page({ serviceWorkers: "allow" });
  await page.goto(site.url());
  await page.waitForFunction(() => crossOriginIsolated);
  await page.getByText(/\d threads?, relaxed SIMD/).waitFor();
  await page.context().close();
});
