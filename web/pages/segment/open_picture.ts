import { WickError } from "../../engine/errors.ts";
import type { PicturePixels, PictureSize } from "../../engine/types.ts";

/** The most pixels of a picture that is shown and read as it is; each takes four bytes, several times over. */
const kMostPixels = 16e6;
/** Of a smaller copy of a larger one: still more than most screens have. */
const kCopyPixels = 6e6;
const kThumbnailSide = 640;

/** A picture as the page works on it. */
export interface OpenedPicture extends PictureSize {
  /** The file, or a still of an animation, or a smaller copy. */
  shown: Blob;
  thumbnail: Blob;
}

export type OpenPicture = (file: File) => Promise<OpenedPicture>;
/** What to show of a file that was opened before. */
export type ShowPicture = (file: Blob, size: PictureSize) => Promise<Blob>;
export type ReadPixels = (
  shown: Blob,
  size: PictureSize,
) => Promise<PicturePixels>;

/** What can be drawn, of the size that was asked for or near it, until it is closed. */
export type Decoded = ImageBitmap | VideoFrame;

/** Looks into a picture. Throws WickError for what the browser cannot read. */
export async function openPicture(file: File): Promise<OpenedPicture> {
  const size = await sizeOf(file);
  const picture = await decodePicture(file, size, workSize(size)).catch(() => {
    throw unreadable(file);
  });
  try {
    const thumbnail = await jpegOf(picture, size, kThumbnailSide);
    const shown = showsItself(file, size)
      ? file
      : await encoded(picture, workSize(size), file.type);
    return { ...size, shown, thumbnail };
  } finally {
    picture.close();
  }
}

export async function showPicture(
  file: Blob,
  size: PictureSize,
): Promise<Blob> {
  if (showsItself(file, size)) return file;
  const picture = await decodePicture(file, size, workSize(size));
  try {
    return await encoded(picture, workSize(size), file.type);
  } finally {
    picture.close();
  }
}

/** An animation would play on while its first picture is segmented, and a large file be decoded whole to be shown. */
const showsItself = ({ type }: Blob, size: PictureSize) =>
  !/^image\/(gif|webp|apng|avif)$/.test(type) && !isLarge(size);

/** Decodes a picture in this size, turned as its EXIF says. */
export async function readPixels(
  shown: Blob,
  size: PictureSize,
): Promise<PicturePixels> {
  const { width, height } = size;
  const picture = await decodeBitmap(shown, size);
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas);
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  const { data } = context.getImageData(0, 0, width, height);
  canvas.width = canvas.height = 1; // gives the memory back at once
  return { width, height, pixels: new Uint8Array(data.buffer) };
}

/** The size in which a picture is looked at. */
export function workSize({ width, height }: PictureSize): PictureSize {
  if (!isLarge({ width, height })) return { width, height };
  const scale = Math.sqrt(kCopyPixels / (width * height));
  const side = (length: number) => Math.max(1, Math.floor(length * scale));
  return { width: side(width), height: side(height) };
}

const isLarge = ({ width, height }: PictureSize) =>
  width * height > kMostPixels;

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

/**
 * Decodes a picture of a size in about another one. For a large one that is an image decoder's work where the browser
 * has one that turns pictures: it makes a small picture of a JPEG of a hundred megapixels without having had the large
 * one, and keeps nothing of it.
 */
export function decodePicture(
  file: Blob,
  own: PictureSize,
  size: PictureSize,
): Promise<Decoded> {
  const turns =
    "ImageDecoder" in globalThis && "rotation" in VideoFrame.prototype;
  if (!turns || !isLarge(own)) return decodeBitmap(file, size);
  return decodeFrame(file, size).catch(() => decodeBitmap(file, size)); // of a kind that it does not know
}

/** The same of all its pixels, of which parts are wanted: a frame that is to be turned has no parts. */
export async function decodeUpright(
  file: Blob,
  size: PictureSize,
): Promise<Decoded> {
  const picture = await decodePicture(file, size, size);
  const { rotation, flip } = picture as { rotation?: number; flip?: boolean };
  if (!rotation && !flip) return picture;
  picture.close();
  return decodeBitmap(file, size);
}

async function decodeFrame(
  file: Blob,
  { width, height }: PictureSize,
): Promise<Decoded> {
  // All of a JPEG's bytes at once are decoded to the planes that it is stored in, less than half of what pixels take.
  const data = await file.arrayBuffer();
  const decoder = new ImageDecoder({
    ...{ type: file.type, data, preferAnimation: false },
    ...{ desiredWidth: width, desiredHeight: height },
  });
  try {
    const { image } = await decoder.decode();
    return image;
  } finally {
    decoder.close();
  }
}

const decodeBitmap = (file: Blob, { width, height }: PictureSize) =>
  createImageBitmap(file, {
    imageOrientation: "from-image",
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: "high",
  });

function unreadable({ name, type }: File): WickError {
  const readsKind = /^image\/(jpeg|png|webp|gif|avif|bmp)$/.test(type);
  const damaged = readsKind ? " It may be damaged." : "";
  return new WickError(
    "bad_file",
    `${name} is not a picture that this browser reads.${damaged} JPEG, PNG, WebP, GIF, AVIF and BMP are.`,
  );
}

export function contextOf(
  canvas: OffscreenCanvas,
): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context)
    throw new WickError("no_memory", "The browser gives no canvas this large.");
  return context;
}

async function jpegOf(
  picture: Decoded,
  { width, height }: PictureSize,
  side: number,
): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(width, height));
  const length = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  const canvas = new OffscreenCanvas(length(width), length(height));
  const context = contextOf(canvas);
  context.fillStyle = "white"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}

/** As PNG, or as JPEG where that is what it was. */
async function encoded(
  picture: Decoded,
  { width, height }: PictureSize,
  type: string,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  const how =
    type === "image/jpeg" ? { type, quality: 0.95 } : { type: "image/png" };
  const blob = await canvas.convertToBlob(how);
  canvas.width = canvas.height = 1; // gives the memory back at once
  return blob;
}
