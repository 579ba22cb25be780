import type {
  MaskBox,
  MaskCandidate,
  MaskPoint,
  MaskPrompt,
  SegmentAnswer,
} from "../../engine/types.ts";

/** A thing in the picture: how it was pointed at, and the masks that may be meant. */
export interface Thing {
  id: string;
  name: string;
  /** Of the style's colours for things, from 1. */
  colour: number;
  hidden: boolean;
  points: MaskPoint[];
  box: MaskBox | null;
  candidates: MaskCandidate[];
  /** Which of them; -1 before there are any. */
  chosen: number;
  /** Whether the candidates are those of the points and box. */
  answered: boolean;
  /** The mask that its last point refines, until it is answered. */
  refines?: MaskCandidate | null;
}

/** The things of a picture, and the one that is worked on. */
export interface Scene {
  things: Thing[];
  current: string | null;
}

export const kColours = 6;
export const kNoScene: Scene = { things: [], current: null };

export const currentOf = ({ things, current }: Scene): Thing | null =>
  things.find(({ id }) => id === current) ?? null;

export const maskOf = (thing: Thing): MaskCandidate | null =>
  thing.candidates[thing.chosen] ?? null;

export const promptOf = ({ points, box }: Thing): MaskPrompt => ({
  points,
  box,
});

/** The next thing that shows, or the one before; null where none does. */
export function besides(scene: Scene, by: 1 | -1): Thing | null {
  const things = shownThings(scene);
  const at = things.findIndex(({ id }) => id === scene.current);
  const next = at < 0 ? (by > 0 ? 0 : -1) : (at + by) % things.length;
  return things.at(next) ?? null;
}

/**
 * The thing at a pixel that shows; of several the smallest, which lies on the others. `covers` tells whether a mask has
 * it, and is asked where its box does.
 */
export function thingAt(
  scene: Scene,
  { x, y }: { x: number; y: number },
  covers: (mask: MaskCandidate) => boolean,
): Thing | null {
  const [found] = shownThings(scene)
    .flatMap((thing) => {
      const mask = maskOf(thing);
      if (!mask) return [];
      const [x0, y0, x1, y1] = mask.box;
      const near = x >= x0 && x <= x1 && y >= y0 && y <= y1;
      return near && covers(mask) ? [{ thing, area: mask.area }] : [];
    })
    .toSorted((one, other) => one.area - other.area);
  return found?.thing ?? null;
}

/** The things that have a mask and show it. */
export const shownThings = ({ things }: Scene): Thing[] =>
  things.filter((thing) => !thing.hidden && maskOf(thing));

/** Replaces a thing by what `change` makes of it. */
export function withThing(
  scene: Scene,
  id: string | null,
  change: (before: Thing) => Thing,
): Scene {
  const things = scene.things.map((thing) =>
    thing.id === id ? change(thing) : thing,
  );
  return { ...scene, things };
}

/** The scene with an empty thing to work on; one that is empty already is used again. */
export function withNewThing(scene: Scene, newId: () => string): Scene {
  const empty = scene.things.find(isEmpty);
  if (empty) return { ...scene, current: empty.id };
  const number = scene.things.length + 1;
  const thing: Thing = {
    ...{ id: newId(), name: freeName(scene, number) },
    ...{ colour: freeColour(scene), hidden: false },
    ...{ points: [], box: null, candidates: [], chosen: -1, answered: true },
  };
  return { things: [...scene.things, thing], current: thing.id };
}

/** With a thing for each mask, the large ones under the small ones. */
export function withFound(
  scene: Scene,
  masks: readonly MaskCandidate[],
  newId: () => string,
): Scene {
  const largestFirst = masks.toSorted((a, b) => b.area - a.area);
  const things = scene.things.filter((thing) => !isEmpty(thing));
  return largestFirst.reduce<Scene>(
    (before, mask) => {
      const begun = withNewThing(before, newId);
      return withThing({ ...begun, current: null }, begun.current, (thing) =>
        withAnswer(thing, { candidates: [mask], best: 0 }),
      );
    },
    { things, current: null },
  );
}

/** Without a thing; the one before it is worked on next. */
export function withoutThing(scene: Scene, id: string): Scene {
  const at = scene.things.findIndex((thing) => thing.id === id);
  const things = scene.things.filter((thing) => thing.id !== id);
  if (scene.current !== id) return { ...scene, things };
  return { things, current: things[Math.max(0, at - 1)]?.id ?? null };
}

/** Without the thing that is worked on if nothing is left of it, not even a name that it was given. */
export function withoutEmptied(scene: Scene): Scene {
  const thing = currentOf(scene);
  if (!thing || !isEmpty(thing) || !/^Object \d+$/.test(thing.name))
    return scene;
  const things = scene.things.filter(({ id }) => id !== thing.id);
  return { things, current: null };
}

/** Whether nothing was pointed at for it yet. */
export const isEmpty = ({ points, box, candidates }: Thing) =>
  points.length === 0 && !box && candidates.length === 0;

/** A thing with one more point; its mask stays until the next comes. */
export const withPoint = (thing: Thing, point: MaskPoint): Thing => ({
  ...thing,
  points: [...thing.points, point],
  answered: false,
  refines: thing.answered ? maskOf(thing) : (thing.refines ?? null),
});

export const withBox = (thing: Thing, box: MaskBox): Thing => ({
  ...thing,
  ...{ box, answered: false, refines: null },
});

/** Without one of its points; without any prompt it has no mask either. */
export function withoutPoint(thing: Thing, index: number): Thing {
  const points = thing.points.filter((_, at) => at !== index);
  return withPrompt(thing, points, thing.box);
}

export const withoutBox = (thing: Thing): Thing =>
  withPrompt(thing, thing.points, null);

function withPrompt(
  thing: Thing,
  points: MaskPoint[],
  box: MaskBox | null,
): Thing {
  if (points.length > 0 || box)
    return { ...thing, points, box, answered: false, refines: null };
  const none = { candidates: [], chosen: -1, answered: true, refines: null };
  return { ...thing, points, box, ...none };
}

export const withAnswer = (
  thing: Thing,
  { candidates, best }: Pick<SegmentAnswer, "candidates" | "best">,
): Thing => ({
  ...thing,
  ...{ candidates, chosen: best, answered: true, refines: null },
});

/** With another mask in the place of the chosen one, or as its first. */
export function withMask(
  thing: Thing,
  mask: Omit<MaskCandidate, "iou" | "stability">,
): Thing {
  const chosen = Math.max(0, thing.chosen);
  const { iou, stability } = maskOf(thing) ?? { iou: 1, stability: 1 };
  const candidates = [...thing.candidates];
  candidates[chosen] = { ...mask, iou, stability };
  return { ...thing, candidates, chosen };
}

/** A part of the picture, 0 to 1. */
export function shareOf(
  mask: MaskCandidate,
  { width, height }: { width: number; height: number },
): number {
  return mask.area / (width * height);
}

function freeName({ things }: Scene, from: number): string {
  const taken = new Set(things.map(({ name }) => name));
  let number = from;
  while (taken.has(`Object ${number}`)) number += 1;
  return `Object ${number}`;
}

/** The first colour that the fewest things have. */
function freeColour({ things }: Scene): number {
  const counts = Array.from(
    { length: kColours },
    (_, at) => things.filter(({ colour }) => colour === at + 1).length,
  );
  return counts.indexOf(Math.min(...counts)) + 1;
}
