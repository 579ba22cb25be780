import type { MaskTools } from "../../engine/api.ts";
import type { PictureSize, Rle } from "../../engine/types.ts";
import { maskedOf, type PictureFormat } from "./export.ts";
import { contextOf, decodePicture, type Decoded } from "./open_picture.ts";
import { encodePng, type ReadRows } from "./png.ts";
import type { Scene } from "./scene.ts";

const kFill = 0.45;

/** A PNG of a picture's visible things, in the picture's size; one of them at least. */
export async function drawn(
  file: Blob,
  size: PictureSize,
  scene: Scene,
  format: PictureFormat,
  tools: MaskTools,
  colours: readonly string[],
): Promise<Blob> {
  if (format === "mask") {
    const inside = await unionOf(scene, tools);
    return encodePng(size, 1, async (first, count) =>
      (await tools.pixels(inside, first, count)).map((bit) => bit && 255),
    );
  }
  const picture = await decodePicture(file, size, size);
  try {
    const rows =
      format === "overlay"
        ? overlaid(picture, size, scene, colours)
        : cutOut(picture, size, await unionOf(scene, tools), tools);
    return await encodePng(size, 4, rows);
  } finally {
    picture.close();
  }
}

const unionOf = (scene: Scene, tools: MaskTools): Promise<Rle> =>
  tools.union(maskedOf(scene).map(({ mask }) => mask.rle));

/** Reads bands of a picture, each with something drawn on it. */
function bandsOf(
  picture: Decoded,
  { width, height }: PictureSize,
  draw?: (context: OffscreenCanvasRenderingContext2D) => void,
): ReadRows {
  const canvas = new OffscreenCanvas(1, 1);
  const context = contextOf(canvas);
  return (first, count) => {
    canvas.width = width;
    canvas.height = count; // clears it
    context.translate(0, -first);
    context.drawImage(picture, 0, 0, width, height);
    draw?.(context);
    const { data } = context.getImageData(0, 0, width, count);
    return Promise.resolve(new Uint8Array(data.buffer));
  };
}

function cutOut(
  picture: Decoded,
  size: PictureSize,
  inside: Rle,
  tools: MaskTools,
): ReadRows {
  const bands = bandsOf(picture, size);
  return async (first, count) => {
    const rgba = await bands(first, count);
    const bits = await tools.pixels(inside, first, count);
    for (let at = 0; at < bits.length; at += 1)
      if (!bits[at]) rgba.fill(0, 4 * at, 4 * at + 4);
    return rgba;
  };
}

function overlaid(
  picture: Decoded,
  size: PictureSize,
  scene: Scene,
  colours: readonly string[],
): ReadRows {
  const lineWidth = Math.max(2, Math.max(size.width, size.height) / 500);
  const shapes = maskedOf(scene).map(({ thing, mask }) => ({
    path: new Path2D(mask.path),
    colour: colours[thing.colour - 1] ?? "orange",
  }));
  return bandsOf(picture, size, (context) => {
    Object.assign(context, { lineWidth, lineJoin: "round" });
    for (const { path, colour } of shapes) {
      context.fillStyle = context.strokeStyle = colour;
      context.globalAlpha = kFill;
      context.fill(path, "evenodd");
      context.globalAlpha = 1;
      context.stroke(path);
    }
  });
}
