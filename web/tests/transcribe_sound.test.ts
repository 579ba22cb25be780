import { kSampleRate } from "../engine/samples.ts";
import { expect, test } from "vitest";
import { ahead, createQueue, skip } from "../pages/transcribe/ahead.ts";
import { kSilent, litBars, nextLevel } from "../pages/transcribe/level.ts";
import { measured } from "../pages/transcribe/measured.ts";
import {
  bars,
  createPeaks,
  isQuiet,
  pathOfBars,
} from "../pages/transcribe/peaks.ts";
import { createResampler, toMono } from "../pages/transcribe/resample.ts";
import { soundPieces, type Block } from "../pages/transcribe/sound_pieces.ts";
import { createWavWriter } from "../pages/transcribe/wav.ts";

const sine = (hertz: number, rate: number, seconds: number) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, at) =>
    Math.sin((2 * Math.PI * hertz * at) / rate),
  );

/** All output for an input that comes in pieces of these lengths, in turn. */
function resampled(input: Float32Array, rate: number, lengths: number[]) {
  const resampler = createResampler(rate);
  const out: number[] = [];
  for (let at = 0, turn = 0; at < input.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    out.push(...resampler.push(input.subarray(at, at + length)));
    at += length;
  }
  out.push(...resampler.end());
  return out;
}

/** The largest difference, but for the first and last 10 ms, where the recording begins and ends. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let at = 160; at < a.length - 160; at += 1)
    most = Math.max(most, Math.abs((a[at] ?? 0) - (b[at] ?? 0)));
  return most;
}

test.each([
  8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_056, 44_100, 48_000, 96_000,
  192_000,
])("resample: a tone keeps pitch, loudness and length from %i Hz", (rate) => {
  const heard = resampled(sine(440, rate, 1), rate, [1024]);
  expect(heard).toHaveLength(kSampleRate);
  expect(difference(heard, sine(440, kSampleRate, 1))).toBeLessThan(1e-3);
});

test("resample: what is too high to be kept is not folded into what is", () => {
  const heard = resampled(sine(12_000, 48_000, 0.5), 48_000, [4096]);
  const loudest = Math.max(...heard.slice(160, -160).map(Math.abs));
  expect(20 * Math.log10(loudest)).toBeLessThan(-80);
});

test("resample: the pieces in which sound comes do not matter", () => {
  const input = sine(300, 44_100, 0.4);
  const whole = resampled(input, 44_100, [input.length]);
  expect(resampled(input, 44_100, [1, 7, 500, 3])).toEqual(whole);
});

test("resample: an empty recording stays empty, a single sample becomes none or one", () => {
  expect(resampled(new Float32Array(0), 44_100, [1])).toEqual([]);
  expect(resampled(new Float32Array(1), 44_100, [1])).toHaveLength(0);
  expect(resampled(new Float32Array(1), 8000, [1])).toHaveLength(2);
});

test("mono is the mean of the channels, however many there are", () => {
  const channels = [1, 2, 3, 4, 5, 6, 7, 8].map((v) => Float32Array.of(v, -v));
  expect(toMono(channels)).toEqual(Float32Array.of(4.5, -4.5));
  expect(toMono([])).toHaveLength(0);
});

test("mono is the first channel where the others cancel it out", () => {
  const left = sine(200, 8000, 0.1);
  const against = left.map((sample) => -0.95 * sample);
  expect(toMono([left, against])).toBe(left);
  const apart = sine(300, 8000, 0.1);
  expect(toMono([left, apart])).not.toBe(left);
  const silence = new Float32Array(left.length);
  const one = toMono([silence, silence, left, silence]);
  expect(
    difference(
      one,
      left.map((sample) => sample / 4),
    ),
  ).toBeLessThan(1e-6);
});

/** What becomes of decoded blocks of a file of some seconds: samples, and what is told of it. */
async function heardOf(blocks: Block[], seconds: number, failure?: Error) {
  const decoder = async function* () {
    for (const block of blocks) yield await Promise.resolve(block);
    if (failure) throw failure;
  };
  const told: string[] = [];
  const facts = { name: "a.wav", seconds, missing: 0 };
  const heard: number[] = [];
  for await (const piece of soundPieces(decoder(), facts, (words) =>
    told.push(words),
  ))
    heard.push(...piece);
  return { heard, told };
}
/** A tone in blocks of a tenth of a second. */
const tone = (seconds: number, rate = kSampleRate): Block[] =>
  Array.from({ length: seconds * 10 }, () => ({
    rate,
    channels: [sine(440, rate, 0.1)],
  }));

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1e12])(
  "pieces: what comes before a sample of %f is kept, and it is told where",
  async (wrong) => {
    const blocks = tone(4);
    blocks[25]?.channels[0]?.fill(wrong, 800);
    const { heard, told } = await heardOf(blocks, 4);
    expect(heard).toHaveLength(2.55 * kSampleRate);
    expect(heard.every((sample) => Math.abs(sample) <= 1)).toBe(true);
    expect(told).toEqual([
      "a.wav breaks off at 0:02 of 0:04: samples that are no numbers follow.",
    ]);
  },
);

test("pieces: what is damaged from its first sample on is no recording", async () => {
  const blocks = [{ rate: 8000, channels: [Float32Array.of(Number.NaN)] }];
  await expect(heardOf(blocks, 1)).rejects.toThrow(
    "a.wav cannot be decoded: samples that are no numbers follow.",
  );
});

test("pieces: a decoder that fails, and a file that ends early, keep what came", async () => {
  const failed = await heardOf(tone(2), 9, new Error("bad packet"));
  expect(failed.heard).toHaveLength(2 * kSampleRate);
  expect(failed.told).toEqual([
    "a.wav breaks off at 0:02 of 0:09: bad packet.",
  ]);
  const short = await heardOf(tone(2), 9);
  expect(short.told).toEqual([
    "a.wav breaks off at 0:02 of 0:09: the rest of the file is missing.",
  ]);
  expect((await heardOf(tone(2), 2)).told).toEqual([]);
});

test("pieces: rate and channels may change within a file", async () => {
  const stereo = tone(1, 48_000).map(({ rate, channels }) => ({
    rate,
    channels: [...channels, ...channels],
  }));
  const blocks = [...tone(1), ...tone(0.5, 48_000), ...stereo];
  const { heard, told } = await heardOf(blocks, 2.5);
  expect(heard).toHaveLength(2.5 * kSampleRate);
  expect(told).toEqual([]);
});

test("pieces: a voice in opposite phases is heard, by the second and not by the block", async () => {
  const blocks = tone(2).map(({ rate, channels: [left = second()] }, at) => ({
    rate,
    // In the first second they cancel out for a tenth of it only.
    channels: [left, at > 0 && at < 10 ? left : left.map((sample) => -sample)],
  }));
  const { heard } = await heardOf(blocks, 2);
  expect(Math.max(...heard.slice(0, 1600))).toBe(0);
  expect(Math.max(...heard.slice(kSampleRate))).toBeGreaterThan(0.9);
});

test("wav: header and samples are those of a 16-bit file at 16 kHz", async () => {
  const wav = createWavWriter();
  wav.add(Float32Array.of(0, 1, -1, 2));
  wav.add(new Float32Array(kSampleRate * 60)); // more than one part
  expect(wav.seconds).toBeCloseTo(60, 3);
  const file = wav.file();
  const view = new DataView(await file.arrayBuffer());
  expect(file.size).toBe(44 + 2 * (kSampleRate * 60 + 4));
  expect(view.getUint32(40, true)).toBe(file.size - 44);
  expect(view.getUint32(24, true)).toBe(16_000);
  expect([0, 1, 2, 3].map((at) => view.getInt16(44 + 2 * at, true))).toEqual([
    0, 32_767, -32_767, 32_767,
  ]);
});

test("peaks: bars follow loudness, and silence is a dot", () => {
  const peaks = createPeaks();
  peaks.add(new Float32Array(kSampleRate));
  peaks.add(sine(200, kSampleRate, 1));
  const heights = bars(peaks.values(), 0, 2, 4);
  expect([...heights].map((height) => Math.round(height))).toEqual([
    0, 0, 1, 1,
  ]);
  expect(pathOfBars(Float32Array.of(0), 4, 76)).toBe("M2.0 36.9V39.1");
  expect([...bars(new Uint8Array(0), 0, 0, 3)]).toEqual([0, 0, 0]);
});

test("peaks: a recording is quiet whose loudest sample is under a hundredth", () => {
  const quiet = createPeaks();
  quiet.add(new Float32Array(kSampleRate).fill(-0.0099));
  expect(isQuiet(quiet.values())).toBe(true);
  quiet.add(new Float32Array(kSampleRate).fill(-0.0101));
  expect(isQuiet(quiet.values())).toBe(false);
  expect(isQuiet(new Uint8Array(3))).toBe(true);
});

test("peaks: given values do not change when more is added", () => {
  const peaks = createPeaks();
  peaks.add(sine(200, kSampleRate, 1));
  const before = peaks.values();
  peaks.add(sine(200, kSampleRate, 100));
  expect(before).toHaveLength(50);
  expect(peaks.values()).toHaveLength(5050);
});

test("level: jumps up at once, falls slowly", () => {
  const loud = nextLevel(kSilent, sine(200, kSampleRate, 0.1), 0.1);
  expect(loud.now).toBeCloseTo(-3, 0);
  const after = nextLevel(loud, new Float32Array(1600), 0.1);
  expect(after.now).toBeLessThan(loud.now);
  expect(after.peak).toBeGreaterThan(after.now);
  expect([litBars(-60, 16), litBars(0, 16)]).toEqual([0, 16]);
});

const second = () => new Float32Array(kSampleRate);
async function* seconds(count: number, made: () => void = () => undefined) {
  for (let at = 0; at < count; at += 1) {
    made();
    yield await Promise.resolve(second());
  }
}
const lengthOf = async (pieces: AsyncIterable<Float32Array>) => {
  let samples = 0;
  for await (const piece of pieces) samples += piece.length;
  return samples / kSampleRate;
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

test("ahead: reads at once, but no further than it may, and loses nothing", async () => {
  let made = 0;
  const pieces = ahead(
    seconds(100, () => (made += 1)),
    10,
    new AbortController().signal,
  );
  await settle();
  expect(made).toBe(10);
  expect(await lengthOf(pieces)).toBe(100);
});

test("ahead: lets go of its source when it is aborted, taken from or not", async () => {
  for (const take of [true, false]) {
    let closed = false;
    const source = async function* () {
      try {
        yield* seconds(100);
      } finally {
        closed = true;
      }
    };
    const controller = new AbortController();
    const pieces = ahead(source(), 3, controller.signal);
    const taken = take ? lengthOf(pieces) : settle();
    controller.abort();
    await taken;
    await settle();
    expect(closed).toBe(true);
  }
});

test("ahead: what the source throws comes after what it gave", async () => {
  const broken = async function* () {
    yield* seconds(2);
    throw new Error("the disk is gone");
  };
  const pieces = ahead(broken(), 10, new AbortController().signal);
  let heard = 0;
  const read = async () => {
    for await (const piece of pieces) heard += piece.length;
  };
  await expect(read()).rejects.toThrow("the disk is gone");
  expect(heard).toBe(2 * kSampleRate);
});

test("skip: leaves out so many samples, wherever the pieces end", async () => {
  expect(await lengthOf(skip(seconds(3), 1.5 * kSampleRate))).toBe(1.5);
  expect(await lengthOf(skip(seconds(3), 0))).toBe(3);
  expect(await lengthOf(skip(seconds(3), 9 * kSampleRate))).toBe(0);
});

test("queue: gives what was pushed before and after it was asked, then ends", async () => {
  const queue = createQueue();
  queue.push(second());
  const length = lengthOf(queue);
  await settle();
  queue.push(second());
  queue.end();
  expect(await length).toBe(2);
});

test("measured: shows the whole at the end", async () => {
  const shown: [number, boolean][] = [];
  const pieces = measured(seconds(3), ({ seconds: length }, over) =>
    shown.push([length, over]),
  );
  expect(await lengthOf(pieces)).toBe(3);
  expect(shown.at(-1)).toEqual([3, true]);
});
