import { beforeEach, expect, test } from "vitest";
import type { SegmentModel } from "../engine/api.ts";
import { WickError } from "../engine/errors.ts";
import type {
  BrushStroke,
  MaskPrompt,
  PictureSize,
  Rle,
  SegmentAnswer,
} from "../engine/types.ts";
import type { RoomState, SegmentRoom } from "../pages/engine_room.ts";
import { observable } from "../pages/observable.ts";
import { memoryPictures, type Pictures } from "../pages/segment/pictures.ts";
import { currentOf } from "../pages/segment/scene.ts";
import {
  createSession,
  type SegmentSession,
} from "../pages/segment/session.ts";
import { settle } from "./tools.ts";

const size = { width: 90, height: 60 };
const noRle: Rle = { size: [60, 90], counts: "" };
const answerOf = ({ points, box }: MaskPrompt): SegmentAnswer => ({
  candidates: [1, 2, 3].map((factor) => ({
    ...{ iou: 0.9, stability: 0.9, area: factor * (points.length + 1) },
    ...{ box: box ?? [0, 0, 1, 1], path: `M${points.length} ${factor}` },
    rle: { size: [60, 90], counts: String(factor) },
  })),
  best: 1,
  logits: [0, 1, 2].map((at) => Float32Array.of(points.length, at)),
});

/** A model that counts what it is asked; a point at x = 13 breaks it off. */
function fakeModel(name = "mobile-sam") {
  const calls = { embed: 0, resume: 0, segment: 0, preview: 0 };
  const masks: number[][] = []; // that were refined, one for each prompt
  const model: SegmentModel = {
    info: { name, file_bytes: 1, memory_bytes: 1 },
    async embed(_, { signal, onProgress } = {}) {
      calls.embed += 1;
      onProgress?.(0.5);
      await settle();
      if (signal?.aborted) throw new WickError("cancelled", "Given up.");
      return new Float32Array(4);
    },
    async resume() {
      calls.resume += 1;
      await settle();
    },
    async segment(prompt) {
      calls.segment += 1;
      masks.push([...(prompt.mask ?? [])]);
      await settle();
      if (prompt.points.some(({ x }) => x === 13))
        throw new WickError("crashed", "The engine broke off.");
      return answerOf(prompt);
    },
    async preview(prompt) {
      calls.preview += 1;
      masks.push([...(prompt.mask ?? [])]);
      await settle();
      return { path: "M0 0", size: [60, 90], iou: 0.9 };
    },
    async everything(_, __, { signal, onProgress } = {}) {
      const { candidates } = answerOf({ points: [] });
      onProgress?.({ share: 0.25, found: candidates.slice(0, 1) });
      await settle();
      return signal?.aborted ? candidates.slice(0, 1) : candidates;
    },
    unload: () => Promise.resolve(),
  };
  return { model, calls, masks };
}

function fakeRoom(model: SegmentModel) {
  const state = observable<RoomState<SegmentModel>>({
    ...{ phase: "off", info: null, choice: null, title: "", model: null },
    ...{ progress: null, rate: "", problem: "" },
  });
  const room = {
    state,
    ensure: () => {
      if (!state.value.model)
        state.set({ ...state.value, model, phase: "ready" });
      return Promise.resolve(model);
    },
    engine: () =>
      Promise.resolve({
        masks: {
          union: () => Promise.resolve({ area: 9, rle: noRle }),
          paint: (before: Rle | null, _: PictureSize, stroke: BrushStroke) => {
            const counts = `${before?.counts ?? "nothing"} and ${stroke.radius}`;
            const rle = { size: [60, 90], counts };
            const box = [0, 0, 1, 1];
            return Promise.resolve({ area: 1, box, rle, path: "" });
          },
        },
      }),
    report: () => undefined,
    forget: () => state.set({ ...state.value, model: null, phase: "off" }),
  };
  return room as unknown as SegmentRoom;
}

let kept: Pictures;
let fake: ReturnType<typeof fakeModel>;
let session: SegmentSession;
const start = (room = fakeRoom(fake.model)) =>
  createSession({
    ...{ room, kept },
    openPicture: (file) =>
      file.name === "notes.txt"
        ? Promise.reject(new WickError("bad_file", "notes.txt: no picture."))
        : Promise.resolve({
            ...{ ...size, shown: new Blob(["small"]) },
            thumbnail: new Blob(),
          }),
    showPicture: () => Promise.resolve(new Blob(["small"])),
    readPixels: () => Promise.resolve({ ...size, pixels: new Uint8Array(0) }),
    digest: (file) => file.text(),
    newId: (() => {
      let count = 0;
      return () => `thing ${(count += 1)}`;
    })(),
  });
const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await settle();
};
const open = async (text = "a") => {
  await session.openFile(new File([text], `${text}.jpg`));
  await settled();
};
const at = (x: number, inside = true) => ({ x, y: 2, inside });
const current = () => currentOf(session.state.value.scene);

beforeEach(() => {
  kept = memoryPictures();
  fake = fakeModel();
  session = start();
});

test("a picture is read once; opened again, by this page or the next, it is taken up where it was", async () => {
  await open("a");
  expect(session.state.value).toMatchObject({ ready: true, reading: null });
  session.addPoint(at(1));
  await settled();
  await open("b");
  expect(session.state.value.scene.things).toHaveLength(0);
  await open("a");
  expect(fake.calls).toMatchObject({ embed: 2, resume: 1 });
  expect(current()?.points).toEqual([at(1)]);
  session = start(fakeRoom(fake.model));
  expect(await session.open("a")).toBe(true);
  await settled();
  expect(fake.calls).toMatchObject({ embed: 2, resume: 2 });
  expect(current()?.candidates).toHaveLength(3);
  expect(await session.open("nothing")).toBe(false);
});

test("another model does not take what this one has read", async () => {
  await open("a");
  const other = fakeModel("sam-vit-b");
  session = start(fakeRoom(other.model));
  await session.open("a");
  await settled();
  expect(other.calls).toMatchObject({ embed: 1, resume: 0 });
});

test("points and boxes are answered, undone and redone; answers count as no step", async () => {
  await open();
  session.addPoint(at(1));
  expect(current()?.answered).toBe(false);
  await settled();
  expect(current()).toMatchObject({ chosen: 1, answered: true });
  session.choose(2);
  session.addPoint(at(5, false));
  session.drawBox([0, 0, 5, 5]);
  await settled();
  expect(current()?.candidates[0]?.box).toEqual([0, 0, 5, 5]);
  session.undo();
  session.undo();
  expect(current()).toMatchObject({ points: [at(1)], chosen: 2, box: null });
  session.undo();
  expect(current()?.chosen).toBe(1);
  session.undo();
  expect(session.state.value).toMatchObject({
    ...{ undoable: false, redoable: true },
    scene: { things: [] },
  });
  for (let step = 0; step < 4; step += 1) session.redo();
  await settled();
  expect(current()?.box).toEqual([0, 0, 5, 5]);
  expect(session.state.value.redoable).toBe(false);
});

test("nothing is left out of nothing, and that is said until something is clicked", async () => {
  await open();
  session.addPoint(at(1, false));
  session.hover(at(2, false));
  await settled();
  expect(session.state.value).toMatchObject({
    ...{ scene: { things: [] }, preview: null, undoable: false },
    problem: "There is nothing to leave out of yet: click a thing first.",
  });
  session.addPoint(at(1));
  expect(session.state.value.problem).toBe("");
});

test("clicks faster than answers all count, and the last one is answered", async () => {
  await open();
  for (const x of [1, 2, 3]) session.addPoint(at(x));
  await settled();
  expect(current()?.points).toHaveLength(3);
  expect(current()?.candidates[0]?.path).toBe("M3 1");
  expect(fake.calls.segment).toBeLessThanOrEqual(3);
});

test("what is clicked while the picture is still read is answered when it is", async () => {
  await session.openFile(new File(["a"], "a.jpg"));
  session.addPoint(at(1));
  await settled();
  expect(current()?.candidates).toHaveLength(3);
});

test("the pointer is followed only while the picture answers", async () => {
  await session.openFile(new File(["a"], "a.jpg"));
  session.hover(at(1));
  await settled();
  expect(fake.calls.preview).toBe(0);
  session.hover(at(2));
  await settled();
  expect(session.state.value.preview?.path).toBe("M0 0");
  session.hover(null);
  expect(session.state.value.preview).toBeNull();
});

test("an engine that breaks off is said, and the next click reads the kept embedding again", async () => {
  await open();
  session.addPoint(at(13));
  await settled();
  expect(session.state.value.problem).toMatch(/broke off/);
  session.undo();
  session.addPoint(at(1));
  await settled();
  expect(session.state.value.problem).toBe("");
  expect(current()?.candidates).toHaveLength(3);
  expect(fake.calls).toMatchObject({ embed: 1, resume: 1 });
});

test("a further point refines the chosen mask, shown ahead alike; a box or a point taken away begins anew", async () => {
  await open();
  session.addPoint(at(1));
  await settled();
  session.choose(2);
  session.hover(at(2));
  session.addPoint(at(2));
  await settled();
  session.addPoint(at(3));
  await settled();
  expect(fake.masks).toEqual([[], [1, 2], [1, 2], [2, 1]]);
  session.removePoint(0);
  await settled();
  session.drawBox([0, 0, 5, 5]);
  await settled();
  expect(fake.masks.slice(4)).toEqual([[], []]);
});

test("a mask that this page has not answered itself is refined by its points alone", async () => {
  await open();
  session.addPoint(at(1));
  await settled();
  session = start(fakeRoom(fake.model));
  await session.open("a");
  await settled();
  session.addPoint(at(2));
  await settled();
  expect(fake.masks).toEqual([[], []]);
  expect(current()).toMatchObject({ points: [at(1), at(2)], answered: true });
});

test("the file itself is kept and exported, a smaller copy shown", async () => {
  await open("a");
  expect(await session.state.value.original?.text()).toBe("a");
  expect(await session.state.value.shown?.text()).toBe("small");
  session = start();
  await session.open("a");
  expect(await session.state.value.original?.text()).toBe("a");
  expect(await session.state.value.shown?.text()).toBe("small");
});

test("a file that is no picture is said, and what was there stays", async () => {
  await open();
  await session.openFile(new File(["x"], "notes.txt"));
  expect(session.state.value).toMatchObject({
    problem: "notes.txt: no picture.",
    picture: { id: "a" },
  });
});

test("things are hidden, renamed and removed, and that can be undone", async () => {
  await open();
  session.addPoint(at(1));
  session.newThing();
  session.addPoint(at(2));
  await settled();
  const [first, second] = session.state.value.scene.things;
  if (!first || !second) throw new Error("no things");
  session.rename(first.id, "  Window ");
  session.rename(first.id, " ");
  session.toggleHidden(first.id);
  expect(session.state.value.scene.things[0]).toMatchObject({
    ...{ name: "Window", hidden: true },
  });
  session.removeThing(second.id);
  expect(session.state.value.scene.current).toBe(first.id);
  session.undo();
  expect(session.state.value.scene.things).toHaveLength(2);
});

test("the brush paints on the mask that is worked on, or begins one; each stroke is a step", async () => {
  await open();
  const line = [
    { x: 10, y: 10 },
    { x: 20, y: 10 },
  ];
  await session.paint(line, 2, true);
  expect(session.state.value.scene.things).toHaveLength(0);
  await session.paint(line, 2, false);
  expect(current()?.candidates).toHaveLength(1);
  expect(current()?.candidates[0]?.rle.counts).toBe("nothing and 2");
  session.newThing();
  session.addPoint(at(1));
  await settled();
  await session.paint(line, 2, false);
  expect(current()).toMatchObject({ chosen: 1, answered: true });
  expect(current()?.candidates[1]?.rle.counts).toBe("2 and 2");
  session.undo();
  expect(current()?.candidates[1]?.rle.counts).toBe("2");
});

test("everything becomes objects in one step; stopped, what was found does", async () => {
  await open();
  session.addPoint(at(1));
  await settled();
  const ended = session.everything();
  await settle();
  expect(session.state.value).toMatchObject({ finding: 0.25 });
  expect(session.state.value.found).toHaveLength(1);
  await ended;
  const { scene, finding, found } = session.state.value;
  expect(finding).toBeNull();
  expect(found).toEqual([]);
  expect(scene.things).toHaveLength(4);
  const areas = scene.things
    .slice(1)
    .map(({ candidates: [mask] }) => mask?.area);
  expect(areas).toEqual([3, 2, 1]); // the small ones on top
  session.undo();
  expect(session.state.value.scene.things).toHaveLength(1);
  const stopped = session.everything();
  await settle();
  session.stopEverything();
  await stopped;
  expect(session.state.value.scene.things).toHaveLength(2);
});

test("a deleted picture is gone and can be brought back", async () => {
  await open("a");
  const undo = await session.remove("a");
  expect(session.state.value).toMatchObject({ picture: null, heads: [] });
  expect(await session.open("a")).toBe(false);
  await undo();
  expect(await session.open("a")).toBe(true);
});
