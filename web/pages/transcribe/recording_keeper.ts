import { createKeeper, type Keeper, type KeeperState } from "../keeper.ts";
import type { Recording } from "./recording.ts";
import { kRecordings, type Head, type Recordings } from "./recordings.ts";

export type Kept = KeeperState<Head>;

/** Keeps recordings and their sounds. */
export interface RecordingKeeper extends Keeper<Recording, Head> {
  sound(id: string): Promise<Blob | null>;
  keepSound(id: string, sound: Blob): Promise<void>;
}

const kMakeRoom = "Delete a recording or a model, or export this one.";

/** A sound larger than this is not kept, its text is. */
const kMostSoundBytes = 100e6;

export function createRecordingKeeper(store: Recordings): RecordingKeeper {
  const keeper = createKeeper(store, kRecordings, kMakeRoom);
  const sounds = new Map<string, Blob>();
  return {
    ...keeper,
    sound: async (id) =>
      sounds.get(id) ?? (await store.sound(id).catch(() => null)) ?? null,
    async keepSound(id, sound) {
      sounds.set(id, sound);
      if (sound.size > kMostSoundBytes) return;
      await store.writeSound(id, sound).catch(() => undefined); // the text matters more, and says so itself
    },
    async remove(id) {
      await keeper.remove(id);
      sounds.delete(id);
    },
  };
}
