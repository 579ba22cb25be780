import { takesSpace, takesText } from "../fields.ts";
import type { Tool } from "./tool.ts";

/** What the keys of the Segment page do. */
export interface SegmentActions {
  tool(tool: Tool): void;
  /** The pointer moves the picture for as long as Space is held. */
  hold(on: boolean): void;
  choose(candidate: number): void;
  /** A larger brush, or a smaller one. */
  brush(by: number): void;
  fresh(): void;
  remove(): void;
  /** Works on the next thing, or on the one before. */
  step(by: 1 | -1): void;
  everything(): void;
  undo(): void;
  redo(): void;
  zoom(by: number): void;
  fit(): void;
  escape(): void;
}

const kPlain: Record<string, (actions: SegmentActions) => void> = {
  v: (actions) => actions.tool("select"),
  p: (actions) => actions.tool("point"),
  x: (actions) => actions.tool("exclude"),
  b: (actions) => actions.tool("box"),
  r: (actions) => actions.tool("brush"),
  h: (actions) => actions.tool("move"),
  e: (actions) => actions.everything(),
  n: (actions) => actions.fresh(),
  1: (actions) => actions.choose(0),
  2: (actions) => actions.choose(1),
  3: (actions) => actions.choose(2),
  "[": (actions) => actions.brush(0.8),
  "]": (actions) => actions.brush(1.25),
  ".": (actions) => actions.step(1),
  ",": (actions) => actions.step(-1),
  "+": (actions) => actions.zoom(1.25),
  "=": (actions) => actions.zoom(1.25),
  "-": (actions) => actions.zoom(0.8),
  0: (actions) => actions.fit(),
  Delete: (actions) => actions.remove(),
  Backspace: (actions) => actions.remove(),
  Escape: (actions) => actions.escape(),
};

/** Listens for as long as the page shows; returns what ends it. */
export function segmentKeys(actions: SegmentActions): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || takesText(event.target))
      return;
    if (event.key === " ") return space(event);
    const act = actionOf(event);
    if (!act) return;
    event.preventDefault();
    act(actions);
  };
  const space = (event: KeyboardEvent) => {
    if (!takesSpace(event.target)) event.preventDefault(); // or the page would scroll
    actions.hold(true);
  };
  const release = ({ type, key }: Partial<KeyboardEvent>) => {
    if (type === "blur" || key === " ") actions.hold(false);
  };
  addEventListener("keydown", listen);
  addEventListener("keyup", release);
  addEventListener("blur", release);
  return () => {
    removeEventListener("keydown", listen);
    removeEventListener("keyup", release);
    removeEventListener("blur", release);
    actions.hold(false);
  };
}

function actionOf({
  key,
  ctrlKey,
  metaKey,
  shiftKey,
}: KeyboardEvent): ((actions: SegmentActions) => void) | null {
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (!ctrlKey && !metaKey) return kPlain[name] ?? null;
  if (name === "y" || (name === "z" && shiftKey))
    return (actions) => actions.redo();
  return name === "z" ? (actions) => actions.undo() : null;
}
