import { describe, expect, test } from "vitest";
import type { MaskTools } from "../engine/api.ts";
import type { MaskCandidate } from "../engine/types.ts";
import { textOf } from "../pages/segment/export.ts";
import {
  advanced,
  historyOf,
  redone,
  undone,
} from "../pages/segment/history.ts";
import { newestWins } from "../pages/segment/newest.ts";
import { workSize } from "../pages/segment/open_picture.ts";
import { withoutKnown } from "../pages/segment/overlap.ts";
import type { Picture } from "../pages/segment/picture.ts";
import {
  besides,
  currentOf,
  kNoScene,
  shownThings,
  thingAt,
  withAnswer,
  withBox,
  withNewThing,
  withoutBox,
  withoutEmptied,
  withoutPoint,
  withoutThing,
  withPoint,
  withThing,
  type Scene,
} from "../pages/segment/scene.ts";
import {
  boxBetween,
  fitted,
  moved,
  pixelAt,
  toPicture,
  toStage,
  zoomed,
} from "../pages/segment/view.ts";
import { settle } from "./tools.ts";

let ids = 0;
const newId = () => `id ${(ids += 1)}`;
const mask: MaskCandidate = {
  ...{ iou: 0.9, stability: 0.95, area: 12, box: [0, 0, 3, 2] },
  ...{ rle: { size: [60, 90], counts: "0" }, path: "M0 0" },
};
const answered = (scene: Scene): Scene =>
  withThing(scene, scene.current, (thing) =>
    withAnswer(withPoint(thing, { x: 1, y: 2, inside: true }), {
      candidates: [mask],
      best: 0,
    }),
  );

describe("things", () => {
  test("have names and colours of their own, which come free again", () => {
    let scene: Scene = kNoScene;
    for (let count = 0; count < 7; count += 1)
      scene = answered(withNewThing(scene, newId));
    const colours = scene.things.map(({ colour }) => colour);
    expect(colours).toEqual([1, 2, 3, 4, 5, 6, 1]);
    expect(new Set(scene.things.map(({ name }) => name)).size).toBe(7);
    const [, second] = scene.things;
    scene = withoutThing(scene, second?.id ?? "");
    const next = currentOf(withNewThing(scene, newId));
    expect(next?.colour).toBe(2);
    expect(scene.things.map(({ name }) => name)).not.toContain(next?.name);
  });

  test("that are empty are used again rather than heaped up", () => {
    const once = withNewThing(kNoScene, newId);
    expect(withNewThing(once, newId)).toEqual(once);
  });

  test("keep their mask until the next comes, and lose it with their last point", () => {
    const scene = answered(withNewThing(kNoScene, newId));
    const thing = currentOf(scene);
    if (!thing) throw new Error("no thing");
    const asked = withBox(thing, [0, 0, 5, 5]);
    expect(asked).toMatchObject({ answered: false, candidates: [mask] });
    const boxed = withoutPoint(asked, 0);
    expect(boxed).toMatchObject({ points: [], answered: false });
    expect(withoutBox(boxed)).toMatchObject({ candidates: [], answered: true });
  });

  test("go with their last prompt, unless they were given a name", () => {
    const scene = answered(withNewThing(kNoScene, newId));
    const emptied = withThing(scene, scene.current, (thing) =>
      withoutPoint(thing, 0),
    );
    expect(withoutEmptied(scene)).toBe(scene);
    expect(withoutEmptied(emptied)).toEqual(kNoScene);
    const named = withThing(emptied, scene.current, (thing) => ({
      ...thing,
      name: "Wheel",
    }));
    expect(withoutEmptied(named)).toBe(named);
  });

  test("that are hidden or have no mask do not show", () => {
    const one = answered(withNewThing(kNoScene, newId));
    const two = withNewThing(one, newId);
    expect(shownThings(two)).toHaveLength(1);
    const hide = withThing(two, one.current, (thing) => ({
      ...thing,
      hidden: true,
    }));
    expect(shownThings(hide)).toHaveLength(0);
  });

  test("are found by a place, the smallest of several, and gone through in turn", () => {
    const sized = (area: number): Scene => ({
      things: [3, 1, 2].map((factor, index) => ({
        ...{ id: `${index}`, name: "", colour: 1, hidden: false },
        ...{ points: [], box: null, answered: true },
        ...{ candidates: [{ ...mask, area: area * factor }], chosen: 0 },
      })),
      current: null,
    });
    const scene = sized(10);
    const at = (x: number, covers = () => true) =>
      thingAt(scene, { x, y: 1 }, covers)?.id ?? null;
    expect(at(2)).toBe("1");
    expect(at(9)).toBeNull(); // out of the box
    expect(at(2, () => false)).toBeNull();
    const hidden = withThing(scene, "1", (thing) => ({
      ...thing,
      hidden: true,
    }));
    expect(thingAt(hidden, { x: 2, y: 1 }, () => true)?.id).toBe("2");
    const from = (current: string | null, by: 1 | -1) =>
      besides({ ...scene, current }, by)?.id;
    expect([from(null, 1), from("0", 1), from("2", 1)]).toEqual([
      "0",
      "1",
      "0",
    ]);
    expect([from(null, -1), from("0", -1), from("1", -1)]).toEqual([
      ...["2", "2", "0"],
    ]);
    expect(besides(kNoScene, 1)).toBeNull();
  });

  test("whose turn is over hand it to the one before them", () => {
    const one = answered(withNewThing(kNoScene, newId));
    const two = answered(withNewThing(one, newId));
    expect(withoutThing(two, two.current ?? "").current).toBe(one.current);
    expect(withoutThing(one, one.current ?? "")).toEqual(kNoScene);
  });
});

test("what is found and known already is left out, by more than boxes", async () => {
  const whole: MaskCandidate = { ...mask, area: 100, box: [0, 0, 9, 9] };
  const shifted: MaskCandidate = { ...whole, box: [1, 0, 10, 9] };
  const apart: MaskCandidate = { ...whole, box: [50, 0, 59, 9] };
  const asked: number[] = [];
  const uniting = (area: number) => ({
    union: ({ length }: unknown[]) => {
      asked.push(length);
      return Promise.resolve({ area, rle: mask.rle });
    },
  });
  const found = [shifted, apart];
  expect(await withoutKnown(found, [whole], uniting(110))).toEqual([apart]);
  expect(await withoutKnown(found, [whole], uniting(160))).toEqual(found);
  expect(await withoutKnown(found, [], uniting(1))).toEqual(found);
  expect(asked).toEqual([2, 2]); // and nothing of what lies apart
});

test("history goes back and forth, and forgets what was undone on a new step", () => {
  let history = historyOf(1);
  expect(undone(history)).toBe(history);
  history = advanced(advanced(history, 2), 3);
  history = undone(undone(history));
  expect(history.now).toBe(1);
  expect(redone(history).now).toBe(2);
  history = advanced(redone(history), 4);
  expect(redone(history)).toBe(history);
  expect(undone(history).now).toBe(2);
});

test("of what is asked while work is done only the newest is done, and only what is still wanted is told", async () => {
  const done: number[] = [];
  const begun: number[] = [];
  const follow = newestWins(
    async (input: number) => {
      begun.push(input);
      await settle();
      if (input === 3) throw new Error("this one fails");
      return input;
    },
    (output) => done.push(output),
  );
  for (const input of [1, 2, 3]) follow.ask(input);
  await settle();
  await settle();
  await settle();
  expect(begun).toEqual([1, 3]);
  expect(done).toEqual([1]);
  follow.ask(4);
  follow.forget();
  await settle();
  await settle();
  expect(done).toEqual([1]);
  follow.ask(5);
  await settle();
  await settle();
  expect(done).toEqual([1, 5]);
});

describe("the view", () => {
  const picture = { width: 1800, height: 1200 };
  const stage = { width: 960, height: 700 };

  test("shows the whole picture in the middle, a tiny one not too large", () => {
    const view = fitted(picture, stage);
    expect(view.scale).toBeCloseTo(960 / 1800);
    expect(view.y).toBeCloseTo((700 - 640) / 2);
    expect(fitted({ width: 1, height: 1 }, stage).scale).toBe(4);
  });

  test("zooms about a place, which stays where it is", () => {
    const view = fitted(picture, stage);
    const at = { x: 300, y: 200 };
    const near = zoomed(view, 3, at, 0.1);
    const place = toPicture(view, at);
    expect(toPicture(near, at).x).toBeCloseTo(place.x);
    expect(toPicture(near, at).y).toBeCloseTo(place.y);
    expect(toStage(near, place).x).toBeCloseTo(at.x);
    expect(zoomed(view, 0.001, at, 0.2).scale).toBe(0.2);
    expect(zoomed(view, 1000, at, 0.2).scale).toBe(32);
  });

  test("never loses the picture", () => {
    const view = fitted(picture, stage);
    const away = moved(view, { x: 1e6, y: -1e6 }, picture, stage);
    expect(away.x).toBeLessThan(stage.width);
    expect(away.y + picture.height * view.scale).toBeGreaterThan(0);
  });

  test("finds pixels and boxes, cut to the picture", () => {
    const view = { scale: 2, x: 10, y: 20 };
    expect(pixelAt(view, { x: 13, y: 21 }, picture)).toEqual({ x: 1, y: 0 });
    expect(pixelAt(view, { x: 9, y: 30 }, picture)).toBeNull();
    const corner = { x: 30, y: 40 };
    const box = boxBetween(view, corner, { x: 0, y: 0 }, picture);
    expect(box).toEqual([0, 0, 10, 10]);
    expect(boxBetween(view, corner, corner, picture)).toBeNull();
  });
});

test("a picture beyond what a tab holds is looked at smaller, in its proportions", () => {
  expect(workSize({ width: 4000, height: 3000 })).toEqual({
    ...{ width: 4000, height: 3000 },
  });
  const { width, height } = workSize({ width: 12_000, height: 9000 });
  expect(width * height).toBeLessThanOrEqual(16e6);
  expect(width / height).toBeCloseTo(4 / 3, 2);
  expect(workSize({ width: 60_000_000, height: 1 }).height).toBe(1);
});

test("texts hold what is visible, with names that are no markup", async () => {
  const scene = withThing(
    answered(withNewThing(kNoScene, newId)),
    null,
    (thing) => thing,
  );
  const named = withThing(scene, scene.current, (thing) => ({
    ...thing,
    name: "a <b> & c",
  }));
  const tools = {
    text: (_: unknown, format: string) =>
      Promise.resolve(
        format === "svg" ? "M0 0L3 0" : '[{"outer": [[0, 0]], "holes": []}]',
      ),
  } as MaskTools;
  const picture = { title: "x.jpg", width: 90, height: 60 } as Picture;
  const as = (format: "svg" | "polygons" | "coco") =>
    textOf(picture, named, format, tools, ["#123456"]);
  expect(await as("svg")).toContain("<title>a &lt;b&gt; &amp; c</title>");
  expect(await as("svg")).toContain('viewBox="0 0 90 60"');
  expect(JSON.parse(await as("polygons"))).toMatchObject({
    image: "x.jpg",
    objects: [{ name: "a <b> & c", polygons: [{ outer: [[0, 0]] }] }],
  });
  expect(JSON.parse(await as("coco"))).toMatchObject({
    objects: [{ segmentation: { size: [60, 90], counts: "0" }, area: 12 }],
  });
});
