import type { MaskTools } from "../../engine/api.ts";
import { toWickError } from "../../engine/errors.ts";
import { toast } from "../../elements/toast.ts";
import type { SegmentRoom } from "../engine_room.ts";
import { saveFile } from "../files.ts";
import { drawn } from "./draw.ts";
import { formats, textOf, type ExportFormat } from "./export.ts";
import type { Picture } from "./picture.ts";
import { kColours } from "./scene.ts";
import type { SessionState } from "./session.ts";

/** Hands a picture's visible masks to the browser's downloads. */
export async function saveMasks(
  state: SessionState,
  format: ExportFormat,
  room: SegmentRoom,
): Promise<void> {
  const { picture, original } = state;
  const file = formats.find(({ id }) => id === format)?.file;
  if (!picture || !original || !file) return;
  try {
    const { masks } = await room.engine();
    const content = await contentOf(picture, original, state, format, masks);
    saveFile(`${stemOf(picture)}.${file}`, content);
  } catch (reason) {
    toast(`Not exported: ${toWickError(reason).message}`);
  }
}

async function contentOf(
  picture: Picture,
  original: Blob,
  { scene }: SessionState,
  format: ExportFormat,
  masks: MaskTools,
): Promise<string | Blob> {
  const colours = coloursOfThings();
  switch (format) {
    case "svg":
    case "polygons":
    case "coco":
      return textOf(picture, scene, format, masks, colours);
    case "cutout":
    case "mask":
    case "overlay":
      return drawn(original, picture, scene, format, masks, colours);
  }
}

const stemOf = ({ title }: Picture) =>
  title.replace(/\.\w+$/, "").replace(/[\p{Cc}/\\:*?"<>|]/gu, "-") || "picture";

function coloursOfThings(): string[] {
  const style = getComputedStyle(document.documentElement);
  return Array.from({ length: kColours }, (_, at) =>
    style.getPropertyValue(`--obj-${at + 1}`).trim(),
  );
}
