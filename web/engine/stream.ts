import { toWickError, WickError } from "./errors.ts";
import type { ChatPiece, ChatStats } from "./types.ts";

/** An answer: its pieces as they come, and its figures when it has ended. */
export interface ChatStream extends AsyncIterable<ChatPiece> {
  /** Resolves when the answer has ended, whether or not the pieces are read; rejects with a WickError. */
  readonly stats: Promise<ChatStats>;
}

/** Joins a callback that delivers pieces with an async iterator that asks for them; can be read once. */
export function createStream(
  run: (push: (piece: ChatPiece) => void) => Promise<ChatStats>,
): ChatStream {
  const pieces: ChatPiece[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  let failure: WickError | null = null;
  let taken = false;

  const stir = () => {
    wake?.();
    wake = null;
  };
  const stats = run((piece) => {
    pieces.push(piece);
    stir();
  }).then(
    (value) => {
      ended = true;
      stir();
      return value;
    },
    (reason: unknown) => {
      failure = toWickError(reason);
      ended = true;
      stir();
      throw failure;
    },
  );
  stats.catch(() => undefined); // whoever reads the pieces sees the failure there

  async function* read(): AsyncGenerator<ChatPiece, void, void> {
    for (;;) {
      const piece = pieces.shift();
      if (piece) yield piece;
      else if (failure) throw failure;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    stats,
    [Symbol.asyncIterator]() {
      if (taken)
        throw new WickError("bad_argument", "An answer can be read once.");
      taken = true;
      return read();
    },
  };
}
