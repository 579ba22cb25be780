import { nothing, svg } from "lit";
import { maskOf, type Thing } from "../pages/segment/scene.ts";
import type { Place } from "../pages/segment/view.ts";

/** A thing's mask, in pixels of the picture; a halo is around the one that is worked on or pointed at. */
export function maskMark(thing: Thing, current: boolean, pointed: boolean) {
  const path = maskOf(thing)?.path ?? "";
  const colour = `--c:var(--obj-${thing.colour})`;
  const kind = current ? "on" : pointed ? "pointed" : "";
  return svg`${kind ? svg`<path class="mask halo" d=${path} />` : nothing}
    <path class="mask ${kind}" style=${colour} d=${path} />`;
}

// The others are in the stage's CSS pixels.

/** A box between two of its corners. */
export function frameMark(from: Place, to: Place) {
  const x = Math.min(from.x, to.x);
  const y = Math.min(from.y, to.y);
  const width = Math.abs(to.x - from.x);
  const height = Math.abs(to.y - from.y);
  return svg`<rect class="frame under" x=${x} y=${y} width=${width} height=${height} rx="2" />
    <rect class="frame" x=${x} y=${y} width=${width} height=${height} rx="2" />`;
}

/** Where the keyboard points. */
export function crossMark({ x, y }: Place) {
  const d = "M-11 0H-4M4 0H11M0 -11V-4M0 4V11";
  return svg`<g class="cross" transform="translate(${x} ${y})"><path d=${d} /><path d=${d} /></g>`;
}

/** A stroke of the brush. */
export function strokeMark(
  places: readonly Place[],
  width: number,
  colour: string,
) {
  const line = [...places, ...places.slice(-1)]; // a dot too is a line
  const d = `M${line.map(({ x, y }) => `${x} ${y}`).join("L")}`;
  return svg`<path class="stroke" d=${d} stroke=${colour} stroke-width=${width} />`;
}
