// The Transcribe page with the real engine and whisper-tiny.en. Skipped where the model is not on this machine (`./dev
// models`). One page for all tests, so that the model is fetched and loaded once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  BufferSource,
  BufferTarget,
  Conversion,
  Input,
  MP3,
  Mp4OutputFormat,
  Output,
} from "mediabunny";
import { modelsHome, realSpeech, startSite, tempFile } from "./harness.mjs";
import { startServer } from "./server.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const kJfk = at("../public/samples/jfk.wav");
const speech = realSpeech();
const skip = speech
  ? false
  : "no Whisper model: `wick models fetch whisper-tiny.en`";

const jfk = readFileSync(kJfk);
const kRate = 16_000;
const kHead = jfk.indexOf("data", 0, "latin1") + 8;

/** The recording's beginning as floats of one channel or more: what `frame` makes of a sample and its number. */
function floats(seconds, frame) {
  const samples = Array.from({ length: seconds * kRate }, (_, number) =>
    frame(jfk.readInt16LE(kHead + 2 * number) / 32_768, number),
  ).flat();
  const channels = samples.length / (seconds * kRate);
  const bytes = Buffer.alloc(44 + 4 * samples.length);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(3, 20); // floats
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(kRate, 24);
  bytes.writeUInt32LE(4 * channels * kRate, 28);
  bytes.writeUInt16LE(4 * channels, 32);
  bytes.writeUInt16LE(32, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(4 * samples.length, 40);
  samples.forEach((sample, at) => bytes.writeFloatLE(sample, 44 + 4 * at));
  return bytes;
}

/** The recording cut to so many seconds, or repeated to them. */
function wav(seconds) {
  const one = jfk.subarray(kHead, kHead + 2 * 11 * kRate);
  const times = Math.ceil(seconds / 11);
  const sound = Buffer.concat(Array(times).fill(one), 2 * seconds * kRate);
  const bytes = Buffer.concat([jfk.subarray(0, kHead), sound]);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.writeUInt32LE(sound.length, kHead - 4);
  return bytes;
}

describe("the page with the real engine", { skip }, () => {
  let site;
  let page;
  before(async () => {
    const server = await startServer(at("../dist-e2e/"), speech);
    site = await startSite(server, [
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${kJfk}`,
      "--autoplay-policy=no-user-gesture-required",
    ]);
    page = await site.page({ permissions: ["microphone"] });
    page.setDefaultTimeout(60_000);
    await page.goto(`${server.url}#/transcribe`);
  });
  after(() => site?.close());

  const button = (name) => page.getByRole("button", { name, exact: true });
  const whole = async (title) => {
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.getByRole("heading", { name: "In all" }).waitFor();
    await button("Transcribe again").waitFor();
  };
  const another = (path) =>
    page
      .getByLabel("Drop, paste or choose another recording")
      .setInputFiles(path);
  /** What is heard, in lower case without marks. */
  const heard = async () => {
    const words = await page.locator(".seg-line .w").evaluateAll((all) =>
      all.map((one) => {
        const copy = one.cloneNode(true);
        copy.querySelector(".sr")?.remove();
        return copy.textContent;
      }),
    );
    return words
      .join(" ")
      .toLowerCase()
      .match(/[a-z]+/g)
      .join(" ");
  };
  const kText =
    /^and so my fellow americans ask(ed)? not what your country can do for you ask what you can do for your country$/;

  test("the sample: Kennedy is heard, and a click on a word plays it", async () => {
    await page.getByRole("button", { name: "Try a sample" }).click();
    await whole(/Inaugural/);
    assert.match(await heard(), kText);
    await page
      .locator(".seg-line .w")
      .filter({ hasText: /^country/ })
      .first()
      .click();
    await page.locator(".w.on").filter({ hasText: "country" }).waitFor();
    const position = page.getByLabel("Position").first();
    const seconds = Number(await position.getAttribute("aria-valuenow"));
    assert.ok(seconds >= 4 && seconds <= 7, `${seconds} s`);
    await page.waitForFunction(
      () => !document.querySelector(".w.on")?.textContent.includes("country"),
    );
    await button("Pause").click();
    assert.deepEqual(page.trouble, []);
  });

  test("live: the microphone's words come while it hears", async () => {
    await button("Record").click();
    await page.getByRole("heading", { name: /^Recording/ }).waitFor();
    await page
      .getByRole("region", { name: "Transcript" })
      .getByText(/fellow Americans/i)
      .first()
      .waitFor();
    await button("Stop recording").first().click();
    await whole(/^Recording/);
    assert.match(await heard(), /my fellow americans/);
    assert.deepEqual(page.trouble, []);
  });

  test("flac, ogg, mp3 and mp4 are heard as wav is", async (context) => {
    const source = tempFile("short.wav", wav(5));
    const files = [];
    try {
      for (const kind of ["flac", "ogg", "mp3"]) {
        files.push(tempFile(`kennedy_as_${kind}.${kind}`, ""));
        const args = [at("encode.py"), source, files.at(-1)];
        execFileSync("python3", args, { stdio: "pipe" });
      }
    } catch (reason) {
      context.skip(`libsndfile does not encode here: ${reason.message}`);
      return;
    }
    const mp3 = new BufferSource(readFileSync(files.at(-1)));
    const output = new Output({
      format: new Mp4OutputFormat(),
      target: new BufferTarget(),
    });
    const input = new Input({ source: mp3, formats: [MP3] });
    await (await Conversion.init({ input, output })).execute();
    const mp4 = Buffer.from(output.target.buffer);
    for (const path of [...files, tempFile("kennedy_as_mp4.mp4", mp4)]) {
      await another(path);
      await whole(`kennedy as ${path.slice(-4).replace(".", "")}`);
      assert.match(await heard(), /^and so my fellow americans/);
    }
    assert.deepEqual(page.trouble, []);
  });

  test("a voice in opposite phases is heard, and what comes before a damaged sample", async () => {
    const apart = floats(5, (sample) => [sample, -sample]);
    await another(tempFile("apart.wav", apart));
    await whole("apart");
    assert.match(await heard(), /^and so my fellow americans/);
    const damaged = (sample, number) => (number === 5 * kRate ? NaN : sample);
    await another(tempFile("damaged.wav", floats(8, damaged)));
    await whole("damaged");
    assert.match(await heard(), /^and so my fellow americans/);
    await page
      .getByRole("alert")
      .getByText(/damaged\.wav breaks off at 0:05 of 0:08: samples/)
      .waitFor();
    assert.deepEqual(page.trouble, []);
  });

  test("an hour is read in bounded memory, and can be stopped", async () => {
    const path = tempFile("hour.wav", wav(3600));
    const before = await largestRenderer(site.browser);
    await another(path);
    await page.getByText(/Reading\s*\d+:\d\d\s*of\s*1:00:00/).waitFor();
    await page.getByText(/0:00\s*of\s*1:00:00/).waitFor();
    const grown = (await largestRenderer(site.browser)) - before;
    // Of its log-mel 115 MB are kept, of what is read ahead 58 MB. Its samples alone would be 230 MB, 690 as stereo.
    assert.ok(grown < 400e6, `the tab grew by ${Math.round(grown / 1e6)} MB`);
    await page.keyboard.press("Escape");
    await page.getByText(/Stopped at 0:\d\d of\s+1:00:00/).waitFor();
    rmSync(path);
    assert.deepEqual(page.trouble, []);
  });

  test("a CTranslate2 model's own files are dropped, and hear", async () => {
    const names = speech.index.map(({ name }) => join(modelsHome(), name));
    await page.evaluate(() => {
      const input = document.createElement("input");
      Object.assign(input, { type: "file", id: "own", multiple: true });
      document.body.append(input);
    });
    await page.locator("#own").setInputFiles(names);
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      const input = document.querySelector("#own");
      for (const file of input.files) dataTransfer.items.add(file);
      input.remove();
      const init = { dataTransfer, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent("drop", init));
    });
    await page.getByText("Ready · whisper-tiny.en").waitFor();
    await another(tempFile("mine.wav", wav(5)));
    await whole("mine");
    assert.match(await heard(), /^and so my fellow americans/);
    await page.locator("dd").getByText("whisper-tiny.en").waitFor();
    await page.getByText("Its F16 weights run as Q8_0.").waitFor();
    assert.deepEqual(page.trouble, []);
  });

  test("a model that only the local server can fetch says so", async () => {
    await page.goto(`${site.server.url}#/models`);
    const row = page.getByRole("article", { name: /Whisper base/ });
    await row.getByText(/run\s+wick models fetch whisper-base/).waitFor();
    assert.ok(await row.getByRole("button", { name: "Get" }).isDisabled());
  });
});

/** Bytes in memory of the process that shows the page, which is the largest. */
async function largestRenderer(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, "utf8");
      return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
    });
  return Math.max(...sizes);
}
