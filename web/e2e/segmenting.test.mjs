// The Segment page with the real engine and MobileSAM. Skipped where the model is not on this machine (`wick models
// fetch mobile-sam`). One page for all tests, so that the model is loaded once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { iouOf } from "./coco.mjs";
import { modelsHome, realFiles, startSite, tempFile } from "./harness.mjs";
import { startServer } from "./server.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const kTruck = at("../public/samples/truck.jpg");
const wick = at("../../build/native/bin/wick");
const golden = JSON.parse(
  readFileSync(at("../../tests/golden/segment/truck.json"), "utf8"),
);
const model = realFiles("mobile-sam");
const skip = model ? false : "no MobileSAM: `wick models fetch mobile-sam`";
const kEncoder = join(modelsHome(), "mobile-sam.encoder.onnx");

describe("the page with the real engine", { skip }, () => {
  let site;
  let page;
  before(async () => {
    const server = await startServer(at("../dist-e2e/"), model);
    site = await startSite(server);
    page = await site.page({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${server.url}#/segment`);
    await page.getByRole("button", { name: "Try a sample" }).click();
    await page.getByText("Click adds").waitFor({ timeout: 120_000 });
  });
  after(async () => {
    await page?.leave();
    await site?.close();
  });

  const place = async (x, y) => {
    const box = await page.locator(".stage img").boundingBox();
    return [
      box.x + (x / golden.width) * box.width,
      box.y + (y / golden.height) * box.height,
    ];
  };
  const click = async (x, y, options) =>
    page.mouse.click(...(await place(x + 0.5, y + 0.5)), options);
  const answered = () =>
    page.locator(".obj.cur small").filter({ hasText: "%" }).waitFor();
  /** The visible things as the page exports them. */
  async function exported(name = "Run lengths") {
    await page.locator(".export summary").click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name }).click();
    return readFileSync(await (await download).path());
  }
  const rle = async () => JSON.parse(await exported()).objects;
  /** Until the only thing has another mask. */
  const refinedBy = async ({ area }) =>
    page.waitForFunction(
      (known) =>
        document.querySelector(".kv dd")?.textContent !== known &&
        document.querySelectorAll(".pt").length === 2,
      `${area.toLocaleString("en-US")} px`,
    );
  /** The window's mask with one more point, as the terminal's program refines it. */
  function refinedNatively(point) {
    const window = [500, 375, 1];
    const prompts = [
      { points: [window], name: "window" },
      { points: [window, point], mask_from: "window" },
    ];
    const file = tempFile("prompts.json", JSON.stringify(prompts));
    const args = ["segment", kEncoder, kTruck, "--prompts", file, "--json"];
    return JSON.parse(execFileSync(wick, args, { stdio: "pipe" })).masks[1].rle;
  }
  const expected = (name) => ({
    size: [golden.height, golden.width],
    counts: golden.cases.find((one) => one.name === name).mask,
  });

  test("a click on the truck's window gives the masks that the model gives natively", async () => {
    await click(500, 375);
    await answered();
    const scores = await page.locator(".cand b").allInnerTexts();
    const [, ...known] = golden.cases[0].iou;
    scores.forEach((score, index) =>
      assert.ok(Math.abs(score - known[index]) < 0.01, `${scores}`),
    );
    const [{ segmentation, area }] = await rle();
    assert.ok(iouOf(segmentation, expected("point")) > 0.99);
    assert.ok(area > 10_000);
    if (existsSync(wick)) {
      const args = ["segment", kEncoder, kTruck, "--point", "500,375"];
      const native = JSON.parse(
        execFileSync(wick, [...args, "--json"], { stdio: "pipe" }),
      );
      assert.ok(iouOf(segmentation, native.masks[0].rle) > 0.999);
    }
    assert.deepEqual(page.trouble, []);
  });

  test("a further point refines the window's mask as it does natively, and undo brings the window back", async () => {
    const [before] = await rle();
    for (const [inside, label] of [
      [true, 1],
      [false, 0],
    ]) {
      if (!inside) await page.keyboard.down("Alt");
      await click(1125, 625);
      await page.keyboard.up("Alt");
      await page.getByText(inside ? /^2$/ : "1 in, 1 out").waitFor();
      await refinedBy(before);
      const [refined] = await rle();
      if (inside)
        assert.ok(iouOf(refined.segmentation, expected("mask_refine")) > 0.99);
      if (existsSync(wick))
        assert.ok(
          iouOf(refined.segmentation, refinedNatively([1125, 625, label])) >
            0.999,
        );
      await page.keyboard.press("Control+z");
      assert.deepEqual(await rle(), [before]);
    }
  });

  test("a box around the wheel gives a second object, and what is exported is both", async () => {
    await page.getByRole("button", { name: "New" }).click();
    await page.mouse.move(...(await place(425, 600)));
    await page.mouse.down();
    await page.mouse.move(...(await place(600, 700)));
    await page.mouse.move(...(await place(700, 875)));
    await page.mouse.up();
    await answered();
    const [, wheel] = await rle();
    assert.ok(iouOf(wheel.segmentation, expected("box")) > 0.97);
    const polygons = JSON.parse(await exported("Polygons"));
    assert.equal(polygons.objects.length, 2);
    assert.ok(polygons.objects[0].polygons[0].outer.length > 20);
    assert.match(String(await exported("Outline")), /^<svg[^]*<path[^]*<path/);
    const png = await exported("Cut-out");
    assert.equal(png.readUInt32BE(16), golden.width);
    assert.equal(png.readUInt32BE(20), golden.height);
  });

  test("the pointer is followed", async () => {
    await page.mouse.move(...(await place(1400, 650)));
    await page.mouse.move(...(await place(1402, 652)));
    await page.locator(".mask.hover").waitFor();
    const path = await page.locator(".mask.hover").getAttribute("d");
    assert.match(path, /^M\d/);
  });

  test("after a reload the picture and its objects are there without reading it again", async () => {
    await page.reload();
    await page.getByText("Click adds").waitFor({ timeout: 120_000 });
    assert.equal(await page.locator(".obj").count(), 2);
    const facts = await page.locator(".top .num").innerText();
    assert.match(facts, /1,800 × 1,200 · read once in [\d.]+ m?s, kept/);
    await click(1000, 400);
    await page.waitForTimeout(300);
    assert.deepEqual(page.trouble, []);
  });
});
