import type { PictureSize } from "../../engine/types.ts";

/** How the picture lies on the stage: screen = picture * scale + (x, y), in CSS pixels. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Place {
  x: number;
  y: number;
}

const kMostScale = 32;
const kLeastShown = 48; // pixels of the picture that stay on the stage

/** The whole picture, as large as it fits, in the middle; a small one at most at `most` times its size. */
export function fitted(
  { width, height }: PictureSize,
  stage: PictureSize,
  most = 4,
): View {
  const scale = Math.min(stage.width / width, stage.height / height, most);
  return {
    scale,
    x: (stage.width - width * scale) / 2,
    y: (stage.height - height * scale) / 2,
  };
}

/** Larger or smaller by a factor, about a place of the stage that stays where it is. */
export function zoomed(view: View, by: number, at: Place, least: number): View {
  const scale = Math.min(kMostScale, Math.max(least, view.scale * by));
  const ratio = scale / view.scale;
  return {
    scale,
    x: at.x - (at.x - view.x) * ratio,
    y: at.y - (at.y - view.y) * ratio,
  };
}

/** Moved, but never out of sight. */
export function moved(
  view: View,
  by: Place,
  picture: PictureSize,
  stage: PictureSize,
): View {
  const within = (value: number, size: number, room: number) =>
    Math.min(room - kLeastShown, Math.max(kLeastShown - size, value));
  return {
    ...view,
    x: within(view.x + by.x, picture.width * view.scale, stage.width),
    y: within(view.y + by.y, picture.height * view.scale, stage.height),
  };
}

export const toPicture = ({ scale, x, y }: View, at: Place): Place => ({
  x: (at.x - x) / scale,
  y: (at.y - y) / scale,
});

export const toStage = ({ scale, x, y }: View, at: Place): Place => ({
  x: at.x * scale + x,
  y: at.y * scale + y,
});

/** The pixel of a place, or null outside the picture. */
export function pixelAt(
  view: View,
  at: Place,
  { width, height }: PictureSize,
): Place | null {
  const place = toPicture(view, at);
  const pixel = { x: Math.floor(place.x), y: Math.floor(place.y) };
  const inside =
    pixel.x >= 0 && pixel.y >= 0 && pixel.x < width && pixel.y < height;
  return inside ? pixel : null;
}

/** The box between two places, cut to the picture; null if it has no area. */
export function boxBetween(
  view: View,
  from: Place,
  to: Place,
  { width, height }: PictureSize,
): [number, number, number, number] | null {
  const a = toPicture(view, from);
  const b = toPicture(view, to);
  const clamp = (value: number, most: number) =>
    Math.round(Math.min(Math.max(value, 0), most));
  const x0 = clamp(Math.min(a.x, b.x), width);
  const x1 = clamp(Math.max(a.x, b.x), width);
  const y0 = clamp(Math.min(a.y, b.y), height);
  const y1 = clamp(Math.max(a.y, b.y), height);
  return x1 > x0 && y1 > y0 ? [x0, y0, x1, y1] : null;
}
