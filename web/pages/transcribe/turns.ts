import { observable, type Observable } from "../observable.ts";

/** Files that are opened one after another. */
export interface Turns {
  readonly waiting: Observable<readonly File[]>;
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
  const waiting = observable<readonly File[]>([]);
  let working = false;
  let halted = false;

  async function takeTurns(): Promise<void> {
    let begun = false;
    while (!halted) {
      const [file, ...others] = waiting.value;
      if (!file) return;
      waiting.set(others);
      if (await open(file, !begun)) begun = true;
    }
  }

  return {
    waiting,
    async add(files) {
      waiting.set([...waiting.value, ...files]);
      halted = false;
      if (working) return;
      working = true;
      try {
        await takeTurns();
      } finally {
        working = false;
      }
    },
    halt: () => void (halted = true),
    clear: () => waiting.set([]),
  };
}
