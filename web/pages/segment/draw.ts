import type { MaskTools } from "../../engine/api.ts";
import type { PictureSize, Rle } from "../../engine/types.ts";
import { maskedOf, type PictureFormat } from "./export.ts";
import { contextOf, decodeUpright, type Decoded } from "./open_picture.ts";
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
    return encodePng(size, 1, async (first, count) => {
      const grey = await tools.pixels(inside, first, count);
      for (let at = 0; at < grey.length; at += 1) if (grey[at]) grey[at] = 255;
      return grey;
    });
  }
  const picture = await decodeUpright(file, size);
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

async function unionOf(scene: Scene, tools: MaskTools): Promise<Rle> {
  const masks = maskedOf(scene).map(({ mask }) => mask.rle);
  return (await tools.union(masks)).rle;
}

/** Reads bands of a picture into the same pixels again and again: large ones would heap up. */
function bandsOf(
  picture: Decoded,
  { width, height }: PictureSize,
): (first: number, count: number) => Promise<ImageData> {
  if (picture instanceof ImageBitmap) {
    const context = contextOf(new OffscreenCanvas(width, 1));
    return (first, count) => {
      context.canvas.height = count; // clears it
      context.drawImage(picture, 0, -first, width, height);
      return Promise.resolve(context.getImageData(0, 0, width, count));
    };
  }
  let band = new ImageData(1, 1);
  return async (y, count) => {
    if (band.width !== width || band.height !== count)
      band = new ImageData(width, count);
    // To draw a frame would copy all of it, whatever part is wanted.
    const rect = { x: 0, y, width, height: count };
    await picture.copyTo(band.data, { rect, format: "RGBA" });
    return band;
  };
}

const bytesOf = ({ data: { buffer } }: ImageData) => new Uint8Array(buffer);

function cutOut(
  picture: Decoded,
  size: PictureSize,
  inside: Rle,
  tools: MaskTools,
): ReadRows {
  const bands = bandsOf(picture, size);
  return async (first, count) => {
    const rgba = bytesOf(await bands(first, count));
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
  const bands = bandsOf(picture, size);
  const context = contextOf(new OffscreenCanvas(size.width, 1));
  return async (first, count) => {
    context.canvas.height = count; // and begins anew
    context.putImageData(await bands(first, count), 0, 0);
    context.translate(0, -first);
    Object.assign(context, { lineWidth, lineJoin: "round" });
    for (const { path, colour } of shapes) {
      context.fillStyle = context.strokeStyle = colour;
      context.globalAlpha = kFill;
      context.fill(path, "evenodd");
      context.globalAlpha = 1;
      context.stroke(path);
    }
    return bytesOf(context.getImageData(0, 0, size.width, count));
  };
}
