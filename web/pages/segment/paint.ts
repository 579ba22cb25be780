import type { PictureSize } from "../../engine/types.ts";
import type { Place } from "./view.ts";

/** Sets the pixels within `radius` of a line through these places, in pixels of the picture, to `value`. */
export function paintStroke(
  pixels: Uint8Array,
  size: PictureSize,
  places: readonly Place[],
  radius: number,
  value: 0 | 1,
): void {
  places.forEach((to, at) => {
    const from = places[at - 1] ?? to;
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    const steps = Math.max(1, Math.ceil(length / Math.max(1, radius / 3)));
    for (let step = 1; step <= steps; step += 1) {
      const x = from.x + ((to.x - from.x) * step) / steps;
      const y = from.y + ((to.y - from.y) * step) / steps;
      paintDisc(pixels, size, { x, y }, radius, value);
    }
  });
}

function paintDisc(
  pixels: Uint8Array,
  { width, height }: PictureSize,
  { x, y }: Place,
  radius: number,
  value: 0 | 1,
): void {
  const first = Math.max(0, Math.ceil(y - radius - 0.5));
  const last = Math.min(height - 1, Math.floor(y + radius - 0.5));
  for (let row = first; row <= last; row += 1) {
    const dy = row + 0.5 - y;
    const reach = Math.sqrt(Math.max(0, radius * radius - dy * dy));
    const from = Math.max(0, Math.ceil(x - reach - 0.5));
    const to = Math.min(width - 1, Math.floor(x + reach - 0.5));
    if (to >= from)
      pixels.fill(value, row * width + from, row * width + to + 1);
  }
}
