import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createEngine,
  type Engine,
  type PicturePixels,
  type SegmentModel,
} from "../engine/api.ts";
import { createHandlers, kPromptCalls } from "../engine/handlers.ts";
import { createMockCore } from "../engine/mock_core.ts";
import type { EngineCalls } from "../engine/protocol.ts";
import { noMask, offeredOf } from "../engine/wasm_segment.ts";
import { expectCode, failureOf, fakeWorker } from "./tools.ts";

beforeAll(() => vi.stubGlobal("document", { baseURI: "http://localhost/" }));

const kOnnx = "\x08\x07\x12\x07pytorch";
const kChat = "GGUF";
const size = { width: 90, height: 60 };

/** The mock core, which takes no time; a file of four bytes is a chat model. */
const core = () =>
  createMockCore((file, from, to) => {
    const text = file.size === kChat.length ? kChat : kOnnx;
    return new TextEncoder().encode(text.slice(from, to));
  }, 0);
const picture = (): PicturePixels => ({
  ...size,
  pixels: new Uint8Array(4 * size.width * size.height),
});
const inside = (x: number, y: number) => ({
  points: [{ x, y, inside: true }],
});

let engine: Engine;
let model: SegmentModel;
beforeEach(async () => {
  engine = await createEngine({
    createWorker: () =>
      fakeWorker<EngineCalls>(
        createHandlers(() => Promise.resolve(core())),
        1,
        kPromptCalls,
      ),
  });
  model = await engine.loadSegment([
    new File([kOnnx], "mobile-sam.encoder.onnx"),
    new File([kOnnx], "mobile-sam.decoder.onnx"),
  ]);
});

describe("a picture", () => {
  test("is read with progress, and answers then", async () => {
    await expectCode(model.segment(inside(5, 5)), "bad_argument");
    const shares: number[] = [];
    const embedding = await model.embed(picture(), {
      onProgress: (share) => shares.push(share),
    });
    expect(embedding).toBeInstanceOf(Float32Array);
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    const { candidates, best } = await model.segment(inside(45, 30));
    expect(candidates).toHaveLength(3);
    expect(candidates[best]?.path).toMatch(/^M/);
    expect(candidates[best]?.rle.size).toEqual([60, 90]);
    expect((await model.preview(inside(45, 30))).size).toEqual([60, 90]);
  });

  test("that is given up leaves none, and the next one is read", async () => {
    const controller = new AbortController();
    const ended = model.embed(picture(), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expectCode(ended, "cancelled");
    await expectCode(model.segment(inside(5, 5)), "bad_argument");
    await model.embed(picture());
    expect((await model.segment(inside(5, 5))).candidates).toHaveLength(3);
  });

  test("is taken up again by its embedding", async () => {
    const embedding = await model.embed(picture());
    await model.resume(size, embedding);
    expect((await model.segment(inside(5, 5))).candidates).toHaveLength(3);
  });

  test("has no place outside, and what is refused leaves it as it is", async () => {
    await model.embed(picture());
    const refused = await failureOf(model.segment(inside(90, 5)));
    expect(refused.message).toMatch(/outside the picture of 90 x 60/);
    await expectCode(model.segment({ points: [] }), "bad_argument");
    expect((await model.segment(inside(5, 5))).candidates).toHaveLength(3);
  });
});

test("everything is found while prompts are answered; given up, what was found stays", async () => {
  const embedding = await model.embed(picture());
  const shares: number[] = [];
  const told: number[] = [];
  let between: Promise<unknown> = Promise.resolve();
  const all = await model.everything(size, embedding, {
    onProgress: ({ share, found }) => {
      if (shares.push(share) === 1) between = model.segment(inside(5, 5));
      told.push(found?.length ?? -1);
    },
  });
  await between;
  expect(told).toEqual(told.map((_, at) => at + 1));
  expect(all).toHaveLength(16);
  expect(shares.length).toBe(15);
  const controller = new AbortController();
  const some = await model.everything(size, embedding, {
    signal: controller.signal,
    onProgress: ({ share }) => share > 0.3 && controller.abort(),
  });
  expect(some.length).toBeGreaterThan(3);
  expect(some.length).toBeLessThan(16);
});

test("a prompt that refines a mask is answered otherwise than one that does not", async () => {
  await model.embed(picture());
  const plain = await model.segment(inside(45, 30));
  expect(plain.logits).toHaveLength(3);
  const mask = plain.logits[plain.best] ?? null;
  const refined = await model.segment({ ...inside(45, 30), mask });
  expect(refined.candidates[0]?.rle).not.toEqual(plain.candidates[0]?.rle);
});

test("a small copy stands for a large picture, whose masks are in its own pixels", async () => {
  await model.embed({ ...picture(), of: { width: 9000, height: 6000 } });
  const { candidates } = await model.segment(inside(4500, 3000));
  expect(candidates[0]?.rle.size).toEqual([6000, 9000]);
});

test("a mask of nothing is one run, packed as COCO does", () => {
  const counts = (width: number, height: number) =>
    noMask({ width, height }).counts;
  expect(counts(3, 3)).toBe("9");
  expect(counts(4, 4)).toBe("`0");
  expect(counts(8, 4)).toBe("P1");
  expect(counts(12_000, 9000)).toBe("PhloV3");
});

test("masks become texts and pixels, and are painted on, while a picture is read", async () => {
  await model.embed(picture());
  const { candidates, best } = await model.segment(inside(45, 30));
  const mask = candidates[best];
  if (!mask) throw new Error("no mask");
  const reading = model.embed(picture());
  expect(await engine.masks.text(mask.rle, "svg")).toMatch(/^M/);
  const pixels = await engine.masks.pixels(mask.rle);
  expect(pixels).toHaveLength(90 * 60);
  expect(pixels[30 * 90 + 45]).toBe(1);
  const rows = await engine.masks.pixels(mask.rle, 30, 2);
  expect(rows).toEqual(pixels.slice(30 * 90, 32 * 90));
  expect(await engine.masks.union([mask.rle])).toEqual({
    ...{ area: mask.area, rle: mask.rle },
  });
  const stroke = { places: [{ x: 45, y: 30 }], radius: 3, erase: false };
  const painted = await engine.masks.paint(mask.rle, size, stroke);
  expect(painted.area).toBeGreaterThan(mask.area);
  expect((await engine.masks.paint(null, size, stroke)).area).toBe(28);
  await reading;
});

test("a model for something else is refused, and the one that is loaded stays", async () => {
  await model.embed(picture());
  const refused = await failureOf(engine.loadSegment(new File([kChat], "x")));
  expect(refused).toMatchObject({
    code: "bad_file",
    message: "x: a language model, made to chat and nothing else.",
  });
  expect((await model.segment(inside(5, 5))).candidates).toHaveLength(3);
  await model.unload();
  await expectCode(model.segment(inside(5, 5)), "bad_argument");
});

test("one point offers part, whole and larger; more offer what they mean and the likeliest others", () => {
  expect(offeredOf([0.9, 0.1, 0.95, 0.3], 2)).toEqual([1, 2, 3]);
  expect(offeredOf([0.9, 0.1, 0.95, 0.3], 0)).toEqual([0, 2, 3]);
});
