import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Recording } from "./recording.ts";

/** What the list shows; kept apart so that listing reads no transcript. */
export interface Head {
  id: string;
  title: string;
  updated: number;
  seconds: number;
  /** Of the file, to know it again. */
  name: string;
  size: number;
  /** The first words. */
  words: string;
}

interface Schema extends DBSchema {
  heads: { key: string; value: Head };
  recordings: { key: string; value: Recording };
  sounds: { key: string; value: Blob };
}

/** The recordings kept in this browser. */
export interface Recordings {
  /** Why nothing outlives the page, or nothing. */
  readonly refused?: string;
  /** Newest first. */
  heads(): Promise<Head[]>;
  read(id: string): Promise<Recording | undefined>;
  write(recording: Recording): Promise<void>;
  sound(id: string): Promise<Blob | undefined>;
  writeSound(id: string, sound: Blob): Promise<void>;
  remove(id: string): Promise<void>;
}

export async function openRecordings(
  name = "wick.recordings",
): Promise<Recordings> {
  const db: IDBPDatabase<Schema> = await openDB<Schema>(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("heads", { keyPath: "id" });
      fresh.createObjectStore("recordings", { keyPath: "id" });
      fresh.createObjectStore("sounds");
    },
  });
  return {
    heads: async () =>
      (await db.getAll("heads")).sort((a, b) => b.updated - a.updated),
    read: (id) => db.get("recordings", id),
    async write(recording) {
      const change = db.transaction(["heads", "recordings"], "readwrite");
      await Promise.all([
        change.objectStore("recordings").put(recording),
        change.objectStore("heads").put(headOf(recording)),
        change.done,
      ]);
    },
    sound: (id) => db.get("sounds", id),
    async writeSound(id, sound) {
      await db.put("sounds", sound, id);
    },
    async remove(id) {
      const stores = ["heads", "recordings", "sounds"] as const;
      const change = db.transaction(stores, "readwrite");
      await Promise.all([
        ...stores.map((store) => change.objectStore(store).delete(id)),
        change.done,
      ]);
    },
  };
}

/** For a browser that keeps nothing: as long as the page lives. */
export function memoryRecordings(): Recordings {
  const kept = new Map<string, Recording>();
  const sounds = new Map<string, Blob>();
  return {
    refused:
      "This browser keeps no data for the page: transcripts end with it. Export what you need.",
    heads: () =>
      Promise.resolve(
        [...kept.values()].map(headOf).sort((a, b) => b.updated - a.updated),
      ),
    read: (id) => Promise.resolve(kept.get(id)),
    write: (recording) => {
      kept.set(recording.id, recording);
      return Promise.resolve();
    },
    sound: (id) => Promise.resolve(sounds.get(id)),
    writeSound: (id, sound) => {
      sounds.set(id, sound);
      return Promise.resolve();
    },
    remove: (id) => {
      kept.delete(id);
      sounds.delete(id);
      return Promise.resolve();
    },
  };
}

export function headOf(recording: Recording): Head {
  const { id, title, updated, seconds, file, segments } = recording;
  const words = segments
    .slice(0, 4)
    .map(({ text }) => text.trim())
    .join(" ")
    .slice(0, 160);
  return { id, title, updated, seconds, ...file, words };
}
