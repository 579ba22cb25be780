import {
  memoryKept,
  openKept,
  type Head as KeptHead,
  type Kept,
  type Kind,
} from "../kept.ts";
import type { Recording } from "./recording.ts";

/** What the list shows. */
export interface Head extends KeptHead {
  title: string;
  seconds: number;
  /** Of the file, to know it again. */
  name: string;
  size: number;
  /** The first words. */
  words: string;
}

/** The recordings kept in this browser, each with its sound, if that was small enough. */
export interface Recordings extends Kept<Recording, Head> {
  sound(id: string): Promise<Blob | undefined>;
  writeSound(id: string, sound: Blob): Promise<void>;
}

export const kRecordings: Kind<Recording, Head> = {
  items: "recordings",
  headOf({ id, title, updated, seconds, file, segments }) {
    const words = segments
      .slice(0, 4)
      .map(({ text }) => text.trim())
      .join(" ")
      .slice(0, 160);
    return { id, title, updated, seconds, ...file, words };
  },
  refusal:
    "This browser keeps no data for the page: transcripts end with it. Export what you need.",
};

export async function openRecordings(
  name = "wick.recordings",
): Promise<Recordings> {
  const { kept, db } = await openKept(name, kRecordings, ["sounds"]);
  return {
    ...kept,
    sound: (id) => db.get("sounds", id) as Promise<Blob | undefined>,
    async writeSound(id, sound) {
      await db.put("sounds", sound, id);
    },
  };
}

export function memoryRecordings(): Recordings {
  const kept = memoryKept(kRecordings);
  const sounds = new Map<string, Blob>();
  return {
    ...kept,
    sound: (id) => Promise.resolve(sounds.get(id)),
    writeSound: (id, sound) => {
      sounds.set(id, sound);
      return Promise.resolve();
    },
    remove: (id) => {
      sounds.delete(id);
      return kept.remove(id);
    },
  };
}
