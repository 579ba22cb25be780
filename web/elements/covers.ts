import type { MaskCandidate } from "../engine/types.ts";

const shapes = new WeakMap<MaskCandidate, Path2D>();
let context: CanvasRenderingContext2D | null = null;

/** Whether a mask's outline, as it is shown, is around a pixel of the picture. */
export function covers(
  mask: MaskCandidate,
  { x, y }: { x: number; y: number },
): boolean {
  context ??= document.createElement("canvas").getContext("2d");
  const shape = shapes.get(mask) ?? new Path2D(mask.path);
  shapes.set(mask, shape);
  return context?.isPointInPath(shape, x + 0.5, y + 0.5, "evenodd") ?? false;
}
