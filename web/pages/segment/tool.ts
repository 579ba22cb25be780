import type { Scene } from "./scene.ts";

/** What the pointer does on the picture. With points and the box a drag draws a box. */
export type Tool = "select" | "point" | "exclude" | "box" | "brush" | "move";

/** What the brush does; its size is in pixels of the picture. */
export interface Brush {
  size: number;
  erases: boolean;
}

export const kBrush: Brush = { size: 24, erases: false };
export const kMostBrush = 200;

export const tools: readonly {
  id: Tool;
  title: string;
  icon: string;
  key: string;
}[] = [
  { id: "point", title: "Add to it", icon: "point", key: "P" },
  { id: "exclude", title: "Leave out", icon: "exclude", key: "X" },
  { id: "box", title: "Box", icon: "boxsel", key: "B" },
  { id: "brush", title: "Brush", icon: "brush", key: "R" },
  { id: "select", title: "Select an object", icon: "select", key: "V" },
  { id: "move", title: "Move", icon: "hand", key: "Space" },
];

/** Whether a click on a thing selects it: always with that tool, and else where nothing is worked on. */
export const selectsThings = (tool: Tool, { current }: Scene): boolean =>
  tool === "select" || (tool === "point" && current === null);
