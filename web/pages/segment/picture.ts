import type { Head as KeptHead } from "../kept.ts";
import type { Scene } from "./scene.ts";

/** A picture and what was found in it. Its file and its embedding are kept apart, under its id. */
export interface Picture {
  /** Of the file's bytes, so that the same picture is known again. */
  id: string;
  title: string;
  updated: number;
  width: number;
  height: number;
  /** A small JPEG. */
  thumbnail: Blob;
  scene: Scene;
  /** How long the model took to read it; 0 before it has. */
  readMs: number;
}

/** What the list shows. */
export interface Head extends KeptHead {
  title: string;
  thumbnail: Blob;
  things: number;
}

/** Of the file's name. */
export const titleOfFile = (name: string): string => name.trim() || "Picture";
