import { observable, type Observable } from "../observable.ts";

export interface TurnsState {
  waiting: readonly File[];
  /** A file is in work, and those that wait come after it. */
  taking: boolean;
}

/** Files that are opened one after another. */
export interface Turns {
  readonly state: Observable<TurnsState>;
  /** Puts files behind those that wait, and begins if nothing is in work; resolves when that has ended. */
  add(files: readonly File[]): Promise<void>;
  /** Begins no other file; those that wait stay until more are added. */
  halt(): void;
  clear(): void;
}

/**
 * `open` resolves when the work on a file has ended, to whether it could begin; `first` tells it that none has begun
 * before, since nothing was in work.
 */
export function createTurns(
  open: (file: File, first: boolean) => Promise<boolean>,
): Turns {
  const state = observable<TurnsState>({ waiting: [], taking: false });
  const set = (part: Partial<TurnsState>) =>
    state.set({ ...state.value, ...part });
  let working = false;

  async function takeTurns(): Promise<void> {
    let begun = false;
    while (state.value.taking) {
      const [file, ...waiting] = state.value.waiting;
      if (!file) return;
      set({ waiting });
      if (await open(file, !begun)) begun = true;
    }
  }

  return {
    state,
    async add(files) {
      set({ waiting: [...state.value.waiting, ...files], taking: true });
      if (working) return;
      working = true;
      try {
        await takeTurns();
      } finally {
        working = false;
        set({ taking: false });
      }
    },
    halt: () => set({ taking: false }),
    clear: () => set({ waiting: [] }),
  };
}
