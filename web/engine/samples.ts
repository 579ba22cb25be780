import { WickError } from "./errors.ts";

/** The rate that Whisper hears at, Hz. */
export const kSampleRate = 16_000;
/** Samples of one message, and that may be on their way: the rest waits in the window for its turn. */
const kPart = kSampleRate;
const kMostAhead = 30 * kSampleRate;

/**
 * The window's end: sends sound by a port as it comes, in parts of at most a second, then null. Stops when the signal
 * is aborted. Throws what the sound itself throws.
 */
export async function sendSamples(
  audio: AsyncIterable<Float32Array>,
  port: MessagePort,
  signal: AbortSignal,
): Promise<void> {
  let ahead = 0;
  let taken: () => void = () => undefined;
  port.onmessage = ({ data }: MessageEvent<number>) => {
    ahead -= data;
    taken();
  };
  const aborted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  const iterator = audio[Symbol.asyncIterator]();
  let ended = false;
  try {
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (!next) return;
      ended = next.done === true;
      if (next.done) {
        port.postMessage(null);
        return;
      }
      const samples: unknown = next.value;
      if (!(samples instanceof Float32Array))
        throw new WickError(
          "bad_argument",
          "Sound must come in Float32Arrays: mono, 16,000 samples a second.",
        );
      for (let at = 0; at < samples.length && !signal.aborted; at += kPart) {
        if (ahead >= kMostAhead)
          await Promise.race([
            new Promise<void>((resolve) => (taken = resolve)),
            aborted,
          ]);
        const part = samples.slice(at, at + kPart);
        ahead += part.length;
        port.postMessage(part, [part.buffer]);
      }
    }
  } catch (reason) {
    if (!signal.aborted) throw reason; // else it ends because it was told to
  } finally {
    // Lets go of the microphone or file. It may itself be waiting for sound, so nothing waits for it.
    if (!ended) void iterator.return?.().catch(() => undefined);
  }
}

/** The worker's end. */
export interface Inlet {
  /** The next part of what has come; null where there is none now. */
  take(): Float32Array | null;
  /** Whether all has been taken, and no more will come. */
  readonly ended: boolean;
  /** Resolves when something has come, or the signal is aborted. */
  more(): Promise<void>;
  close(): void;
}

export function openInlet(port: MessagePort, signal: AbortSignal): Inlet {
  const parts: Float32Array[] = [];
  let last = false;
  let stir: () => void = () => undefined;
  port.onmessage = ({ data }: MessageEvent<Float32Array | null>) => {
    if (data) parts.push(data);
    else last = true;
    stir();
  };
  signal.addEventListener("abort", () => stir(), { once: true });
  return {
    take() {
      const part = parts.shift() ?? null;
      if (part) port.postMessage(part.length);
      return part;
    },
    get ended() {
      return last && parts.length === 0;
    },
    async more() {
      if (parts.length > 0 || last || signal.aborted) return;
      await new Promise<void>((resolve) => (stir = resolve));
    },
    close: () => port.close(),
  };
}
