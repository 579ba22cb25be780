import { toWickError, WickError } from "./errors.ts";
import type { ChatPiece, ChatStats } from "./types.ts";

/** What comes piece by piece, and its figures when it has ended. */
export interface Stream<Piece, Stats> extends AsyncIterable<Piece> {
  /** Resolves when it has ended, whether or not the pieces are read; rejects with a WickError. */
  readonly stats: Promise<Stats>;
}

/** An answer. */
export type ChatStream = Stream<ChatPiece, ChatStats>;

/** Joins a callback that delivers pieces with an async iterator that asks for them; can be read once. */
export function createStream<Piece = ChatPiece, Stats = ChatStats>(
  run: (push: (piece: Piece) => void) => Promise<Stats>,
): Stream<Piece, Stats> {
  const pieces: Piece[] = [];
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

  async function* read(): AsyncGenerator<Piece, void, void> {
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

/** Runs a call under a controller of its own, which `jobs` keeps meanwhile and `signal` aborts. */
export async function untilAborted<Value>(
  jobs: Set<AbortController>,
  signal: AbortSignal | undefined,
  run: (job: AbortController) => Promise<Value>,
): Promise<Value> {
  const job = new AbortController();
  const abort = () => job.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  jobs.add(job);
  try {
    return await run(job);
  } finally {
    jobs.delete(job);
    signal?.removeEventListener("abort", abort);
  }
}
