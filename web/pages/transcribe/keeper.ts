import { observable, type Observable } from "../observable.ts";
import { whyUnkept } from "../unkept.ts";
import type { Recording } from "./recording.ts";
import { headOf, type Head, type Recordings } from "./recordings.ts";

export interface Kept {
  heads: Head[];
  /** Why recordings are not kept, or nothing. */
  unkept: string;
}

/** Keeps recordings in the browser's store, and what it refuses for as long as the page lives. */
export interface Keeper {
  readonly state: Observable<Kept>;
  read(id: string): Promise<Recording | null>;
  save(recording: Recording): Promise<void>;
  sound(id: string): Promise<Blob | null>;
  keepSound(id: string, sound: Blob): Promise<void>;
  /** Deletes, or rejects and keeps. */
  remove(id: string): Promise<void>;
}

const kMakeRoom = "Delete a recording or a model, or export this one.";

/** A sound larger than this is not kept, its text is. */
const kMostSoundBytes = 100e6;

export function createKeeper(store: Recordings): Keeper {
  const state = observable<Kept>({ heads: [], unkept: store.refused ?? "" });
  const set = (part: Partial<Kept>) => state.set({ ...state.value, ...part });
  const refused = new Map<string, Recording>();
  const sounds = new Map<string, Blob>();

  store.heads().then(
    (heads) => set({ heads }),
    (reason: unknown) => set({ unkept: whyUnkept(reason, kMakeRoom) }),
  );

  return {
    state,
    read: async (id) =>
      refused.get(id) ?? (await store.read(id).catch(() => null)) ?? null,
    async save(recording) {
      const { id } = recording;
      const others = state.value.heads.filter((head) => head.id !== id);
      const heads = [headOf(recording), ...others];
      set({ heads: heads.sort((a, b) => b.updated - a.updated) });
      try {
        await store.write(recording);
        refused.delete(id);
        if (refused.size === 0) set({ unkept: store.refused ?? "" });
      } catch (reason) {
        refused.set(id, recording);
        set({ unkept: whyUnkept(reason, kMakeRoom) });
      }
    },
    sound: async (id) =>
      sounds.get(id) ?? (await store.sound(id).catch(() => null)) ?? null,
    async keepSound(id, sound) {
      sounds.set(id, sound);
      if (sound.size > kMostSoundBytes) return;
      await store.writeSound(id, sound).catch(() => undefined); // the text matters more, and says so itself
    },
    async remove(id) {
      await store.remove(id);
      refused.delete(id);
      sounds.delete(id);
      set({ heads: state.value.heads.filter((head) => head.id !== id) });
    },
  };
}
