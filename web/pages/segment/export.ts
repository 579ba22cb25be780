import type { MaskTools } from "../../engine/api.ts";
import type { MaskCandidate } from "../../engine/types.ts";
import type { Picture } from "./picture.ts";
import { maskOf, shownThings, type Scene, type Thing } from "./scene.ts";

/** What a picture's masks can be saved as: texts, and pictures drawn by draw.ts. */
export type TextFormat = "svg" | "polygons" | "coco";
export type PictureFormat = "cutout" | "mask" | "overlay";
export type ExportFormat = TextFormat | PictureFormat;

export const formats: readonly {
  id: ExportFormat;
  title: string;
  sub: string;
  file: string;
}[] = [
  { id: "cutout", title: "Cut-out", sub: "PNG, alpha", file: "cutout.png" },
  { id: "mask", title: "Mask", sub: "PNG", file: "mask.png" },
  {
    ...{ id: "overlay", title: "Picture with overlay" },
    ...{ sub: "PNG", file: "overlay.png" },
  },
  { id: "svg", title: "Outline", sub: "SVG path", file: "outline.svg" },
  { id: "polygons", title: "Polygons", sub: "JSON", file: "polygons.json" },
  { id: "coco", title: "Run lengths", sub: "COCO RLE", file: "rle.json" },
];

interface Masked {
  thing: Thing;
  mask: MaskCandidate;
}

/** The visible things' masks as a text. */
export async function textOf(
  picture: Picture,
  scene: Scene,
  format: TextFormat,
  tools: MaskTools,
  colours: readonly string[],
): Promise<string> {
  const masked = maskedOf(scene);
  switch (format) {
    case "svg":
      return svgOf(picture, masked, tools, colours);
    case "polygons": {
      const polygons = await Promise.all(
        masked.map(({ mask }) => tools.text(mask.rle, "polygons")),
      );
      return jsonOf(picture, masked, (_, at) => ({
        polygons: JSON.parse(polygons[at] ?? "[]") as unknown,
      }));
    }
    case "coco":
      return jsonOf(picture, masked, ({ mask }) => ({
        segmentation: mask.rle,
      }));
  }
}

export const maskedOf = (scene: Scene): Masked[] =>
  shownThings(scene).flatMap((thing) => {
    const mask = maskOf(thing);
    return mask ? [{ thing, mask }] : [];
  });

function jsonOf(
  { title, width, height }: Picture,
  masked: Masked[],
  more: (masked: Masked, at: number) => object,
): string {
  const objects = masked.map((one, at) => {
    const { iou, stability, area, box } = one.mask;
    return {
      name: one.thing.name,
      ...{ iou, stability, area, box },
      ...more(one, at),
    };
  });
  return `${JSON.stringify({ image: title, width, height, objects }, null, 2)}\n`;
}

/** Outlines along the pixels' edges, one path a thing. */
async function svgOf(
  { width, height }: Picture,
  masked: Masked[],
  tools: MaskTools,
  colours: readonly string[],
): Promise<string> {
  const paths = await Promise.all(
    masked.map(async ({ thing, mask }) => {
      const path = await tools.text(mask.rle, "svg");
      const colour = colours[thing.colour - 1] ?? "black";
      return `  <path fill="${colour}" fill-rule="evenodd" d="${path}"><title>${escaped(thing.name)}</title></path>\n`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">\n${paths.join("")}</svg>\n`;
}

const kEntities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};
const escaped = (text: string) =>
  text.replace(/[&<>]/g, (letter) => kEntities[letter] ?? letter);
