import type { MaskTools } from "../../engine/api.ts";
import { WickError } from "../../engine/errors.ts";
import type { PicturePixels } from "../../engine/types.ts";
import { maskedOf, type PictureFormat } from "./export.ts";
import type { Scene } from "./scene.ts";

const kFill = 0.45;

/** A PNG of a picture's visible things, in the picture's size. */
export async function drawn(
  picture: PicturePixels,
  scene: Scene,
  format: PictureFormat,
  tools: MaskTools,
  colours: readonly string[],
): Promise<Blob> {
  const { width, height, pixels } = picture;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context)
    throw new WickError("no_memory", "The browser gives no canvas this large.");
  if (format !== "overlay") {
    const inside = await unionOf(picture, scene, tools);
    if (format === "mask") paintMask(pixels, inside);
    else keepInside(pixels, inside);
  }
  const clamped = new Uint8ClampedArray(pixels.buffer);
  context.putImageData(new ImageData(clamped, width, height), 0, 0);
  if (format === "overlay") paintThings(context, scene, colours);
  return canvas.convertToBlob({ type: "image/png" });
}

/** Which pixels are in any of the things. */
async function unionOf(
  { width, height }: PicturePixels,
  scene: Scene,
  tools: MaskTools,
): Promise<Uint8Array> {
  const union = new Uint8Array(width * height);
  for (const { mask } of maskedOf(scene)) {
    const pixels = await tools.pixels(mask.rle);
    for (let at = 0; at < union.length; at += 1) if (pixels[at]) union[at] = 1;
  }
  return union;
}

function paintMask(rgba: Uint8Array, inside: Uint8Array): void {
  for (let at = 0; at < inside.length; at += 1) {
    rgba.fill(inside[at] ? 255 : 0, 4 * at, 4 * at + 3);
    rgba[4 * at + 3] = 255;
  }
}

function keepInside(rgba: Uint8Array, inside: Uint8Array): void {
  for (let at = 0; at < inside.length; at += 1)
    if (!inside[at]) rgba.fill(0, 4 * at, 4 * at + 4);
}

function paintThings(
  context: OffscreenCanvasRenderingContext2D,
  scene: Scene,
  colours: readonly string[],
): void {
  const { width, height } = context.canvas;
  context.lineWidth = Math.max(2, Math.max(width, height) / 500);
  context.lineJoin = "round";
  for (const { thing, mask } of maskedOf(scene)) {
    const path = new Path2D(mask.path);
    const colour = colours[thing.colour - 1] ?? "orange";
    context.fillStyle = context.strokeStyle = colour;
    context.globalAlpha = kFill;
    context.fill(path, "evenodd");
    context.globalAlpha = 1;
    context.stroke(path);
  }
}
