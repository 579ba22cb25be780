// The Transcribe page in a browser, with the mock engine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import {
  choose,
  drop,
  fakeModel,
  kSpeechMagic,
  startSite,
  tempFile,
} from "./harness.mjs";
import { fileURLToPath } from "node:url";

const kJfk = fileURLToPath(
  new URL("../public/samples/jfk.wav", import.meta.url),
);
const kFakeMicrophone = [
  "--use-fake-device-for-media-stream",
  `--use-file-for-fake-audio-capture=${kJfk}`,
  "--autoplay-policy=no-user-gesture-required",
];
let site;
let page;
before(async () => {
  site = await startSite(null, kFakeMicrophone);
});
after(() => site.close());
afterEach(async () => {
  await page.leave();
  site.server.behaviour.bytesPerSecond = 0;
});

const ready = async (options = {}) => {
  page = await site.page(options);
  await page.goto(site.url("#/transcribe"));
  await page.getByText("Drop a recording here").waitFor();
};
const button = (name) => page.getByRole("button", { name, exact: true });
/** Waits until a transcript is whole. */
const whole = async () => {
  const wait = { timeout: 60_000 };
  await page.getByRole("heading", { name: "In all" }).waitFor(wait);
  await button("Transcribe again").waitFor(wait);
};
const sample = async () => {
  await page.getByRole("button", { name: "Try a sample" }).click();
  await whole();
};
const text = () => page.getByRole("region", { name: "Transcript" });
const line = (at) => page.locator("transcript-line").nth(at);
const position = async () =>
  Number(
    await page.getByLabel("Position").first().getAttribute("aria-valuenow"),
  );
const alertOf = (words) => page.getByRole("alert").filter({ hasText: words });
const noTrouble = () => assert.deepEqual(page.trouble, []);

/** A PCM file: a tone in every channel. `stated` seconds in its header, if it shall lie. */
function wav({ rate = 16_000, channels = 1, seconds = 12, stated = seconds }) {
  const frames = Math.round(rate * seconds);
  const bytes = Buffer.alloc(44 + frames * channels * 2);
  bytes.write("RIFF", 0, "latin1");
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.write("data", 36, "latin1");
  const size = Math.round(rate * stated) * channels * 2;
  bytes.writeUInt32LE(36 + size, 4);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * channels * 2, 28);
  bytes.writeUInt16LE(channels * 2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.writeUInt32LE(size, 40);
  for (let at = 0; at < frames; at += 1)
    for (let channel = 0; channel < channels; channel += 1)
      bytes.writeInt16LE(
        Math.round(12_000 * Math.sin(at / 7)),
        44 + 2 * (at * channels + channel),
      );
  return bytes;
}

/** A video of two seconds that the browser itself makes, with a sound track or without. */
async function video(sound) {
  const base64 = await page.evaluate(async (withSound) => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    const stream = canvas.captureStream(10);
    const audio = new AudioContext();
    if (withSound) {
      const out = audio.createMediaStreamDestination();
      const tone = audio.createOscillator();
      tone.connect(out);
      tone.start();
      stream.addTrack(out.stream.getAudioTracks()[0]);
    }
    const recorder = new MediaRecorder(stream, { mimeType: "video/webm" });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let at = 0; at < 24; at += 1) {
      context.fillRect(at, at, 9, 9);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    recorder.stop();
    await ended;
    void audio.close();
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
  }, sound);
  return Buffer.from(base64, "base64");
}
const open = (name, bytes) =>
  choose(page, "Choose a file", tempFile(name, bytes));
const another = (name, bytes) =>
  page
    .getByLabel("Drop, paste or choose another recording")
    .setInputFiles(tempFile(name, bytes));

test("the sample: its model is fetched with it, its words come as they are heard", async () => {
  site.server.behaviour.bytesPerSecond = 8e6;
  await ready();
  await page.getByText(/Whisper tiny, English.*fetched once/).waitFor();
  await page.getByRole("button", { name: "Try a sample" }).click();
  await page.getByRole("progressbar", { name: /Loading|Fetching/ }).waitFor();
  await page.locator(".partial").getByText("And so").waitFor();
  await page
    .getByText(/× real time/)
    .first()
    .waitFor();
  await whole();
  assert.match(
    await text().innerText(),
    /And so, my fellow Americans, ask not what your country can do/,
  );
  assert.equal(
    await page.getByRole("heading", { level: 1 }).innerText(),
    "Inaugural address, 20 January 1961",
  );
  await page.getByText("jfk.wav · 0:11 · mono 16 kHz").waitFor();
  noTrouble();
});

test("a click on a word plays it, and words light up as they are heard", async () => {
  await ready();
  await sample();
  await line(0).getByText("country", { exact: true }).first().click();
  await page.waitForFunction(() => document.querySelector(".w.on"));
  assert.ok((await position()) >= 2);
  const first = await page.locator(".w.on").innerText();
  await page.waitForFunction(
    (before) => document.querySelector(".w.on")?.textContent !== before,
    first,
  );
  await button("Pause").click();
  await button("Play").waitFor();
  noTrouble();
});

test("keys: space plays, arrows jump, Ctrl+F searches, E edits", async () => {
  await ready();
  await sample();
  await page.locator("body").press(" ");
  await button("Pause").waitFor();
  await page.locator("body").press(" ");
  await button("Play").waitFor();
  const before = await position();
  await page.locator("body").press("ArrowRight");
  assert.equal(await position(), before + 5);
  await page.locator("body").press("ArrowLeft");
  assert.equal(await position(), before);
  await page.getByLabel("Position").press("End");
  assert.equal(await position(), 11);
  await page.locator("body").press("Control+f");
  assert.equal(
    await page.evaluate(() =>
      document.activeElement.getAttribute("aria-label"),
    ),
    "Search the transcript",
  );
  await page.keyboard.type("x k"); // goes into the field, not to the player
  await button("Play").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("h1").click({ position: { x: 1, y: 1 }, trial: true });
  await page.evaluate(() => document.activeElement.blur());
  await page.locator("body").press("e");
  await page.getByLabel(/^Text at/).waitFor();
  noTrouble();
});

test("files of 8 kHz, of eight channels and of an odd rate", async () => {
  await ready();
  await sample();
  for (const [name, shape, facts] of [
    ["low", { rate: 8000 }, "mono 8 kHz"],
    ["wide", { rate: 48_000, channels: 8 }, "8 channels 48 kHz"],
    ["odd", { rate: 44_056, channels: 2 }, "stereo 44.1 kHz"],
  ]) {
    await another(`${name}.wav`, wav(shape));
    await page.getByText(`${name}.wav · 0:12 · ${facts}`).waitFor();
    await whole();
    assert.match(await text().innerText(), /And so/);
  }
  noTrouble();
});

test("a video is heard by its sound track; one without is told so", async () => {
  await ready();
  const [heard, mute] = await Promise.all([video(true), video(false)]);
  await open("film.webm", heard);
  await whole();
  assert.match(await text().innerText(), /And so/);
  await another("mute.webm", mute);
  await alertOf("mute.webm is a video without a sound track.").waitFor();
  await page.getByRole("heading", { name: "film" }).waitFor();
  noTrouble();
});

test("a recording may be dropped or pasted anywhere", async () => {
  await ready();
  for (const [type, name] of [
    ["drop", "dropped"],
    ["paste", "pasted"],
  ]) {
    await page.evaluate(
      async ([kind, stem]) => {
        const bytes = await (await fetch("samples/jfk.wav")).blob();
        const data = new DataTransfer();
        data.items.add(new File([bytes], `${stem}.wav`));
        const init = { bubbles: true, cancelable: true };
        document.body.dispatchEvent(
          kind === "drop"
            ? new DragEvent("drop", { ...init, dataTransfer: data })
            : new ClipboardEvent("paste", { ...init, clipboardData: data }),
        );
      },
      [type, name],
    );
    await page.getByRole("heading", { name }).waitFor();
    await whole();
  }
  noTrouble();
});

test("what is no recording is told in place, and what was there stays", async () => {
  await ready();
  await drop(page, "notes.txt", "Dear diary, nothing to hear here.");
  await alertOf(
    /notes\.txt is no sound or video that this browser can/,
  ).waitFor();
  await drop(page, "empty.mp3", "");
  await alertOf("empty.mp3 is empty: it has no bytes.").waitFor();
  await open("short.wav", wav({ seconds: 0 }));
  await alertOf(/short\.wav has no sound in it/).waitFor();
  await sample();
  assert.equal(await page.getByRole("alert").count(), 0);
  await drop(page, "notes.txt", "Dear diary");
  await alertOf(/notes\.txt/).waitFor();
  assert.match(await text().innerText(), /And so/);
});

test("a file that is cut short gives what it has, and says so", async () => {
  await ready();
  await open("cut.wav", wav({ seconds: 10, stated: 60 }));
  await whole();
  assert.match(await text().innerText(), /And so/);
  await alertOf(/cut\.wav breaks off at 0:10/).waitFor();
});

test("a damaged sample ends a recording; what comes before it is kept", async () => {
  await ready();
  const frames = 16_000 * 12;
  const bytes = Buffer.concat([wav({ seconds: 0 }), Buffer.alloc(4 * frames)]);
  bytes.writeUInt16LE(3, 20); // floats
  bytes.writeUInt32LE(4 * 16_000, 28);
  bytes.writeUInt16LE(4, 32);
  bytes.writeUInt16LE(32, 34);
  bytes.writeUInt32LE(36 + 4 * frames, 4);
  bytes.writeUInt32LE(4 * frames, 40);
  for (let at = 0; at < frames; at += 1)
    bytes.writeFloatLE(at === 160_000 ? NaN : Math.sin(at / 7), 44 + 4 * at);
  await open("nan.wav", bytes);
  await whole();
  await alertOf(
    /nan\.wav breaks off at 0:10 of 0:12: samples that are/,
  ).waitFor();
  assert.match(await text().innerText(), /And so/);
});

test("silence is no transcript, and is said to be very quiet", async () => {
  await ready();
  const bytes = wav({ seconds: 3 });
  bytes.fill(0, 44);
  await open("silence.wav", bytes);
  await page
    .getByText("No speech found in this recording. It is very quiet.")
    .waitFor();
});

test("several recordings are transcribed one after another, and what is none is told by name", async () => {
  await ready();
  const chooser = page.waitForEvent("filechooser");
  await button("Choose a file").click();
  await (
    await chooser
  ).setFiles([
    tempFile("one.wav", wav({ seconds: 20 })),
    tempFile("notes.txt", "Dear diary"),
    tempFile("two.wav", wav({ seconds: 20 })),
    tempFile("three.wav", wav({ seconds: 9 })),
  ]);
  const queue = page.getByRole("group", { name: "Queue" });
  await queue.getByText("notes.txt, two.wav, three.wav").waitFor();
  await page.getByRole("heading", { name: "one" }).waitFor();
  await queue.getByText(/Transcribing two, 0:\d\d of 0:20/).waitFor();
  await alertOf(/notes\.txt is no sound/).waitFor();
  // The first stays; the one in work shows when it is asked for.
  await page.getByRole("heading", { name: "one" }).waitFor();
  await queue.getByRole("link", { name: "two" }).click();
  await page.getByRole("heading", { name: "two" }).waitFor();
  await queue.getByText("Next: three.wav").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText(/Stopped at/).waitFor();
  await queue.getByText("Waiting: three.wav").waitFor();
  await button("Transcribe it").click();
  await page.getByRole("heading", { name: "three" }).waitFor();
  await whole();
  await queue.waitFor({ state: "detached" });
  const earlier = page.getByRole("region", { name: "Earlier recordings" });
  assert.equal(await earlier.getByRole("link").count(), 2);
  noTrouble();
});

test("of a model and a recording that come together, each goes its way", async () => {
  await ready();
  await sample();
  await page
    .getByLabel("Drop, paste or choose another recording")
    .setInputFiles([
      tempFile("mine.model.bin", fakeModel(1, kSpeechMagic)),
      tempFile("told.wav", wav({ seconds: 9 })),
    ]);
  await page.getByRole("heading", { name: "told" }).waitFor();
  await page.locator("dd").getByText("mine", { exact: true }).waitFor();
  await whole();
  assert.match(await text().innerText(), /And so/);
  noTrouble();
});

test("a line is edited in place; the edit survives a reload, and so does the sound", async () => {
  await ready();
  await sample();
  await button("Edit").click();
  const field = page.getByLabel(/^Text at/);
  await field.fill("Something else entirely");
  await field.press("Escape");
  await line(0).getByText("Americans,").waitFor();
  await line(0).getByText("Americans,").click();
  await field.fill("And so, my dear fellow Americans, ask what you can do.");
  await field.press("Enter");
  await line(0).getByText("dear").waitFor();
  await page.waitForTimeout(300);
  await page.reload();
  await line(0).getByText("dear").waitFor();
  await line(0).getByText("dear").click();
  await page.waitForFunction(() => document.querySelector(".w.on"));
  noTrouble();
});

test("search counts hits, goes from one to the next, and Esc ends it", async () => {
  await ready();
  await sample();
  const field = page.getByLabel("Search the transcript");
  await field.fill("COUNTRY");
  await page.getByText("1 of 2").waitFor();
  assert.equal(await page.locator(".w.hit").count(), 2);
  await field.press("Enter");
  await page.getByText("2 of 2").waitFor();
  await button("Next hit").click();
  await page.getByText("1 of 2").waitFor();
  await field.fill("nowhere");
  await page.getByText("none found").waitFor();
  await field.press("Escape");
  assert.equal(await field.inputValue(), "");
});

test("export in every format, also after a reload, when no model is loaded", async () => {
  await ready();
  await sample();
  await page.reload();
  await line(0).getByText("Americans,").waitFor();
  for (const [format, words, beginning] of [
    ["txt", "Plain text", /^And so, my fellow/],
    [
      "srt",
      "Subtitles, SubRip",
      /^1\n00:00:00,700 --> 00:00:\d\d,\d{3}\nAnd so/,
    ],
    ["vtt", "Subtitles, WebVTT", /^WEBVTT\n\n(00:)?00:00\.700 --> /],
    ["tsv", "Table with times", /^start\tend\ttext\n700\t\d+\tAnd so/],
    ["json", "Words, times, probabilities", /^\{\n {2}"text": " And so/],
  ]) {
    await page.getByText("Export", { exact: true }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: words }).click();
    const saved = await download;
    assert.equal(
      saved.suggestedFilename(),
      `inaugural-address-20-january-1961.${format}`,
    );
    const content = readFileSync(await saved.path(), "utf8");
    assert.match(content, beginning);
    if (format !== "json") continue;
    const { language, file, segments } = JSON.parse(content);
    assert.deepEqual([language, file], ["en", "jfk.wav"]);
    assert.equal(segments[0].words[0].text, " And");
    assert.ok(segments[0].tokens.length > 0);
  }
  await page.getByText("Ready", { exact: true }).waitFor(); // no model came
});

test("copy puts the text on the clipboard", async () => {
  await ready();
  await sample();
  await button("Copy").click();
  await button("Copied").waitFor();
  assert.match(
    await page.evaluate(() => navigator.clipboard.readText()),
    /^And so, my fellow Americans/,
  );
});

test("Esc stops, what is done is kept, and Go on does the rest once", async () => {
  await ready();
  await open("long.wav", wav({ seconds: 90 }));
  await line(1).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText(/Stopped at 0:\d\d of\s+1:30/).waitFor();
  const had = await page.locator("transcript-line").count();
  assert.ok(had >= 2);
  await button("Go on").click();
  await whole();
  const times = await page
    .locator("transcript-line .at")
    .evaluateAll((all) => all.map((one) => one.textContent.trim()));
  assert.ok(times.length > had);
  const seconds = times.map((time) => {
    const [minutes, rest] = time.split(":");
    return Number(minutes) * 60 + Number(rest);
  });
  assert.deepEqual(
    seconds,
    [...seconds].sort((a, b) => a - b),
  );
  noTrouble();
});

test("a recording stays when another is made; it is deleted, and comes back by undo", async () => {
  await ready();
  await sample();
  await another("second.wav", wav({ seconds: 9 }));
  await page.getByRole("heading", { name: "second" }).waitFor();
  await whole();
  const earlier = page.getByRole("region", { name: "Earlier recordings" });
  await earlier.getByRole("link", { name: /Inaugural/ }).click();
  await page.getByRole("heading", { name: /Inaugural/ }).waitFor();
  await earlier.getByRole("button", { name: "Delete second" }).click();
  await page.getByText("Deleted “second”").waitFor();
  await earlier.waitFor({ state: "detached" });
  await button("Undo").click();
  await page.getByRole("heading", { name: "second" }).waitFor();
  await line(0).getByText("And", { exact: true }).waitFor();
  noTrouble();
});

test("the microphone is transcribed as it hears, and its recording plays", async () => {
  await ready({ permissions: ["microphone"] });
  await button("Record").click();
  await page.getByRole("meter", { name: "Microphone level" }).waitFor();
  await page.locator(".partial").getByText("And so").waitFor();
  await page.getByText(/0:0[4-9]\s*recorded/).waitFor();
  await page
    .getByLabel("Microphone", { exact: true })
    .locator("option", { hasText: /Fake/ })
    .first()
    .waitFor({ state: "attached" });
  await button("Stop recording").first().click();
  await whole();
  assert.match(await text().innerText(), /And so/);
  await page.getByRole("heading", { name: /^Recording, \d+ / }).waitFor();
  await button("Play").click();
  await page.waitForFunction(() => document.querySelector(".w.on"));
  noTrouble();
});

test("a microphone that is refused is told in place, and earlier work stays", async () => {
  await ready({ permissions: [] });
  await button("Record").click();
  await alertOf(/does not let this page use the microphone/).waitFor();
  await sample();
  await button("Record").click();
  await alertOf(/does not let this page use the microphone/).waitFor();
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException("", "NotFoundError"));
  });
  await button("Record").click();
  await alertOf("There is no microphone. Plug one in").waitFor();
  assert.match(await text().innerText(), /And so/);
});

test("a trap of the engine is told inline; Try again starts it afresh", async () => {
  await ready();
  await sample();
  await page.getByLabel("Names and terms to expect").fill("trap");
  await page.getByLabel("Names and terms to expect").press("Tab");
  await button("Transcribe again").click();
  await alertOf(/The engine broke off: unreachable/).waitFor();
  await page.getByLabel("Names and terms to expect").fill("");
  await page.getByLabel("Names and terms to expect").press("Tab");
  await button("Try again").click();
  await line(0).getByText("Americans,").waitFor();
  assert.match(await text().innerText(), /And so/);
});

test("what a model's weights run as is told", async () => {
  await ready();
  await sample();
  await page.getByText("Its F16 weights run as Q8_0.").waitFor();
  const menu = page.getByLabel(/Model: Whisper tiny, English/);
  assert.match(await menu.innerText(), /Q8_0/);
});

test("a model of many languages may be chosen, and told which one", async () => {
  await ready();
  await sample();
  assert.ok(await page.getByLabel("To English").isDisabled());
  await page.getByLabel(/Model: Whisper tiny, English/).click();
  await page.getByRole("button", { name: /Whisper base/ }).click();
  await page.getByText("Ready · Whisper base").waitFor();
  await page.getByLabel("Language").selectOption("German");
  await page.getByText("To English").click();
  await button("Transcribe again").click();
  await page.getByText(/Transcribing anew/).waitFor();
  await whole();
  await page.locator("dd").getByText("Whisper base").waitFor();
  noTrouble();
});
