// The Segment page in a browser, with the mock engine, which sees ellipses.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  choose,
  drop,
  kSegmentMagic,
  startSite,
  tempFile,
} from "./harness.mjs";

const kTruck = fileURLToPath(
  new URL("../public/samples/truck.jpg", import.meta.url),
);
const kFakeCamera = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];
let site;
let page;
before(async () => {
  site = await startSite(null, kFakeCamera);
});
after(() => site.close());
afterEach(() => page.leave());

const button = (name) => page.getByRole("button", { name, exact: true });
const answering = () => page.getByText("Click adds").waitFor();
async function ready(options = {}) {
  page = await site.page(options);
  await page.goto(site.url("#/segment"));
  await page.getByText("Drop a picture here").waitFor();
}
async function sample(options) {
  await ready(options);
  await page.getByRole("button", { name: "Try a sample" }).click();
  await answering();
}
/** A place in the picture, in parts of its sides, on the screen. */
async function place(x, y) {
  const box = await page.locator(".stage img").boundingBox();
  return [box.x + x * box.width, box.y + y * box.height];
}
const click = async (x, y) => page.mouse.click(...(await place(x, y)));
async function drag(from, to) {
  await page.mouse.move(...(await place(...from)));
  await page.mouse.down();
  await page.mouse.move(...(await place(...to)), { steps: 4 });
  await page.mouse.up();
}
const objects = () => page.locator(".obj");
const count = async (locator, wanted) => {
  await page.waitForFunction(
    ([selector, number]) =>
      document.querySelectorAll(selector).length === number,
    [locator, wanted],
  );
};
const alertOf = (words) =>
  page.getByRole("alert").filter({ hasText: words }).waitFor();
const noTrouble = () => assert.deepEqual(page.trouble, []);

test("a sample is read with progress, clicked, chosen from and exported", async () => {
  await ready();
  await page.getByRole("button", { name: "Try a sample" }).click();
  await page
    .getByRole("progressbar", { name: "Reading the picture" })
    .waitFor();
  await answering();
  await click(0.3, 0.3);
  await page.getByText("Which did you mean?").waitFor();
  assert.equal(await page.getByRole("radio").count(), 3);
  await page.getByRole("radio").nth(2).click();
  await page.waitForFunction(
    () =>
      document.querySelectorAll(".cand")[2].getAttribute("aria-checked") ===
      "true",
  );
  await page.keyboard.press("1");
  await page.waitForFunction(
    () =>
      document.querySelectorAll(".cand")[0].getAttribute("aria-checked") ===
      "true",
  );
  for (const [name, file] of [
    ["Cut-out", "truck.cutout.png"],
    ["Mask", "truck.mask.png"],
    ["Picture with overlay", "truck.overlay.png"],
    ["Outline", "truck.outline.svg"],
    ["Polygons", "truck.polygons.json"],
    ["Run lengths", "truck.rle.json"],
  ]) {
    await page.locator(".export summary").click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name }).click();
    const done = await download;
    assert.equal(done.suggestedFilename(), file);
    const bytes = readFileSync(await done.path());
    assert.ok(bytes.length > 100, file);
    if (file.endsWith(".png"))
      assert.deepEqual(
        [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
        [1800, 1200],
      );
    if (file.endsWith(".json"))
      assert.equal(JSON.parse(bytes).objects[0].name, "Object 1");
  }
  noTrouble();
});

test("points, a box and several objects; undo, redo, hide, rename, delete", async () => {
  await sample();
  await click(0.3, 0.3);
  await page.keyboard.down("Alt");
  await click(0.5, 0.3);
  await page.keyboard.up("Alt");
  await page.getByText("1 in, 1 out").waitFor();
  await page.locator(".pt.out").click({ position: { x: 4, y: 14 } }); // no double click
  await count(".pt", 1);
  await button("New").click();
  await drag([0.5, 0.5], [0.7, 0.8]);
  await count(".mask:not(.halo)", 2);
  assert.equal(await page.locator(".frame:not(.under)").count(), 1);
  await page.getByRole("button", { name: "Hide Object 1" }).click();
  await count(".mask:not(.halo)", 1);
  await page.keyboard.press("Control+z");
  await count(".mask:not(.halo)", 2);
  await button("Object 2").click();
  await page.getByLabel("Name of Object 2").fill("Wheel");
  await page.keyboard.press("Enter");
  await objects().filter({ hasText: "Wheel" }).waitFor();
  await button("Delete Wheel").click();
  await count(".obj", 1);
  await page.keyboard.press("Control+z");
  await count(".obj", 2);
  await page.keyboard.press("Control+Shift+z");
  await count(".obj", 1);
  noTrouble();
});

test("the pointer previews what a click would give, unless that is switched off", async () => {
  await sample();
  await page.mouse.move(...(await place(0.5, 0.5)));
  await page.locator(".mask.hover").waitFor();
  await page.mouse.move(...(await place(0.5, -0.02)));
  await count(".mask.hover", 0);
  await page.getByLabel("Preview on hover").uncheck();
  await page.mouse.move(...(await place(0.5, 0.5)));
  await page.waitForTimeout(200);
  assert.equal(await page.locator(".mask.hover").count(), 0);
  noTrouble();
});

test("the wheel zooms about the pointer, the hand moves, 0 shows all again", async () => {
  await sample();
  const whole = await page.locator(".stage img").boundingBox();
  const at = await place(0.25, 0.25);
  await page.mouse.move(...at);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction(
    (width) =>
      document.querySelector(".stage img").getBoundingClientRect().width >
      width * 2,
    whole.width,
  );
  const [x, y] = await place(0.25, 0.25);
  assert.ok(Math.abs(x - at[0]) < 2 && Math.abs(y - at[1]) < 2);
  await page.keyboard.press("h");
  await page.mouse.down();
  await page.mouse.move(at[0] + 60, at[1] + 40, { steps: 3 });
  await page.mouse.up();
  const [movedX] = await place(0.25, 0.25);
  assert.ok(Math.abs(movedX - at[0] - 60) < 2);
  assert.equal(await objects().count(), 0);
  await page.keyboard.press("0");
  const again = await page.locator(".stage img").boundingBox();
  assert.ok(Math.abs(again.width - whole.width) < 1);
  noTrouble();
});

test("the keyboard alone adds and leaves out", async () => {
  await sample();
  await page.getByRole("application").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await count(".pt.in", 1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Alt+Enter");
  await count(".pt.out", 1);
  noTrouble();
});

test("an object is selected by a click, by keys, and by a click where nothing is worked on", async () => {
  await sample();
  await click(0.2, 0.3);
  await count(".mask:not(.halo)", 1);
  await button("New").click();
  await click(0.7, 0.7);
  await count(".mask:not(.halo)", 2);
  const worksOn = (name) =>
    page.locator(".obj.cur").filter({ hasText: name }).waitFor();
  await worksOn("Object 2");
  await page.keyboard.press("v");
  await page.mouse.move(...(await place(0.2, 0.3)));
  await page.locator(".mask.pointed").waitFor();
  await click(0.2, 0.3);
  await worksOn("Object 1");
  await click(0.5, 0.05);
  await count(".obj.cur", 0);
  await page.keyboard.press("Escape"); // back to points; nothing is worked on
  await page.getByText("Elsewhere a click begins another").waitFor();
  await click(0.7, 0.7);
  await worksOn("Object 2");
  assert.equal(await page.locator(".pt").count(), 1);
  await click(0.72, 0.7); // and now points are added
  await count(".pt", 2);
  await page.keyboard.press(",");
  await worksOn("Object 1");
  await page.keyboard.press(",");
  await worksOn("Object 2");
  await page.keyboard.press("v");
  const stage = page.getByRole("application");
  const { x, y, width, height } = await stage.boundingBox();
  const [left, top] = await place(0.2, 0.3);
  await stage.focus();
  for (let at = x + width / 2; at > left + 12; at -= 12)
    await page.keyboard.press("ArrowLeft");
  for (let at = y + height / 2; at > top + 12; at -= 12)
    await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await worksOn("Object 1");
  noTrouble();
});

test("the keys work on after the mouse was on buttons, the slider and Paint or Erase", async () => {
  await sample();
  const pressed = (name) =>
    page.locator(`.tools [aria-label="${name}"][aria-pressed=true]`).waitFor();
  await click(0.3, 0.3);
  await button("Zoom in").click();
  await page.keyboard.press("b");
  await pressed("Box");
  await button("Fit").click();
  await page.keyboard.press("Control+z");
  await count(".obj", 0);
  await page.keyboard.press("r");
  await page.getByText("Erase", { exact: true }).click();
  await page.keyboard.press("h");
  await pressed("Move");
  await page.keyboard.press("r");
  await page.getByLabel("Size").click();
  const size = await page.getByLabel("Size").inputValue();
  await page.keyboard.press("ArrowRight");
  assert.equal(
    await page.getByLabel("Size").inputValue(),
    `${Number(size) + 1}`,
  );
  await page.keyboard.press("x");
  await pressed("Leave out");
  noTrouble();
});

test("a drag with Space held moves the picture, whatever the tool", async () => {
  await sample();
  await button("Zoom in").click();
  const [before] = await place(0.5, 0.5);
  await page.keyboard.down("Space");
  await page.getByText("Drag moves the picture").waitFor();
  await page.mouse.move(...(await place(0.5, 0.5)));
  await page.mouse.down();
  await page.mouse.move(before + 40, 300, { steps: 3 });
  await page.mouse.up();
  await page.keyboard.up("Space");
  await answering();
  const [after] = await place(0.5, 0.5);
  assert.ok(Math.abs(after - before - 40) < 2);
  assert.equal(await objects().count(), 0);
  await drag([0.4, 0.4], [0.6, 0.6]);
  await count(".frame:not(.under)", 1);
  noTrouble();
});

test("a double click is one click, and an object goes with its last point", async () => {
  await sample();
  await page.mouse.dblclick(...(await place(0.3, 0.3)));
  await count(".pt", 1);
  await page.locator(".pt").dblclick({ position: { x: 4, y: 14 } });
  await count(".obj", 0);
  await page.keyboard.press("Control+z");
  await count(".pt", 1);
  noTrouble();
});

test("what was painted by hand gives nothing to choose from, and a hidden object nothing to export", async () => {
  await sample();
  await page.keyboard.press("r");
  await drag([0.5, 0.5], [0.6, 0.5]);
  await count(".mask:not(.halo)", 1);
  assert.equal(await page.locator(".cand").count(), 0);
  await button("Hide Object 1").click();
  await page.locator(".export summary").click();
  await page.getByText("All objects are hidden").waitFor();
  noTrouble();
});

test("a tip stands within the window, its key apart", async () => {
  await sample();
  await button("Open another picture").hover();
  const tip = page.locator(".tip");
  await tip.filter({ hasText: "Open another" }).waitFor();
  const { x, y } = await tip.boundingBox();
  const opens = await button("Open another picture").boundingBox();
  assert.ok(x >= 0 && y >= opens.y + opens.height);
  await button("Add to it").hover();
  await tip.locator("kbd", { hasText: "P" }).waitFor();
  await button("Add to it").click();
  await tip.waitFor({ state: "hidden" });
  noTrouble();
});

test("on a phone the zoom bar lies under the menu", async () => {
  await ready({ viewport: { width: 390, height: 700 } });
  await page.getByRole("button", { name: "Try a sample" }).click();
  await page.getByText("Click adds").waitFor({ state: "attached" });
  await page.mouse.move(...(await place(0.5, 0.5)));
  await page.mouse.wheel(0, -400);
  await button("Zoom in").waitFor();
  await page.locator(".export summary").click();
  const covered = await page.evaluate(
    () =>
      [...document.querySelectorAll(".export .item")].filter((item) => {
        const { left, top, width, height } = item.getBoundingClientRect();
        const spots = [0.1, 0.5, 0.9].map((part) =>
          document.elementFromPoint(left + part * width, top + height / 2),
        );
        return !spots.every((spot) => item.contains(spot));
      }).length,
  );
  assert.equal(covered, 0);
  noTrouble();
});

/** Red to the left and blue to the right, of 20 megapixels; turned by an EXIF entry if `turned`. */
const dropLarge = (name, turned) =>
  page.evaluate(
    async ([file, turn]) => {
      const canvas = new OffscreenCanvas(5000, 4000);
      const context = canvas.getContext("2d");
      context.fillStyle = "#c00";
      context.fillRect(0, 0, 2500, 4000);
      context.fillStyle = "#00c";
      context.fillRect(2500, 0, 2500, 4000);
      const blob = await canvas.convertToBlob({ type: "image/jpeg" });
      const exif =
        "4578696600004d4d002a00000008000101120003000000010006000000000000";
      const entry = exif.match(/../g).map((byte) => parseInt(byte, 16));
      const head = new Uint8Array([255, 225, 0, entry.length + 2, ...entry]);
      const parts = turn ? [blob.slice(0, 2), head, blob.slice(2)] : [blob];
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(parts, file, { type: blob.type }));
      const over = { dataTransfer, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent("dragover", over));
      document.body.dispatchEvent(new DragEvent("drop", over));
    },
    [name, turned],
  );

for (const turned of [false, true])
  test(`a large picture${turned ? ", turned by its EXIF," : ""} is shown small and exported whole`, async () => {
    const [width, height] = turned ? [4000, 5000] : [5000, 4000];
    await ready();
    await dropLarge("large.jpg", turned);
    await page.getByRole("heading", { level: 1, name: "large.jpg" }).waitFor();
    await answering();
    const seen = await page.evaluate(() => {
      const image = document.querySelector(".stage img");
      const canvas = new OffscreenCanvas(10, 10);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0, 10, 10);
      const at = (x, y) => [...context.getImageData(x, y, 1, 1).data];
      const { naturalWidth, naturalHeight } = image;
      return { naturalWidth, naturalHeight, ends: [at(1, 1), at(8, 8)] };
    });
    assert.ok(seen.naturalWidth * seen.naturalHeight < 7e6);
    const shape = seen.naturalWidth / seen.naturalHeight;
    assert.ok(Math.abs(shape - width / height) < 0.01);
    const [[red], [, , blue]] = seen.ends;
    assert.ok(red > 150 && blue > 150);
    await click(0.5, 0.5);
    await count(".mask:not(.halo)", 1);
    for (const name of ["Mask", "Picture with overlay", "Cut-out"]) {
      await page.locator(".export summary").click();
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name }).click();
      const png = readFileSync(await (await download).path());
      const size = [png.readUInt32BE(16), png.readUInt32BE(20)];
      assert.deepEqual(size, [width, height]);
      if (name === "Mask") continue;
      const [inside, ends] = await page.evaluate(
        async ([bytes, turn]) => {
          const binary = Uint8Array.from(atob(bytes), (one) =>
            one.charCodeAt(0),
          );
          const picture = await createImageBitmap(new Blob([binary]));
          const canvas = new OffscreenCanvas(1, 1);
          const context = canvas.getContext("2d", { willReadFrequently: true });
          const at = (x, y) => {
            context.clearRect(0, 0, 1, 1);
            const from = [x * picture.width, y * picture.height, 1, 1];
            context.drawImage(picture, ...from, 0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data];
          };
          const middle = turn ? [0.5, 0.48] : [0.48, 0.5];
          return [at(...middle), at(0.02, 0.02)];
        },
        [png.toString("base64"), turned],
      );
      assert.ok(inside[0] > 100 && inside[3] === 255, `${name} ${inside}`);
      if (name === "Cut-out") assert.equal(ends[3], 0);
      else assert.ok(ends[0] > 150, `${ends}`);
    }
    noTrouble();
  });

test("fingers tap, and two of them zoom", async () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true };
  await ready({ ...phone, hasTouch: true });
  await page.getByRole("button", { name: "Try a sample" }).click();
  await page.getByText("Click adds").waitFor({ state: "attached" });
  await page.touchscreen.tap(...(await place(0.5, 0.5)));
  await count(".pt.in", 1);
  await button("Leave out").click();
  await page.touchscreen.tap(...(await place(0.7, 0.5)));
  await count(".pt.out", 1);
  await button("Select an object").click();
  await page.touchscreen.tap(...(await place(0.9, 0.1)));
  await count(".obj.cur", 0);
  await page.touchscreen.tap(...(await place(0.5, 0.5)));
  await count(".obj.cur", 1);
  const before = await page.locator(".stage img").boundingBox();
  const session = await page.context().newCDPSession(page);
  const touch = (type, ...points) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  await touch("touchStart", [150, 250], [240, 250]);
  await touch("touchMove", [110, 250], [280, 250]);
  await touch("touchMove", [80, 250], [310, 250]);
  await touch("touchEnd");
  await page.waitForFunction(
    (width) =>
      document.querySelector(".stage img").getBoundingClientRect().width >
      1.5 * width,
    before.width,
  );
  assert.equal(await page.locator(".pt").count(), 2);
  noTrouble();
});

test("a picture that was opened before comes back with its objects, from its address and from the list", async () => {
  await sample();
  await click(0.3, 0.3);
  await count(".mask:not(.halo)", 1);
  await page.reload();
  await answering();
  await count(".mask:not(.halo)", 1);
  const other = readFileSync(kTruck);
  const copy = tempFile("other.jpg", Buffer.concat([other, Buffer.from("x")]));
  await choose(page, "Open another picture", copy);
  await page.getByRole("heading", { name: "other.jpg" }).waitFor();
  await count(".mask:not(.halo)", 0);
  await page.getByRole("link", { name: "truck.jpg" }).click();
  await page.getByRole("heading", { level: 1, name: "truck.jpg" }).waitFor();
  await count(".mask:not(.halo)", 1);
  await page.getByRole("link", { name: "other.jpg" }).hover();
  await button("Delete other.jpg").click();
  await page.getByText("Deleted “other.jpg”").waitFor();
  noTrouble();
});

test("what is no picture is said, and what was there stays", async () => {
  await ready();
  await drop(page, "notes.txt", "Dear diary");
  await alertOf("notes.txt is not a picture that this browser reads");
  await page.getByRole("button", { name: "Try a sample" }).click();
  await answering();
  await drop(page, "notes.txt", "Dear diary");
  await alertOf("notes.txt is not a picture that this browser reads");
  await click(0.3, 0.3);
  await count(".mask:not(.halo)", 1);
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("a model's file is used in place, and one for something else is refused in words", async () => {
  await sample();
  await drop(page, "mine.onnx", kSegmentMagic);
  await page.locator(".model-menu .clip").filter({ hasText: "mine" }).waitFor();
  await answering();
  await drop(page, "chat.gguf", "GGUF and some more");
  await alertOf("made to chat and nothing else");
});

test("everything becomes objects; stopped, what was found stays; one undo takes it back", async () => {
  await sample();
  await button("Find everything").click();
  await page.getByRole("progressbar", { name: "Finding everything" }).waitFor();
  await click(0.3, 0.3); // is answered meanwhile
  await count(".obj", 17);
  await page.keyboard.press("Control+z");
  await count(".obj", 1);
  await page.keyboard.press("Control+Shift+z");
  await count(".obj", 17);
  const { height } = await page.locator(".objs").boundingBox();
  assert.ok(height > 380); // ten rows and some
  await page.keyboard.press("e"); // finds nothing that is not there
  await page.locator(".mask.found").first().waitFor();
  await count(".mask.found", 0);
  assert.equal(await page.locator(".obj").count(), 17);
  await page.keyboard.press("Control+z");
  await count(".obj", 1);
  await page.keyboard.press("e");
  await page.locator(".mask.found").first().waitFor();
  await button("Stop").click();
  await page.waitForFunction(() => {
    const { length } = document.querySelectorAll(".obj");
    return length > 1 && length < 17;
  });
  await count(".mask.found", 0);
  noTrouble();
});

test("the brush paints and erases", async () => {
  await sample();
  await click(0.3, 0.3);
  await count(".mask:not(.halo)", 1);
  const path = () => page.locator(".mask.on").getAttribute("d");
  const before = await path();
  await page.keyboard.press("r");
  await page.getByLabel("Size").fill("60");
  await drag([0.5, 0.5], [0.6, 0.5]);
  await page.waitForFunction(
    (known) => document.querySelector(".mask.on")?.getAttribute("d") !== known,
    before,
  );
  const painted = await path();
  await page.getByText("Erase", { exact: true }).click();
  await drag([0.5, 0.5], [0.6, 0.5]);
  await page.waitForFunction(
    (known) => document.querySelector(".mask.on")?.getAttribute("d") !== known,
    painted,
  );
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  assert.equal(await path(), before);
  noTrouble();
});

test("the camera gives a picture", async () => {
  await ready();
  await button("Camera").click();
  await button("Take the picture").click();
  await page.getByRole("heading", { name: /^Camera, / }).waitFor();
  await answering();
  noTrouble();
});
