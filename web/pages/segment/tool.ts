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
  { id: "select", title: "Select", icon: "select", key: "V" },
  { id: "point", title: "Add to it", icon: "point", key: "P" },
  { id: "exclude", title: "Leave out", icon: "exclude", key: "X" },
  { id: "box", title: "Box", icon: "boxsel", key: "B" },
  { id: "brush", title: "Brush", icon: "brush", key: "R" },
  { id: "move", title: "Move", icon: "hand", key: "H" },
];
