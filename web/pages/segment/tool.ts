/** What the pointer does on the picture. With each but `move`, a drag draws a box. */
export type Tool = "point" | "exclude" | "box" | "move";

export const tools: readonly {
  id: Tool;
  title: string;
  icon: string;
  key: string;
}[] = [
  { id: "point", title: "Add to it", icon: "point", key: "P" },
  { id: "exclude", title: "Leave out", icon: "exclude", key: "X" },
  { id: "box", title: "Box", icon: "boxsel", key: "B" },
  { id: "move", title: "Move", icon: "hand", key: "H" },
];
