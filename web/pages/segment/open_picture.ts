import { WickError } from "../../engine/errors.ts";
import type { PicturePixels, PictureSize } from "../../engine/types.ts";

/** What a tab can hold of one picture several times over: its file decoded, its pixels, the engine's copy. */
const kMostPixels = 16e6;
const kThumbnailSide = 640;

/** A picture as the page works on it. */
export interface OpenedPicture extends PictureSize {
  /** The file's own size, where that was too large. */
  scaledFrom: PictureSize | null;
  /** The file, or a still of an animation, or a smaller copy: what to show and to keep. */
  shown: Blob;
  thumbnail: Blob;
}

export type OpenPicture = (file: File) => Promise<OpenedPicture>;
export type ReadPixels = (
  shown: Blob,
  size: PictureSize,
) => Promise<PicturePixels>;

/** Looks into a picture. Throws WickError for what the browser cannot read. */
export async function openPicture(file: File): Promise<OpenedPicture> {
  const own = await sizeOf(file);
  const size = workSize(own);
  const scaledFrom = size.width === own.width ? null : own;
  const bitmap = await decode(file, size).catch(() => {
    throw unreadable(file);
  });
  try {
    const thumbnail = await jpegOf(bitmap, kThumbnailSide);
    // An animation would play on while its first picture is segmented, and a large file be decoded whole to be shown.
    const still = /^image\/(gif|webp|apng|avif)$/.test(file.type);
    const shown = still || scaledFrom ? await encoded(bitmap, file.type) : file;
    return { ...size, scaledFrom, shown, thumbnail };
  } finally {
    bitmap.close();
  }
}

/** Decodes a picture in this size, turned as its EXIF says. */
export async function readPixels(
  shown: Blob,
  size: PictureSize,
): Promise<PicturePixels> {
  const { width, height } = size;
  const bitmap = await decode(shown, size);
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  canvas.width = canvas.height = 1; // gives the memory back at once
  return { width, height, pixels: new Uint8Array(data.buffer) };
}

/** The size in which a picture is worked on. */
export function workSize({ width, height }: PictureSize): PictureSize {
  const scale = Math.min(1, Math.sqrt(kMostPixels / (width * height)));
  const side = (length: number) => Math.max(1, Math.floor(length * scale));
  return { width: side(width), height: side(height) };
}

/** Without decoding the pixels. */
async function sizeOf(file: File): Promise<PictureSize> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    const loaded = new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
    });
    image.src = url;
    await loaded.catch(() => {
      throw unreadable(file);
    });
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width === 0 || height === 0) throw unreadable(file);
    return { width, height };
  } finally {
    URL.revokeObjectURL(url);
  }
}

const decode = (file: Blob, { width, height }: PictureSize) =>
  createImageBitmap(file, {
    imageOrientation: "from-image",
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: "high",
  });

function unreadable({ name, type }: File): WickError {
  const isPicture = type.startsWith("image/");
  return new WickError(
    "bad_file",
    isPicture
      ? `${name}: this browser cannot read the picture; is it damaged? JPEG, PNG, WebP and GIF work everywhere.`
      : `${name}: no picture. JPEG, PNG, WebP and GIF work everywhere.`,
  );
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context)
    throw new WickError("no_memory", "The browser gives no canvas this large.");
  return context;
}

async function jpegOf(bitmap: ImageBitmap, side: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const length = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  const canvas = new OffscreenCanvas(
    length(bitmap.width),
    length(bitmap.height),
  );
  const context = contextOf(canvas);
  context.fillStyle = "white"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}

/** As PNG, or as JPEG where that is what it was. */
async function encoded(bitmap: ImageBitmap, type: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  contextOf(canvas).drawImage(bitmap, 0, 0);
  const how =
    type === "image/jpeg" ? { type, quality: 0.95 } : { type: "image/png" };
  const blob = await canvas.convertToBlob(how);
  canvas.width = canvas.height = 1; // gives the memory back at once
  return blob;
}
