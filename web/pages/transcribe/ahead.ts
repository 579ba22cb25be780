import { kSampleRate } from "../../engine/samples.ts";

/**
 * Reads pieces ahead of who takes them, at once but no further than so many seconds: the waveform appears while the
 * model is still on its way, and an hour is never in memory at once. The signal ends the reading.
 */
export function ahead(
  pieces: AsyncIterable<Float32Array>,
  seconds: number,
  signal: AbortSignal,
): AsyncIterable<Float32Array> {
  const queue = createQueue();
  let waiting = 0; // samples
  let over = signal.aborted;
  let wake: () => void = () => undefined;
  const stop = () => {
    over = true;
    queue.end();
    wake();
  };
  signal.addEventListener("abort", stop, { once: true });

  async function read(): Promise<void> {
    for await (const piece of pieces) {
      if (over) return;
      queue.push(piece);
      waiting += piece.length;
      while (waiting >= seconds * kSampleRate && !over)
        await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  read().then(queue.end, queue.fail);

  async function* take() {
    try {
      for await (const piece of queue) {
        waiting -= piece.length;
        wake();
        yield piece;
      }
    } finally {
      stop();
    }
  }
  return take();
}

/** Without the first `count` samples. */
export async function* skip(
  pieces: AsyncIterable<Float32Array>,
  count: number,
): AsyncGenerator<Float32Array, void, void> {
  let left = count;
  for await (const piece of pieces) {
    if (left < piece.length) yield left > 0 ? piece.subarray(left) : piece;
    left = Math.max(0, left - piece.length);
  }
}

/** Pieces that are pushed, as from a microphone, as pieces that are asked for. */
export interface Queue extends AsyncIterable<Float32Array> {
  push(piece: Float32Array): void;
  end(): void;
  /** Ends with a failure, once what was pushed before has been taken. */
  fail(reason: unknown): void;
}

export function createQueue(): Queue {
  const waiting: Float32Array[] = [];
  let over = false;
  let failure: { reason: unknown } | null = null;
  let wake: () => void = () => undefined;
  return {
    push(piece) {
      waiting.push(piece);
      wake();
    },
    end() {
      over = true;
      wake();
    },
    fail(reason) {
      failure = { reason };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const piece = waiting.shift();
        if (piece) yield piece;
        else if (failure) throw failure.reason;
        else if (over) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
